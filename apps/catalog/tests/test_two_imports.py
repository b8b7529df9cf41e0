"""Two tables of the same new products are imported at once: one after the other, and both are written."""

from io import BytesIO

import pytest

from apps.catalog import product_import
from apps.catalog.models import Product
from apps.catalog.product_import import import_products
from apps.catalog.tests.factories import make_category
from apps.core.tests.threads import at_once, rounds

HEADING = "sku,name,price,category,stock"

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def test_of_two_imports_one_creates_the_products_and_the_other_finds_them(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(product_import, "CHUNK", 2)
    make_category(name="Tea")
    for attempt in rounds(3):
        rows = [f"T-{attempt}-{number},Leaves,1.00,Tea,5" for number in range(20)]
        tables = ["\n".join([HEADING, *rows]), "\n".join([HEADING, *reversed(rows)])]

        reports = at_once(2, lambda hand, tables=tables: import_products(BytesIO(tables[hand].encode())))

        counts = sorted((report.counts.created, report.counts.unchanged) for report in reports)
        assert counts == [(0, 20), (20, 0)]
        assert set(Product.objects.values_list("stock", flat=True)) == {5}
