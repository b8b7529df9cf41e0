"""Permissions of the API: every route and method against every kind of caller, in one table."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.urls import URLPattern, URLResolver, get_resolver
from rest_framework.test import APIClient

from apps.catalog.tests.factories import make_image, make_product
from apps.catalog.tests.variants import make_group
from apps.delivery.tests.factories import make_saved_address
from apps.jobs.models import Job
from apps.orders.tests.factories import make_order
from apps.users.models import Session, User
from apps.users.sessions import log_out
from apps.users.tokens import StoreAccessToken, pair_for
from conftest import signed_in
from tests.contract.access_table import ROLES, TABLE
from tests.support.databases import undone
from tests.support.payments_by_hand import payment_of, refund_of


@pytest.mark.parametrize(("method", "path"), [pytest.param(*call, id=" ".join(call)) for call in TABLE])
def test_callers_get_what_the_table_says(make_user: Callable[..., User], method: str, path: str):
    owner = make_user()
    address = address_of(path, owner)
    statuses = {}
    for role in ROLES:
        with undone():  # so the next one meets the same store
            response = client_of(role, owner, make_user).generic(
                method, address, "{}", content_type="application/json"
            )
        statuses[role] = response.status_code

    assert statuses == dict(zip(ROLES, TABLE[method, path], strict=True))


def test_every_route_of_the_api_stands_in_the_table():
    routes = set(api_routes(get_resolver().url_patterns, ""))

    assert routes == set(TABLE)


@pytest.mark.parametrize(
    ("permission", "method", "path", "status"),
    [
        ("catalog.add_product", "POST", "products/", 400),
        ("catalog.change_product", "GET", "admin/products/{product}/images/", 200),
        ("catalog.change_product", "POST", "admin/products/{product}/images/", 400),
        ("catalog.change_product", "POST", "admin/products/{product}/images/order/", 400),
        ("catalog.change_product", "PATCH", "admin/products/{product}/images/{image}/", 200),
        ("catalog.change_product", "DELETE", "admin/products/{product}/images/{image}/", 204),
        ("catalog.view_product", "GET", "admin/products/{product}/images/", 403),
        ("catalog.change_product", "PATCH", "products/{product}/", 200),
        ("catalog.delete_product", "DELETE", "products/{product}/", 204),
        ("catalog.view_stockmovement", "GET", "admin/products/{product}/stock-movements/", 200),
        ("catalog.add_stockmovement", "POST", "admin/products/{product}/stock-movements/", 400),
        ("catalog.change_category", "PATCH", "categories/{category}/", 200),
        ("orders.view_order", "GET", "admin/orders/", 200),
        ("jobs.view_job", "GET", "admin/jobs/", 200),
        ("jobs.view_job", "GET", "admin/jobs/{job}/", 200),
        ("jobs.change_job", "POST", "admin/jobs/{job}/retry/", 409),
        ("orders.view_order", "GET", "orders/{order}/", 200),
        ("orders.change_order", "PATCH", "orders/{order}/", 400),
        ("orders.change_order", "PATCH", "admin/orders/{order}/", 400),
        ("orders.view_order", "PATCH", "admin/orders/{order}/", 403),
        ("orders.view_order", "GET", "orders/{order}/basket/", 200),
        ("orders.view_order", "GET", "orders/{order}/payments/", 200),
        ("orders.view_order", "GET", "orders/{order}/payments/{payment}/", 200),
        ("orders.view_order", "POST", "orders/{order}/payments/", 403),
        ("payments.add_payment", "POST", "orders/{order}/payments/", 400),
        ("payments.add_payment", "POST", "admin/orders/{order}/payments/", 400),
        ("payments.add_payment", "POST", "admin/orders/{order}/refunds/", 403),
        ("payments.add_refund", "POST", "admin/orders/{order}/refunds/", 400),
        ("payments.add_refund", "POST", "admin/refunds/{refund}/confirm/", 403),
        ("payments.change_refund", "POST", "admin/refunds/{refund}/confirm/", 400),
        ("payments.change_refund", "POST", "admin/refunds/{refund}/fail/", 400),
        ("payments.view_payment", "GET", "admin/payments/", 200),
        ("payments.view_payment", "GET", "admin/refunds/", 200),
        ("payments.view_refund", "GET", "admin/refunds/", 403),
    ],
)
def test_one_permission_opens_one_door(
    make_user: Callable[..., User], permission: str, method: str, path: str, status: int
):
    address = address_of(path, make_user())
    clerk = make_user(is_staff=True)
    label, codename = permission.split(".")
    clerk.user_permissions.add(Permission.objects.get(content_type__app_label=label, codename=codename))

    response = signed_in(clerk).generic(method, address, "{}", content_type="application/json")

    assert response.status_code == status


def test_permission_without_being_staff_opens_nothing(make_user: Callable[..., User]):
    customer = make_user()
    customer.user_permissions.add(Permission.objects.get(codename="view_order"))

    response = signed_in(customer).get("/api/v1/admin/orders/")

    assert response.status_code == 403


@pytest.mark.parametrize(
    "path", ["/api/schema/", "/api/schema/swagger-ui/", "/api/schema/redoc/", "/healthz", "/readyz"]
)
def test_anyone_reads_the_pages_about_the_store(db: None, api: APIClient, path: str):
    response = api.get(path)

    assert response.status_code == 200


def client_of(role: str, owner: User, make_user: Callable[..., User]) -> APIClient:
    clients: dict[str, Callable[[], APIClient]] = {
        "anonymous": APIClient,
        "customer": lambda: signed_in(owner),
        "other customer": lambda: signed_in(make_user()),
        "clerk": lambda: signed_in(make_user(is_staff=True)),
        "staff": lambda: signed_in(make_user(is_staff=True, is_superuser=True)),
        "deactivated": lambda: signed_in(make_user(is_active=False, is_staff=True, is_superuser=True)),
        "refresh token": lambda: client_with(pair_for(owner)["refresh"]),
        "expired token": lambda: client_with(expired_token_of(owner)),
        "token of a revoked session": lambda: client_with(revoked_token_of(owner)),
    }
    return clients[role]()


def client_with(token: str) -> APIClient:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    return client


def expired_token_of(user: User) -> str:
    token = StoreAccessToken(pair_for(user)["access"])
    token.set_exp(lifetime=timedelta(seconds=-1))
    return str(token)


def revoked_token_of(user: User) -> str:
    token = StoreAccessToken(pair_for(user)["access"])
    log_out(token.session_id)
    return str(token)


def address_of(path: str, owner: User) -> str:
    """Put ids into the path, of rows that are made where it asks for them."""
    payment = payment_of(owner) if "{payment}" in path else None
    image = make_image() if "{image}" in path else None
    makers: dict[str, Callable[[], object]] = {
        "category": lambda: make_product().category_id,
        "slug": lambda: make_product().slug,
        "group": lambda: make_group((make_product(), {})).pk,
        "product": lambda: image.product_id if image else make_product().pk,
        "image": lambda: image.pk,
        "order": lambda: payment.order_id if payment else make_order(owner).pk,
        "payment": lambda: payment.uid,
        "refund": lambda: refund_of(owner).uid,
        "provider": lambda: "manual",
        "job": lambda: Job.objects.filter(subject=f"order:{make_order(owner).pk}").latest("pk").pk,
        "address": lambda: make_saved_address(owner).pk,
        "country": lambda: "RU",
        "session": lambda: Session.objects.open(owner).pk,
    }
    ids = {name: make() for name, make in makers.items() if f"{{{name}}}" in path}
    return f"/api/v1/{path.format(**ids)}"


def api_routes(patterns: list[URLPattern | URLResolver], prefix: str) -> list[tuple[str, str]]:
    names = {
        "addresses": "address",
        "categories": "category",
        "products": "product",
        "product-groups": "group",
        "orders": "order",
        "jobs": "job",
    }
    routes = []
    for pattern in patterns:
        path = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            routes += api_routes(pattern.url_patterns, path)
        elif path.startswith("api/v1/"):
            path = path.removeprefix("api/v1/")
            for plural, name in names.items():
                path = path.replace(f"{plural}/<positive:pk>", f"{plural}/{{{name}}}")
                path = path.replace(f"{plural}/<positive:product_pk>", f"{plural}/{{{name}}}")
            path = path.replace("sessions/<uuid:pk>", "sessions/{session}")
            for name in ("payment", "refund"):
                path = path.replace(f"<uuid:{name}_id>", f"{{{name}}}")
            path = path.replace("orders/<positive:order_pk>", "orders/{order}")
            path = path.replace("images/<positive:pk>", "images/{image}")
            path = path.replace("<str:country>", "{country}").replace("<slug:provider>", "{provider}")
            path = path.replace("<slug:slug>", "{slug}")
            routes += [(method, path) for method in methods_of(pattern)]
    return routes


def methods_of(pattern: URLPattern) -> list[str]:
    view = pattern.callback
    names = getattr(view, "actions", None) or [
        name for name in view.view_class.http_method_names if hasattr(view.view_class, name)
    ]
    return [name.upper() for name in names if name not in {"head", "options"}]
