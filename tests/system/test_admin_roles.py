"""Roles in the admin: which page and which action is open to which, in two tables."""

from collections.abc import Callable, Iterator
from functools import cache

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group
from django.test import Client, RequestFactory
from django.urls import URLPattern, URLResolver, reverse

from apps.backoffice.roles import ROLES
from apps.catalog.tests.variants import make_group
from apps.delivery.tests.factories import make_method, make_point, make_rate, make_zone
from apps.integrations.models import Feed
from apps.orders.tests.factories import make_order
from apps.payments.models import Refund
from apps.payments.tests.factories import make_payment
from apps.promotions.tests.factories import make_redemption
from apps.store.tests.sellers import make_seller
from apps.users.models import Session, User

# Nobody is staff without a group; the boss is a superuser.
WALKERS = ("nobody", *ROLES, "boss")
# Each opens every page there is.
SHORT = {"nobody", "Catalogue editor"}
SOME_LONG = [pytest.param(walker, marks=() if walker in SHORT else pytest.mark.long) for walker in WALKERS]

# The answer to GET by the name of the page, for each of WALKERS. 405: it takes a POST. What was exported or
# uploaded is its owner's: 404, for theirs is none.
PAGES: dict[str, tuple[int, ...]] = {
    "app_list": (404, 200, 404, 404, 200, 200, 200),
    "audit_auditentry_add": (403, 403, 403, 403, 403, 403, 403),
    "audit_auditentry_change": (403, 403, 403, 403, 403, 403, 200),
    "audit_auditentry_changelist": (403, 403, 403, 403, 403, 403, 200),
    "audit_auditentry_delete": (403, 403, 403, 403, 403, 403, 403),
    "audit_auditentry_export": (403, 403, 403, 403, 403, 403, 200),
    "audit_auditentry_history": (403, 403, 403, 403, 403, 403, 200),
    "auth_group_add": (403, 403, 403, 403, 403, 403, 200),
    "auth_group_change": (403, 403, 403, 403, 403, 403, 200),
    "auth_group_changelist": (403, 403, 403, 403, 403, 403, 200),
    "auth_group_delete": (403, 403, 403, 403, 403, 403, 200),
    "auth_group_history": (403, 403, 403, 403, 403, 403, 200),
    "auth_user_password_change": (403, 403, 403, 403, 403, 403, 200),
    "autocomplete": (403, 403, 403, 403, 403, 403, 403),
    "catalog_attribute_add": (403, 403, 403, 200, 403, 403, 200),
    "catalog_attribute_change": (403, 403, 403, 200, 403, 403, 200),
    "catalog_attribute_changelist": (403, 403, 403, 200, 403, 403, 200),
    "catalog_attribute_delete": (403, 403, 403, 403, 403, 403, 403),
    "catalog_attribute_history": (403, 403, 403, 200, 403, 403, 200),
    "catalog_category_add": (403, 403, 403, 200, 403, 403, 200),
    "catalog_category_change": (403, 403, 200, 200, 200, 403, 200),
    "catalog_category_changelist": (403, 403, 200, 200, 200, 403, 200),
    "catalog_category_delete": (403, 403, 403, 403, 403, 403, 200),
    "catalog_category_history": (403, 403, 200, 200, 200, 403, 200),
    "catalog_product_add": (403, 403, 403, 200, 403, 403, 200),
    "catalog_product_change": (403, 200, 200, 200, 200, 403, 200),
    "catalog_product_changelist": (403, 200, 200, 200, 200, 403, 200),
    "catalog_product_delete": (403, 403, 403, 403, 403, 403, 403),
    "catalog_product_export": (403, 200, 200, 200, 200, 403, 200),
    "catalog_product_history": (403, 200, 200, 200, 200, 403, 200),
    "catalog_product_import": (403, 403, 403, 200, 403, 403, 200),
    "catalog_product_import_again": (405, 405, 405, 405, 405, 405, 405),
    "catalog_product_import_decision": (405, 405, 405, 405, 405, 405, 405),
    "catalog_product_import_reading": (405, 405, 405, 405, 405, 405, 405),
    "catalog_product_import_bad_rows": (403, 403, 403, 404, 403, 403, 404),
    "catalog_product_import_page": (403, 403, 403, 404, 403, 403, 404),
    "catalog_product_import_progress": (403, 403, 403, 404, 403, 403, 404),
    "catalog_product_pictures": (405, 405, 405, 405, 405, 405, 405),
    "catalog_product_stock": (403, 403, 200, 200, 200, 403, 200),
    "catalog_product_stocktake": (403, 403, 200, 200, 403, 403, 200),
    "catalog_productgroup_add": (403, 403, 403, 200, 403, 403, 200),
    "catalog_productgroup_change": (403, 403, 403, 200, 200, 403, 200),
    "catalog_productgroup_changelist": (403, 403, 403, 200, 200, 403, 200),
    "catalog_productgroup_delete": (403, 403, 403, 200, 403, 403, 200),
    "catalog_productgroup_history": (403, 403, 403, 200, 200, 403, 200),
    "catalog_stockmovement_add": (403, 403, 403, 403, 403, 403, 403),
    "catalog_stockmovement_change": (403, 403, 200, 200, 200, 403, 200),
    "catalog_stockmovement_changelist": (403, 403, 200, 200, 200, 403, 200),
    "catalog_stockmovement_delete": (403, 403, 403, 403, 403, 403, 403),
    "catalog_stockmovement_history": (403, 403, 200, 200, 200, 403, 200),
    "delivery_deliverymethod_add": (403, 403, 403, 403, 403, 403, 200),
    "delivery_deliverymethod_change": (403, 200, 403, 403, 200, 403, 200),
    "delivery_deliverymethod_changelist": (403, 200, 403, 403, 200, 403, 200),
    "delivery_deliverymethod_delete": (403, 403, 403, 403, 403, 403, 200),
    "delivery_deliverymethod_history": (403, 200, 403, 403, 200, 403, 200),
    "delivery_deliveryzone_add": (403, 403, 403, 403, 403, 403, 200),
    "delivery_deliveryzone_change": (403, 200, 403, 403, 200, 403, 200),
    "delivery_deliveryzone_changelist": (403, 200, 403, 403, 200, 403, 200),
    "delivery_deliveryzone_delete": (403, 403, 403, 403, 403, 403, 200),
    "delivery_deliveryzone_find": (403, 200, 403, 403, 200, 403, 200),
    "delivery_deliveryzone_history": (403, 200, 403, 403, 200, 403, 200),
    "delivery_pickuppoint_add": (403, 403, 403, 403, 403, 403, 200),
    "delivery_pickuppoint_change": (403, 200, 403, 403, 200, 403, 200),
    "delivery_pickuppoint_changelist": (403, 200, 403, 403, 200, 403, 200),
    "delivery_pickuppoint_delete": (403, 403, 403, 403, 403, 403, 200),
    "delivery_pickuppoint_history": (403, 200, 403, 403, 200, 403, 200),
    "delivery_pickuppoint_import": (403, 403, 403, 403, 403, 403, 200),
    "import_export_export_add": (403, 403, 403, 403, 403, 403, 403),
    "import_export_export_again": (405, 405, 405, 405, 405, 405, 405),
    "import_export_export_change": (404, 404, 404, 404, 404, 404, 404),
    "import_export_export_changelist": (403, 200, 200, 200, 200, 200, 200),
    "import_export_export_delete": (403, 403, 403, 403, 403, 403, 403),
    "import_export_export_file": (404, 404, 404, 404, 404, 404, 404),
    "import_export_export_history": (302, 302, 302, 302, 302, 302, 302),
    "import_export_export_progress": (404, 404, 404, 404, 404, 404, 404),
    "index": (200, 200, 200, 200, 200, 200, 200),
    "integrations_feed_add": (403, 403, 403, 403, 403, 403, 403),
    "integrations_feed_change": (403, 403, 403, 200, 403, 403, 200),
    "integrations_feed_changelist": (403, 403, 403, 200, 403, 403, 200),
    "integrations_feed_delete": (403, 403, 403, 403, 403, 403, 403),
    "integrations_feed_history": (403, 403, 403, 200, 403, 403, 200),
    "integrations_feed_make": (403, 403, 403, 405, 403, 403, 405),
    "jobs_job_add": (403, 403, 403, 403, 403, 403, 403),
    "jobs_job_change": (403, 200, 403, 403, 200, 403, 200),
    "jobs_job_changelist": (403, 200, 403, 403, 200, 403, 200),
    "jobs_job_delete": (403, 403, 403, 403, 403, 403, 403),
    "jobs_job_figures": (403, 200, 403, 403, 200, 403, 200),
    "jobs_job_history": (403, 200, 403, 403, 200, 403, 200),
    "jobs_job_run_again": (403, 405, 403, 403, 403, 403, 405),
    "jsi18n": (200, 200, 200, 200, 200, 200, 200),
    "orders_order_add": (403, 403, 403, 403, 403, 403, 403),
    "orders_order_change": (403, 200, 403, 403, 200, 200, 200),
    "orders_order_changelist": (403, 200, 403, 403, 200, 200, 200),
    "orders_order_delete": (403, 403, 403, 403, 403, 403, 403),
    "orders_order_export": (403, 200, 403, 403, 200, 200, 200),
    "orders_order_history": (403, 200, 403, 403, 200, 200, 200),
    "orders_order_invoice": (403, 404, 403, 403, 404, 404, 404),
    "orders_order_move": (405, 405, 405, 405, 405, 405, 405),
    "orders_order_note": (405, 405, 405, 405, 405, 405, 405),
    "orders_order_remake": (405, 405, 405, 405, 405, 405, 405),
    "orders_order_resend": (405, 405, 405, 405, 405, 405, 405),
    "orders_paymentmethod_add": (403, 403, 403, 403, 403, 403, 200),
    "orders_paymentmethod_change": (403, 200, 403, 403, 200, 200, 200),
    "orders_paymentmethod_changelist": (403, 200, 403, 403, 200, 200, 200),
    "orders_paymentmethod_delete": (403, 403, 403, 403, 403, 403, 200),
    "orders_paymentmethod_history": (403, 200, 403, 403, 200, 200, 200),
    "orders_order_ask_provider": (405, 405, 405, 405, 405, 405, 405),
    "orders_order_decide_refund": (405, 405, 405, 405, 405, 405, 405),
    "orders_order_give_up_payment": (405, 405, 405, 405, 405, 405, 405),
    "orders_order_looked_into": (405, 405, 405, 405, 405, 405, 405),
    "orders_order_record_payment": (405, 405, 405, 405, 405, 405, 405),
    "orders_order_refund": (405, 405, 405, 405, 405, 405, 405),
    "orders_order_unblock_refunds": (405, 405, 405, 405, 405, 405, 405),
    "payments_payment_add": (403, 403, 403, 403, 403, 403, 403),
    "payments_payment_change": (403, 200, 403, 403, 200, 200, 200),
    "payments_payment_changelist": (403, 200, 403, 403, 200, 200, 200),
    "payments_payment_delete": (403, 403, 403, 403, 403, 403, 403),
    "payments_payment_history": (403, 200, 403, 403, 200, 200, 200),
    "payments_refund_add": (403, 403, 403, 403, 403, 403, 403),
    "payments_refund_change": (403, 200, 403, 403, 200, 200, 200),
    "payments_refund_changelist": (403, 200, 403, 403, 200, 200, 200),
    "payments_refund_delete": (403, 403, 403, 403, 403, 403, 403),
    "payments_refund_history": (403, 200, 403, 403, 200, 200, 200),
    "password_change": (200, 200, 200, 200, 200, 200, 200),
    "password_change_done": (200, 200, 200, 200, 200, 200, 200),
    "password_reset": (200, 200, 200, 200, 200, 200, 200),
    "password_reset_confirm": (200, 200, 200, 200, 200, 200, 200),
    "store_seller_add": (403, 403, 403, 403, 403, 403, 200),
    "store_seller_change": (403, 403, 403, 403, 403, 403, 200),
    "store_seller_changelist": (403, 403, 403, 403, 403, 403, 200),
    "store_seller_delete": (403, 403, 403, 403, 403, 403, 200),
    "store_seller_history": (403, 403, 403, 403, 403, 403, 200),
    "store_taxclass_add": (403, 403, 403, 403, 403, 403, 200),
    "store_taxclass_change": (403, 403, 403, 200, 403, 403, 200),
    "store_taxclass_changelist": (403, 403, 403, 200, 403, 403, 200),
    "store_taxclass_delete": (403, 403, 403, 403, 403, 403, 200),
    "store_taxclass_history": (403, 403, 403, 200, 403, 403, 200),
    "promotions_promotion_add": (403, 403, 403, 200, 403, 403, 200),
    "promotions_promotion_change": (403, 200, 403, 200, 200, 403, 200),
    "promotions_promotion_changelist": (403, 200, 403, 200, 200, 403, 200),
    "promotions_promotion_delete": (403, 403, 403, 403, 403, 403, 200),
    "promotions_promotion_draw_codes": (403, 403, 403, 200, 403, 403, 200),
    "promotions_promotion_history": (403, 200, 403, 200, 200, 403, 200),
    "promotions_promotioncode_add": (403, 403, 403, 200, 403, 403, 200),
    "promotions_promotioncode_change": (403, 200, 403, 200, 200, 403, 200),
    "promotions_promotioncode_changelist": (403, 200, 403, 200, 200, 403, 200),
    "promotions_promotioncode_delete": (403, 403, 403, 403, 403, 403, 200),
    "promotions_promotioncode_export": (403, 200, 403, 200, 200, 403, 200),
    "promotions_promotioncode_history": (403, 200, 403, 200, 200, 403, 200),
    "promotions_redemption_add": (403, 403, 403, 403, 403, 403, 403),
    "promotions_redemption_change": (403, 200, 403, 200, 200, 403, 200),
    "promotions_redemption_changelist": (403, 200, 403, 200, 200, 403, 200),
    "promotions_redemption_delete": (403, 403, 403, 403, 403, 403, 403),
    "promotions_redemption_history": (403, 200, 403, 200, 200, 403, 200),
    "users_session_add": (403, 403, 403, 403, 403, 403, 403),
    "users_session_change": (403, 403, 403, 403, 200, 403, 200),
    "users_session_changelist": (403, 403, 403, 403, 200, 403, 200),
    "users_session_delete": (403, 403, 403, 403, 403, 403, 200),
    "users_session_history": (403, 403, 403, 403, 200, 403, 200),
    "users_user_add": (403, 403, 403, 403, 403, 403, 200),
    "users_user_change": (403, 200, 403, 403, 200, 403, 200),
    "users_user_changelist": (403, 200, 403, 403, 200, 403, 200),
    "users_user_delete": (403, 403, 403, 403, 403, 403, 200),
    "users_user_history": (403, 200, 403, 403, 200, 403, 200),
}
# The answer to an empty POST, of pages that take nothing else. 404 and 302: they were let through.
POSTS: dict[str, tuple[int, ...]] = {
    "catalog_product_import_again": (403, 403, 403, 404, 403, 403, 404),
    "catalog_product_import_decision": (403, 403, 403, 404, 403, 403, 404),
    "catalog_product_import_reading": (403, 403, 403, 404, 403, 403, 404),
    "import_export_export_again": (404, 404, 404, 404, 404, 404, 404),
    "catalog_product_pictures": (403, 403, 403, 302, 403, 403, 302),
    "integrations_feed_make": (403, 403, 403, 302, 403, 403, 302),
    "jobs_job_run_again": (403, 302, 403, 403, 403, 403, 302),
    "orders_order_move": (403, 404, 403, 403, 403, 403, 404),
    "orders_order_note": (403, 302, 403, 403, 403, 403, 302),
    "orders_order_remake": (403, 302, 403, 403, 403, 403, 302),
    "orders_order_resend": (403, 302, 403, 403, 403, 403, 302),
    "orders_order_ask_provider": (403, 404, 403, 403, 404, 404, 404),
    "orders_order_decide_refund": (403, 403, 403, 403, 403, 404, 404),
    "orders_order_give_up_payment": (403, 403, 403, 403, 403, 404, 404),
    "orders_order_looked_into": (403, 403, 403, 403, 403, 302, 302),
    "orders_order_record_payment": (403, 403, 403, 403, 403, 302, 302),
    "orders_order_refund": (403, 403, 403, 403, 403, 302, 302),
    "orders_order_unblock_refunds": (403, 403, 403, 403, 403, 404, 404),
}
# The actions of each list that each of WALKERS is offered.
ACTIONS: dict[str, tuple[bool, ...]] = {
    "audit.auditentry: export_chosen": (True, True, True, True, True, True, True),
    "auth.group: delete_selected": (False, False, False, False, False, False, True),
    "catalog.category: delete_selected": (False, False, False, False, False, False, True),
    "catalog.product: activate": (False, False, False, True, False, False, True),
    "catalog.product: adjust_stock": (False, False, True, True, False, False, True),
    "catalog.product: change_price": (False, False, False, True, False, False, True),
    "catalog.product: deactivate": (False, False, False, True, False, False, True),
    "catalog.product: export_chosen": (True, True, True, True, True, True, True),
    "catalog.product: make_group": (False, False, False, True, False, False, True),
    "catalog.product: move_to_category": (False, False, False, True, False, False, True),
    "catalog.product: stocktake": (False, False, True, True, False, False, True),
    "catalog.productgroup: delete_selected": (False, False, False, True, False, False, True),
    "catalog.attribute: delete_selected": (False, False, False, False, False, False, True),
    "delivery.deliverymethod: delete_selected": (False, False, False, False, False, False, True),
    "delivery.deliveryzone: delete_selected": (False, False, False, False, False, False, True),
    "delivery.pickuppoint: delete_selected": (False, False, False, False, False, False, True),
    "jobs.job: run_again": (False, True, False, False, False, False, True),
    "orders.order: cancel": (False, True, False, False, False, False, True),
    "orders.order: export_chosen": (True, True, True, True, True, True, True),
    "orders.order: mark_delivered": (False, True, False, False, False, False, True),
    "orders.order: mark_processing": (False, True, False, False, False, False, True),
    "orders.order: mark_shipped": (False, True, False, False, False, False, True),
    "orders.order: move_on": (False, True, False, False, False, False, True),
    "orders.order: process_and_ship": (False, True, False, False, False, False, True),
    "orders.order: remake_invoice": (False, True, False, False, False, False, True),
    "orders.order: resend_email": (False, True, False, False, False, False, True),
    "store.seller: delete_selected": (False, False, False, False, False, False, True),
    "store.taxclass: delete_selected": (False, False, False, False, False, False, True),
    "promotions.promotion: delete_selected": (False, False, False, False, False, False, True),
    "promotions.promotioncode: deactivate": (False, False, False, True, False, False, True),
    "promotions.promotioncode: delete_selected": (False, False, False, False, False, False, True),
    "promotions.promotioncode: export_chosen": (True, True, True, True, True, True, True),
    "orders.paymentmethod: delete_selected": (False, False, False, False, False, False, True),
    "users.session: end_sessions": (False, False, False, False, False, False, True),
    "users.user: delete_selected": (False, False, False, False, False, False, True),
}
# Pages of Django's that are everybody's, or that lead elsewhere by themselves.
OPEN = {"login", "logout", "view_on_site"}


