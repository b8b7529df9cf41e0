"""A shop in plain dictionaries and lists: what the store should say and show, worked out without its code.

It knows no moments, no texts and no ids of lines. A number of changes stands for the moment of the last one.
"""

from dataclasses import dataclass, field
from decimal import Decimal
from operator import itemgetter
from typing import Any

TRANSITIONS = {
    "pending": ["processing", "cancelled"],
    "processing": ["shipped", "cancelled"],
    "shipped": ["delivered"],
    "delivered": [],
    "cancelled": [],
}
TRANSITIONS_OF_OWNER = {"pending": ["cancelled"]}
MOST_PIECES = 10_000  # of a product in an order

Body = dict[str, Any]
Refusal = tuple[int, Body]  # status and members
Shown = tuple[Any, Body]  # version and body: the same version has the same body, byte for byte


@dataclass
class Product:
    """What is sold. The ledger has kind, pieces, stock after it and order of each movement."""

    pk: int
    name: str
    sku: str
    price: Decimal
    stock: int = 0
    is_active: bool = True
    changes: int = 0
    ledger: list[tuple[str, int, int, int | None]] = field(default_factory=list)

    def move(self, kind: str, delta: int, order: int | None = None) -> None:
        self.stock += delta
        self.ledger.append((kind, delta, self.stock, order))

    def shown(self) -> Shown:
        body = {
            "id": self.pk,
            "name": self.name,
            "sku": self.sku,
            "price": money(self.price),
            "currency": "RUB",
            "stock": self.stock,
            "is_active": self.is_active,
        }
        return (self.changes, self.stock), body


@dataclass
class Line:
    """Pieces of a product, at the price of the moment."""

    product: Product
    quantity: int
    price: Decimal

    def shown(self) -> Body:
        return {
            "product_id": self.product.pk,
            "product_name": self.product.name,
            "sku": self.product.sku,
            "quantity": self.quantity,
            "price": money(self.price),
            "total": money(self.quantity * self.price),
        }


@dataclass
class Order:
    """An order; the history has the status before and after, who moved it, and the comment."""

    pk: int
    owner: str
    lines: list[Line]
    history: list[tuple[str | None, str, str, str]]

    @property
    def status(self) -> str:
        return self.history[-1][1]

    @property
    def total(self) -> Decimal:
        return sum((line.quantity * line.price for line in self.lines), start=Decimal(0))

    def transitions_of(self, who: str) -> list[str]:
        if is_staff(who):
            return TRANSITIONS[self.status]
        return TRANSITIONS_OF_OWNER.get(self.status, []) if who == self.owner else []

    def row_for(self, who: str) -> Shown:
        body = {
            "id": self.pk,
            "status": self.status,
            "total_price": money(self.total),
            "currency": "RUB",
            "items_count": len(self.lines),
            "allowed_statuses": self.transitions_of(who),
            "tracking_number": None,
        }
        return len(self.history), {**body, "user": {"username": self.owner}} if is_staff(who) else body

    def shown_to(self, who: str) -> Shown | None:
        """Return the details as somebody sees them; None: not at all."""
        if who != self.owner and not is_staff(who):
            return None
        history = [
            {
                "from_status": before,
                "to_status": after,
                "changed_by": by if by == self.owner or is_staff(who) else "staff",
                "comment": comment,
            }
            for before, after, by, comment in self.history
        ]
        version, body = self.row_for(who)
        del body["items_count"]
        return version, {**body, "items": [line.shown() for line in self.lines], "history": history}


