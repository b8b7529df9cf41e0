"""URLs of the jobs' API."""

from django.urls import path

from apps.jobs.api.views import JobViewSet

urlpatterns = [
    path("admin/jobs/", JobViewSet.as_view({"get": "list"}), name="job-list"),
    path("admin/jobs/<positive:pk>/", JobViewSet.as_view({"get": "retrieve"}), name="job-detail"),
    path("admin/jobs/<positive:pk>/retry/", JobViewSet.as_view({"post": "retry"}), name="job-retry"),
]