@pytest.mark.django_db
@pytest.mark.parametrize("walker", SOME_LONG)
def test_walker_finds_open_what_the_table_says(walker: str, walk: Callable[[str], User]):
    user = walk(walker)
    client = Client()
    client.force_login(user)

    answers = {name: client.get(address_of(name)).status_code for name in page_names()}

    posted = {name: client.post(address_of(name)).status_code for name in POSTS}

    column = WALKERS.index(walker)
    assert answers == {name: row[column] for name, row in PAGES.items()}
    assert posted == {name: row[column] for name, row in POSTS.items()}
    assert {name for name, row in PAGES.items() if 405 in row} == set(POSTS)


@pytest.mark.django_db
@pytest.mark.parametrize("walker", WALKERS)
def test_walker_is_offered_the_actions_that_the_table_says(walker: str, walk: Callable[[str], User]):
    request = RequestFactory().get("/admin/")
    request.user = walk(walker)

    offered = {
        f"{label}: {action}"
        for label, model_admin in all_admins()
        for action in model_admin.get_actions(request)
    }

    column = WALKERS.index(walker)
    assert offered == {name for name, row in ACTIONS.items() if row[column]}
    assert {name for name, row in ACTIONS.items() if not any(row)} == set()


@pytest.mark.django_db
def test_admin_is_closed_to_customers_and_strangers(make_user: Callable[..., User]):
    stranger, customer = Client(), Client()
    customer.force_login(make_user())
    make_order(make_user())

    answers = {
        (name, client.get(address_of(name)).status_code)
        for name in page_names() - {"jsi18n"}
        for client in (stranger, customer)
    }

    assert {name for name, status in answers if status == 200} == {"password_reset", "password_reset_confirm"}
    assert {status for _name, status in answers} == {200, 302}


