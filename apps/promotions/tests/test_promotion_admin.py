"""Promotions in the admin: one page says what, when, for what and for whom."""

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from apps.audit.models import AuditEntry
from apps.catalog.tests.factories import make_category, make_product
from apps.promotions.admin.limits import CountedUses
from apps.promotions.configuration import PROMOTIONS
from apps.promotions.models import Promotion, PromotionCode
from apps.promotions.tests.factories import make_code, make_promotion, make_redemption
from apps.store.configuration_cache import current_configuration
from apps.users.models import User
from tests.support.html_forms import send_form

pytestmark = pytest.mark.django_db

LIST, ADD = reverse("admin:promotions_promotion_changelist"), reverse("admin:promotions_promotion_add")
NEW = {
    "name_ru": "Чай",
    "name_en": "Tea",
    "kind": "percent",
    "scope": "order",
    "trigger": "code",
    "value": "10",
    "is_active": "on",
    "starts_at_0": "2026-12-01",
    "starts_at_1": "00:00",
}


@pytest.fixture
def browser(client: Client, staff: User) -> Client:
    client.force_login(staff)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


def page_of(row: Any) -> str:
    return reverse(f"admin:promotions_{row._meta.model_name}_change", args=[row.pk])


def errors_of(response: Any) -> dict[str, list[str]]:
    return dict(response.context["adminform"].form.errors) if response.status_code == 200 else {}


def test_promotion_is_made_for_products_and_categories(browser: Client, settings: Any):
    settings.TIME_ZONE = "Europe/Moscow"
    category, product = make_category(), make_product()

    response = browser.post(ADD, {**NEW, "products": [product.pk], "categories": [category.pk]})

    assert response.status_code == 302
    promotion = Promotion.objects.get()
    assert promotion.starts_at == datetime(2026, 11, 30, 21, tzinfo=UTC)  # midnight by the store's clock
    assert list(promotion.products.all()) == [product]
    assert list(promotion.categories.all()) == [category]
    entry = AuditEntry.objects.about(promotion).get()
    assert entry.changes["value"] == [None, "10.00"]
    assert entry.changes["products"] == [None, str(product.pk)]
    assert entry.changes["categories"] == [None, str(category.pk)]


def test_what_is_changed_holds_for_the_next_order(browser: Client):
    promotion, product = make_promotion(trigger="automatic"), make_product()
    assert [terms.promotion.value for terms in current_configuration()[PROMOTIONS].off_order] == [Decimal(10)]

    response = send_form(browser, page_of(promotion), value="12.5", products=[product.pk])

    assert response.status_code == 302
    (terms,) = current_configuration()[PROMOTIONS].off_order
    assert (terms.promotion.value, terms.product_ids) == (Decimal("12.50"), {product.pk})
    assert AuditEntry.objects.about(promotion).get().changes == {
        "value": ["10.00", "12.50"],
        "products": ["", str(product.pk)],
    }


FAULTS = [
    ({"value": "0"}, {"value": ["Enter a percentage above 0 and up to 100."]}),
    ({"value": "100.01"}, {"value": ["Enter a percentage above 0 and up to 100."]}),
    ({"kind": "fixed", "value": "0"}, {"value": ["Enter an amount above 0."]}),
    ({"kind": "free_delivery"}, {"value": ["Enter 0: free delivery takes off what the delivery costs."]}),
    ({"ends_at_0": "2026-12-01", "ends_at_1": "00:00"}, {"ends_at": ["The end must be after the start."]}),
    (
        {"trigger": "automatic", "usage_limit": "5", "first_order_only": "on"},
        dict.fromkeys(["usage_limit", "first_order_only"], ["Only promotions with a code have limits."]),
    ),
    (
        {"trigger": "automatic", "scope": "items", "kind": "fixed"},
        {"scope": ["Only a percentage can be taken off each line."]},
    ),
    ({"products": ["x"]}, {"products": ["“x” is not a valid value."]}),
    (
        {"categories": [str(10**15)]},
        {"categories": ["Select a valid choice. 1000000000000000 is not one of the available choices."]},
    ),
]


