"""Bodies of orders, and what they leave in stock."""

from apps.catalog.models import Product


def item(product: Product, quantity: int) -> dict[str, int]:
    return {"product_id": product.pk, "quantity": quantity}


def stock_of(*products: Product) -> list[int]:
    stock = dict(Product.objects.values_list("pk", "stock"))
    return [stock[product.pk] for product in products]


def plain_price(total: str, *, quoted: bool = False) -> dict[str, object]:
    """Return what stands in an order, or a quote, beside its items: without discounts, delivery and tax."""
    price: dict[str, object] = {
        "items_total": total,
        "discount_total": "0.00",
        "delivery_price": "0.00",
        "delivery_discount": "0.00",
        "tax_total": "0.00",
        "prices_include_tax": True,
        "total_price": total,
        "currency": "RUB",
        "discounts": [],
        "taxes": [{"rate": None, "base": total, "amount": "0.00"}],
        "delivery": None,
    }
    if quoted:
        return price
    return price | {
        "payment_status": "unpaid",
        "shipment_status": "not_shipped",
        "payment_method": None,
        "payment_method_name": None,
        "expires_at": None,
        "cancelled_total": "0.00",
        "returned_total": "0.00",
        "allowance_total": "0.00",
        "amount_due": total,
        "paid_total": "0.00",
        "refunded_total": "0.00",
        "balance": total,
        "shipping_address": None,
        "billing_address": None,
        "pickup_point": None,
        "customer_note": "",
        "gift_message": "",
        "shipped_at": None,
        "delivered_at": None,
    }


PARTS = ("discounts", "taxes", "shipping_address", "billing_address", "pickup_point", "customer_note")
PARTS += ("gift_message", "shipped_at", "delivered_at")  # which a list leaves out


def plain_row(total: str) -> dict[str, object]:
    """Return what a list shows of such an order."""
    return {name: value for name, value in plain_price(total).items() if name not in PARTS}


def plain_line(total: str, *, quoted: bool = False) -> dict[str, object]:
    """Return what stands in a line beside the product and its price: no discount, no tax."""
    line: dict[str, object] = {
        "total": total,
        "discount": "0.00",
        "amount": total,
        "tax_rate": None,
        "tax_amount": "0.00",
    }
    pieces = {"cancelled_quantity": 0, "shipped_quantity": 0, "returned_quantity": 0}
    return line if quoted else line | pieces
