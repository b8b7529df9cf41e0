"""A customer's way through the store with the typed client: `python journey.py http://127.0.0.1:8000`."""

import sys
import time
import uuid

from online_store_client import AuthenticatedClient, Client
from online_store_client.api.auth import log_in, register
from online_store_client.api.categories import list_categories
from online_store_client.api.orders import (
    change_order_status,
    get_invoice,
    list_own_orders,
    place_order,
    quote_order,
)
from online_store_client.api.products import list_products
from online_store_client.models import (
    AddressInputRequest,
    ChangeStatusInputRequest,
    DeliveryChoiceInputRequest,
    InsufficientStockProblem,
    LoginInputRequest,
    OrderOutput,
    PaginatedCategoryOutputList,
    PaginatedOrderRowOutputList,
    PaginatedProductOutputList,
    PlaceOrderInputRequest,
    ProductOutput,
    QuoteOutput,
    RegisterInputRequest,
    RequestedItemInputRequest,
    TokenPairOutput,
    UserOutput,
)
from online_store_client.types import File


def sign_in(url: str) -> AuthenticatedClient:
    """Open an account and log in."""
    name, password = f"journey-py-{time.time_ns()}", "a-long-walk-by-the-sea"
    with Client(base_url=url) as client:
        account = RegisterInputRequest(username=name, email=f"{name}@example.com", password=password)
        user = register.sync(client=client, body=account)
        assert isinstance(user, UserOutput), user
        tokens = log_in.sync(client=client, body=LoginInputRequest(username=name, password=password))
        assert isinstance(tokens, TokenPairOutput), tokens
    return AuthenticatedClient(base_url=url, token=tokens.access)


def find_product(client: AuthenticatedClient) -> ProductOutput:
    """Browse the categories, and search."""
    categories = list_categories.sync(client=client, page_size=5)
    assert isinstance(categories, PaginatedCategoryOutputList), categories
    assert len(categories.results) == 5
    assert categories.next_
    found = list_products.sync(client=client, search="ЧАЙ", in_stock=True, ordering=["price"])
    assert isinstance(found, PaginatedProductOutputList), found
    return found.results[0]


def order(client: AuthenticatedClient, product: ProductOutput) -> OrderOutput:
    """Order too much, which is refused with what there is, and then one piece by courier, as quoted."""
    too_much = RequestedItemInputRequest(product_id=product.id, quantity=product.stock + 1)
    refused = place_order.sync(client=client, body=PlaceOrderInputRequest(items=[too_much]))
    assert isinstance(refused, InsufficientStockProblem), refused
    assert refused.details[0].available == product.stock

    body = quoted(client, product)
    placed = place_order.sync(client=client, body=body, idempotency_key=str(uuid.uuid4()))
    assert isinstance(placed, OrderOutput), placed
    assert placed.history[0].from_status is None
    assert placed.total_price == body.expected_total
    return placed


def quoted(client: AuthenticatedClient, product: ProductOutput) -> PlaceOrderInputRequest:
    """Choose a way of delivery and a coupon, and expect what the store quotes for them."""
    body = PlaceOrderInputRequest(
        items=[RequestedItemInputRequest(product_id=product.id, quantity=1)],
        shipping_address=AddressInputRequest(
            name="Анна Смирнова",
            phone="8 (912) 345-67-89",
            country="RU",
            city="Москва",
            postal_code="101000",
            line1="Мясницкая, 1",
        ),
    )
    quote = quote_order.sync(client=client, body=body)
    assert isinstance(quote, QuoteOutput), quote
    option = next(each for each in quote.delivery_options if each.available)
    body.delivery, body.coupon = DeliveryChoiceInputRequest(method=option.method), "tea10"
    quote = quote_order.sync(client=client, body=body)
    assert isinstance(quote, QuoteOutput), quote
    assert (quote.problems, quote.delivery_price) == ([], option.price)
    assert quote.discounts[0].code == "TEA10"
    body.expected_total = quote.total_price
    return body


def cancel(client: AuthenticatedClient, placed: OrderOutput) -> None:
    """Cancel the order, and find it among the cancelled ones."""
    body = ChangeStatusInputRequest(status="cancelled", comment="By the typed client")
    cancelled = change_order_status.sync(placed.id, client=client, body=body)
    assert isinstance(cancelled, OrderOutput), cancelled
    assert (cancelled.status, cancelled.allowed_statuses) == ("cancelled", [])
    orders = list_own_orders.sync(client=client, status=["cancelled"])
    assert isinstance(orders, PaginatedOrderRowOutputList), orders
    assert [row.id for row in orders.results] == [placed.id]


def invoice_of(client: AuthenticatedClient, placed: OrderOutput) -> bytes:
    """Fetch the invoice as soon as it is made."""
    for _attempt in range(120):
        answer = get_invoice.sync_detailed(placed.id, client=client)
        if isinstance(answer.parsed, File):
            return answer.parsed.payload.read()
        assert answer.status_code == 202, answer
        time.sleep(0.25)
    raise AssertionError("There is no invoice")


if __name__ == "__main__":
    with sign_in(sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8000") as customer:
        bought = order(customer, find_product(customer))
        cancel(customer, bought)
        assert invoice_of(customer, bought).startswith(b"%PDF")
    print(f"order {bought.id}: done")
