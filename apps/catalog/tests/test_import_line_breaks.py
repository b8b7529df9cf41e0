"""Other line breaks are no change: spreadsheets save them as they like, in workbooks as `_x000D_`."""

import pytest

from apps.audit.models import AuditEntry
from apps.catalog.models import Product
from apps.catalog.tests.factories import make_category, make_product
from apps.catalog.tests.workbooks import workbook

TYPED = "one\r\ntwo\rthree\nfour"
HEADING = ("sku", "name", "price", "category", "description")

pytestmark = pytest.mark.django_db


@pytest.fixture
def tea() -> Product:
    return make_product(
        sku="T", name="Tea", price="2.00", description=TYPED, category=make_category(name="Tea")
    )


@pytest.mark.parametrize("text", ["one\ntwo\nthree\nfour", "one_x000D_\ntwo_x000d_three\nfour"])
def test_other_line_breaks_change_nothing(load, tea, text):
    for _time in range(2):
        load(raw=workbook(("T", "Tea", 3, "Tea", text), heading=HEADING))

    tea.refresh_from_db()
    assert (tea.price, tea.description) == (3, TYPED)
    assert AuditEntry.objects.get(action="changed").changes == {"price": ["2.00", "3.00"]}


def test_what_a_workbook_cannot_hold_is_read_as_it_was(load, tea):
    load(raw=workbook(("T", "Tea", 2, "Tea", "a_x000B_b _x005F_x000B_ _x00_"), heading=HEADING))

    tea.refresh_from_db()
    assert tea.description == "a\x0bb _x000B_ _x00_"