@pytest.mark.parametrize(("values", "errors"), FAULTS)
def test_what_cannot_be_is_refused_beside_its_field(browser: Client, values: Any, errors: Any):
    response = browser.post(ADD, {**NEW, **values})

    assert errors_of(response) == errors
    assert not Promotion.objects.exists()


def test_limit_below_the_uses_is_refused(browser: Client, customer: User):
    code = make_code()
    make_redemption(customer, code)
    make_redemption(customer, code)

    refused = send_form(browser, page_of(code.promotion), usage_limit="1")
    of_code = send_form(browser, page_of(code), usage_limit="1")
    saved = send_form(browser, page_of(code.promotion), usage_limit="2")

    message = ["2 orders use it already: the limit cannot be lower."]
    assert (errors_of(refused), errors_of(of_code)) == ({"usage_limit": message}, {"usage_limit": message})
    assert saved.status_code == 302
    code.promotion.refresh_from_db()
    assert (code.promotion.usage_limit, code.promotion.used) == (2, 2)
    assert AuditEntry.objects.about(code.promotion).get().changes == {"usage_limit": [None, 2]}


def test_list_tells_what_each_promotion_is_worth_and_whether_it_runs(browser: Client, customer: User):
    make_promotion(value="12.50")
    make_promotion(kind="fixed", value="300", is_active=False)
    make_promotion(kind="free_delivery", starts_at=datetime(2999, 1, 1, tzinfo=UTC))
    make_promotion(ends_at=datetime(2020, 1, 1, tzinfo=UTC), usage_limit=5, used=2)

    rows = browser.get(LIST).context["cl"].result_list
    admin = browser.get(LIST).context["cl"].model_admin

    assert [(admin.worth(row), admin.state(row), admin.uses(row)) for row in rows] == [
        ("10 %", "over", "2 / 5"),
        ("free delivery", "planned", "—"),
        ("300.00\u00a0₽", "switched off", "—"),
        ("12.5 %", "valid now", "—"),
    ]


def test_percentage_is_written_as_the_reader_writes_numbers(browser: Client):
    make_promotion(value="12.50")
    make_promotion(value="100")

    changelist = browser.get(LIST).context["cl"]

    with translation.override("ru"):
        assert [changelist.model_admin.worth(row) for row in changelist.result_list] == ["100 %", "12,5 %"]


def test_promotion_that_has_codes_is_kept(browser: Client):
    used, plain = make_code().promotion, make_promotion()

    browser.post(reverse("admin:promotions_promotion_delete", args=[plain.pk]), {"post": "yes"})
    page = browser.post(reverse("admin:promotions_promotion_delete", args=[used.pk]), {"post": "yes"})

    assert list(Promotion.objects.all()) == [used]
    assert page.context["protected"]
    entry = AuditEntry.objects.get(target_kind="promotions.promotion")
    assert (entry.action, entry.target_id) == ("deleted", plain.pk)


def test_page_of_what_was_used_asks_for_no_permission_to_delete_it(browser: Client, customer: User):
    code = make_redemption(customer).code
    assert code

    page = browser.get(reverse("admin:promotions_promotioncode_delete", args=[code.pk]))

    assert (page.context["perms_lacking"], len(page.context["protected"])) == (set(), 1)
    assert "your account doesn't have permission" not in page.text


def test_page_leads_to_codes_and_uses(browser: Client, customer: User):
    redemption = make_redemption(customer)

    page = browser.get(page_of(redemption.promotion))

    assert [label for _address, label in page.context["links"]] == ["Codes", "Make codes", "Uses"]
    found = [browser.get(address) for address, _label in page.context["links"]]
    assert {response.status_code for response in found} == {200}
    assert list(found[0].context["cl"].result_list) == [redemption.code]
    assert list(found[2].context["cl"].result_list) == [redemption]
    assert reverse("admin:orders_order_change", args=[redemption.order_id]) in found[2].text


