"""Sitemap (sitemaps.org, 0.9): files of at most 50,000 addresses, and an index that lists them."""

from collections.abc import Iterator

from django.conf import settings

from apps.integrations.feeds.xml import DECLARATION, element
from apps.integrations.models import Feed

ADDRESSES = 50_000  # of a file, at most
NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"
FILE_BEGINNING = f'{DECLARATION}<urlset xmlns="{NAMESPACE}">\n'
FILE_END = "</urlset>\n"


def head(feed: Feed) -> Iterator[str]:
    """Yield the index."""
    yield f'{DECLARATION}<sitemapindex xmlns="{NAMESPACE}">\n'
    for number, part in enumerate(feed.parts, 1):
        place = element("loc", f"{settings.STORE_URL}/sitemap-{number}.xml")
        yield f"<sitemap>\n{place}{element('lastmod', part['changed'])}</sitemap>\n"
    yield "</sitemapindex>\n"


def url_row(url: str, changed: str) -> str:
    """Return the address of a page, and when it was changed last."""
    return f"<url>\n{element('loc', url)}{element('lastmod', changed)}</url>\n"
