"""Addresses of feeds, at the root of the host."""

from django.urls import path

from apps.integrations.api.feed_views import feed_file, sitemap_file
from apps.integrations.models import FeedKind

urlpatterns = [
    path("feeds/yml.xml", feed_file, {"kind": FeedKind.YML}, name="feed-yml"),
    path("feeds/google.xml", feed_file, {"kind": FeedKind.GOOGLE}, name="feed-google"),
    path("sitemap.xml", feed_file, {"kind": FeedKind.SITEMAP}, name="sitemap"),
    path("sitemap-<positive:number>.xml", sitemap_file, name="sitemap-file"),
]
