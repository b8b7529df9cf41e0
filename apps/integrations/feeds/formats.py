"""Formats of feeds: for each kind what its files begin with, what a product is written as, how they end."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import NamedTuple

from apps.catalog.models import Product
from apps.integrations.feeds import google, sitemap, yml
from apps.integrations.feeds.products import Offer, offers_after, product_url, rates_of_today
from apps.integrations.models import Feed, FeedKind

ADDRESSES_AT_ONCE = 5000  # that are read by one statement
OFFERS = 2000  # of a file, a few megabytes


class Row(NamedTuple):
    """A product as it is written, and when it was changed last."""

    product_id: int
    text: str
    changed: datetime


@dataclass(frozen=True)
class FeedFormat:
    """How a feed is written: `head` is its first file, `rows` are those of the next products after an id.

    A file has at most `part_size` products. The last one ends in `end`; each begins and ends as it says.
    """

    head: Callable[[Feed], Iterator[str]]
    rows: Callable[[int], list[Row]]
    part_size: int
    end: str = ""
    file_beginning: str = ""
    file_end: str = ""


def _offer_rows(written: Callable[[Offer], str], last_id: int) -> list[Row]:
    offers = offers_after(last_id, rates_of_today())
    return [Row(offer.product.pk, written(offer), offer.product.updated_at) for offer in offers]


def _url_rows(last_id: int) -> list[Row]:
    products = Product.objects.on_sale().filter(pk__gt=last_id).order_by("pk")
    rows = products.values_list("pk", "slug", "updated_at")[:ADDRESSES_AT_ONCE]
    return [
        Row(pk, sitemap.url_row(product_url(pk, slug), changed.isoformat(timespec="seconds")), changed)
        for pk, slug, changed in rows
    ]


FORMATS = {
    FeedKind.YML: FeedFormat(yml.head, partial(_offer_rows, yml.offer_row), OFFERS, end=yml.END),
    FeedKind.GOOGLE: FeedFormat(google.head, partial(_offer_rows, google.item_row), OFFERS, end=google.END),
    FeedKind.SITEMAP: FeedFormat(
        sitemap.head,
        _url_rows,
        sitemap.ADDRESSES,
        file_beginning=sitemap.FILE_BEGINNING,
        file_end=sitemap.FILE_END,
    ),
}
