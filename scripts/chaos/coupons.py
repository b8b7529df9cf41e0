"""Coupons of a chaos run, and the addresses that its orders go to."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Coupon:
    """A promotion with one code; limits of None are none."""

    code: str
    percent: int
    usage_limit: int | None = None  # of the promotion
    code_limit: int | None = None
    per_customer_limit: int | None = None


# So few that they run out, and come back when orders are cancelled.
COUPONS = (
    Coupon("SCARCE", 20, usage_limit=12),
    Coupon("RARE", 30, code_limit=8),
    Coupon("ONCE", 15, per_customer_limit=1),
    Coupon("ENDLESS", 5),
)
UNKNOWN_CODE = "NOBODYKNOWS"
METHODS = ("courier", "post", "pickup_point")  # of the demo data
POINT = {"provider": "post", "code": "101000"}


def address(city: str, postal_code: str) -> dict[str, Any]:
    """Return an address as the API takes it."""
    return {
        "name": "Анна Смирнова",
        "phone": "8 912 345-67-89",
        "country": "RU",
        "city": city,
        "postal_code": postal_code,
        "line1": "Садовая, 1",
    }


ADDRESSES = (address("Москва", "101000"), address("Казань", "420111"))