class Shop:
    """Products, orders, and all prices that there ever were."""

    def __init__(self, products: list[Product]) -> None:
        self.products = {product.pk: product for product in products}
        self.orders: list[Order] = []
        self.past_prices: list[dict[int, Decimal]] = []

    def total_of(self, basket: list[Body], prices: dict[int, Decimal] | None = None) -> Decimal:
        """Return what the lines cost whose product there is."""
        prices = prices or self._prices()
        lines = [(prices[line["product_id"]], line["quantity"]) for line in basket if self.sells(line)]
        return sum((price * quantity for price, quantity in lines), start=Decimal(0))

    def sells(self, line: Body) -> bool:
        product = self.products.get(line["product_id"])
        return product is not None and product.is_active

    def on_sale(self) -> list[Product]:
        return [product for product in self.products.values() if product.is_active]

    def problems(self, basket: list[Body], expected_total: str | None) -> list[Refusal]:
        """Return every reason against the basket, in the order in which the store looks for them."""
        found: list[Refusal] = []
        pieces = self._added_up(basket)
        missing = [position for position, line in enumerate(basket) if not self.sells(line)]
        if missing:
            code = "product_unavailable"
            errors = [{"code": code, "pointer": f"/items/{position}/product_id"} for position in missing]
            found.append((400, {"code": code, "errors": errors}))
        if any(quantity > MOST_PIECES for quantity in pieces.values()):
            found.append((400, {"code": "quantity_too_large"}))
        details = [
            {"product_id": pk, "available": self.products[pk].stock, "requested": quantity}
            for pk, quantity in sorted(pieces.items())
            if self.sells({"product_id": pk}) and self.products[pk].stock < quantity
        ]
        if details:
            found.append((400, {"code": "insufficient_stock", "details": details}))
        if expected_total is not None and not missing and Decimal(expected_total) != self.total_of(basket):
            found.append((409, self._price_changed(basket, Decimal(expected_total))))
        return found

    def quote(self, basket: list[Body], expected_total: str | None) -> Body:
        """Return what the basket would cost now, with the problems by their codes."""
        lines = [
            Line(self.products[pk], quantity, self.products[pk].price).shown()
            for pk, quantity in self._added_up(basket).items()
            if self.sells({"product_id": pk})
        ]
        problems = [members for _status, members in self.problems(basket, expected_total)]
        problems.sort(key=itemgetter("code"))
        total = money(self.total_of(basket))
        return {"items": lines, "total_price": total, "currency": "RUB", "problems": problems}

    def refusal_of_move(self, order: Order, who: str, status: str) -> Refusal | None:
        if status not in TRANSITIONS[order.status]:
            members = {"from_status": order.status, "to_status": status, "allowed": order.transitions_of(who)}
            return 409, {"code": "invalid_transition", **members}
        return None if status in order.transitions_of(who) else (403, {"code": "transition_forbidden"})

    def place(self, pk: int, owner: str, basket: list[Body]) -> Order:
        lines = [
            Line(self.products[product], quantity, self.products[product].price)
            for product, quantity in self._added_up(basket).items()
        ]
        order = Order(pk, owner, lines, [(None, "pending", owner, "")])
        for line in lines:
            line.product.move("sold", -line.quantity, pk)
        self.orders.append(order)
        return order

    def move(self, order: Order, who: str, status: str, comment: str) -> None:
        order.history.append((order.status, status, who, comment))
        if status == "cancelled":
            for line in order.lines:
                line.product.move("returned", line.quantity, order.pk)

    def change(self, product: Product, **values: Any) -> None:
        if all(getattr(product, name) == value for name, value in values.items()):
            return  # the same version
        self.past_prices.append(self._prices())
        for name, value in values.items():
            setattr(product, name, value)
        product.changes += 1

    def _prices(self) -> dict[int, Decimal]:
        return {pk: product.price for pk, product in self.products.items()}

    def _added_up(self, basket: list[Body]) -> dict[int, int]:
        pieces: dict[int, int] = {}
        for line in basket:
            pieces[line["product_id"]] = pieces.get(line["product_id"], 0) + line["quantity"]
        return pieces

    def _price_changed(self, basket: list[Body], expected: Decimal) -> Body:
        now = self._prices()
        asked = sorted(self._added_up(basket))
        then = next(
            (past for past in reversed(self.past_prices) if self.total_of(basket, past) == expected), {}
        )
        details = [
            {
                "product_id": pk,
                "old_price": money(then[pk]) if then else None,
                "new_price": money(now[pk]),
            }
            for pk in asked
            if not then or then[pk] != now[pk]
        ]
        totals = {"expected_total": money(expected), "total_price": money(self.total_of(basket))}
        return {"code": "price_changed", **totals, "currency": "RUB", "details": details}


def is_staff(who: str) -> bool:
    return who.startswith("clerk")


def money(amount: Decimal) -> str:
    return f"{amount:.2f}"