def test_codes_are_made_in_a_batch(browser: Client):
    promotion = make_promotion()
    address = reverse("admin:promotions_promotion_draw_codes", args=[promotion.pk])

    response = browser.post(address, {"number": "25", "length": "8", "beginning": "tea-"}, follow=True)

    assert "25 codes were made." in response.text
    codes = PromotionCode.objects.all()
    assert (codes.count(), {(code.usage_limit, code.code[:4]) for code in codes}) == (25, {(1, "TEA-")})
    assert set(response.context["cl"].result_list) == set(codes)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"number": "10001"}, "number"),
        ({"number": "0"}, "number"),
        ({"length": "7"}, "length"),
        ({"beginning": "two words "}, "beginning"),
        ({"beginning": "x" * 21}, "beginning"),
    ],
)
def test_batch_that_cannot_be_is_refused(browser: Client, values: Any, field: str):
    address = reverse("admin:promotions_promotion_draw_codes", args=[make_promotion().pk])

    response = browser.post(address, {"number": "5", "length": "8", "beginning": "", **values})

    assert list(response.context["form"].errors) == [field]
    assert not PromotionCode.objects.exists()


def test_code_is_made_in_capitals_and_found_in_any_case(browser: Client):
    promotion = make_promotion()
    values = {"promotion": promotion.pk, "code": "чай10", "is_active": "on"}
    add = reverse("admin:promotions_promotioncode_add")

    first, again = browser.post(add, values), browser.post(add, {**values, "code": "Чай10"})

    code = PromotionCode.objects.get()
    assert (first.status_code, code.code) == (302, "ЧАЙ10")
    assert errors_of(again) == {"code": ["Promotion code with this Code already exists."]}
    assert AuditEntry.objects.about(code).get().changes["code"] == [None, "ЧАЙ10"]
    found = browser.get(reverse("admin:promotions_promotioncode_changelist"), {"q": "чай"})
    assert list(found.context["cl"].result_list) == [code]


@pytest.mark.parametrize("text", ["TEA 10", "TEA!", "…"])
def test_code_that_nobody_could_type_is_refused(browser: Client, text: str):
    values = {"promotion": make_promotion().pk, "code": text, "is_active": "on"}

    response = browser.post(reverse("admin:promotions_promotioncode_add"), values)

    assert errors_of(response) == {"code": ["Use letters, digits, hyphens and underscores only."]}


def test_list_of_codes_tells_uses_only_where_they_are_counted(browser: Client):
    make_code(usage_limit=3, used=1)
    make_code(promotion=make_promotion(usage_limit=5, used=2))  # counted by the promotion

    rows = browser.get(reverse("admin:promotions_promotioncode_changelist")).context["cl"].result_list

    assert [CountedUses().uses(row) for row in rows] == ["—", "1 / 3"]


def test_code_of_an_automatic_promotion_comes_with_a_warning(browser: Client):
    add, texts = reverse("admin:promotions_promotioncode_add"), []
    for trigger in ("automatic", "code"):
        values = {"promotion": make_promotion(trigger=trigger).pk, "code": trigger, "is_active": "on"}
        response = browser.post(add, values, follow=True)
        texts.append([message.level_tag for message in response.context["messages"]])

    assert texts == [["warning", "success"], ["success"]]


def test_leaked_codes_are_switched_off(browser: Client):
    codes = [make_code(), make_code(is_active=False)]
    chosen = {"action": "deactivate", "_selected_action": [code.pk for code in codes], "step": "confirm"}

    response = browser.post(reverse("admin:promotions_promotioncode_changelist"), chosen)

    assert response.status_code == 200
    assert set(PromotionCode.objects.values_list("is_active", flat=True)) == {False}
    assert AuditEntry.objects.about(codes[0]).get().changes == {"is_active": [True, False]}
    assert not AuditEntry.objects.about(codes[1]).exists()