@pytest.fixture
def walk(make_user: Callable[..., User]) -> Callable[[str], User]:
    """Return a function that makes somebody of that role, in a shop that has a row of everything."""

    def make(walker: str) -> User:
        customer = make_user()
        payment = make_payment(make_order(customer))
        Refund.objects.create(payment=payment, order=payment.order, amount=1, status="failed", cause="manual")
        make_seller()
        make_rate(make_method(), "350.00", zone=make_zone())
        make_point()
        make_group()
        make_redemption(customer)
        Feed.objects.create(kind="yml", folder="yml/1")
        Session.objects.open(customer)
        user = make_user(is_staff=True, is_superuser=walker == "boss")
        if walker in ROLES:
            user.groups.add(Group.objects.get(name=walker))
        return user

    return make


def page_names() -> set[str]:
    return set(_names(admin.site.get_urls())) - OPEN


def _names(patterns: list[URLPattern | URLResolver]) -> Iterator[str]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from _names(pattern.url_patterns)
        elif pattern.name:  # Django has one without: the old address of a page, which leads to the new one
            yield pattern.name


def address_of(name: str) -> str:
    """Return the address of the page; one of a row leads to the first row, which is a customer's."""
    if name == "app_list":
        return reverse("admin:app_list", args=["orders"])
    if model_admin := pages_of_rows().get(name):
        row = model_admin.model._default_manager.order_by("pk").first()
        return reverse(f"admin:{name}", args=[row.pk if row else 1])
    return reverse(f"admin:{name}")


@cache
def pages_of_rows() -> dict[str | None, admin.ModelAdmin]:
    return {
        pattern.name: model_admin
        for _label, model_admin in all_admins()
        for pattern in model_admin.get_urls()
        if pattern.pattern.converters
    }


def all_admins() -> list[tuple[str, admin.ModelAdmin]]:
    return [(model._meta.label_lower, model_admin) for model, model_admin in admin.site._registry.items()]
