"""Reads that a growing shop is asked for, and how many rows the database has for each."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from random import Random
from typing import Any

from benchmarks.seeding import (
    BEGINNING,
    BETWEEN_ORDERS,
    BRANDS,
    COMMON,
    COUPON,
    FIRST_CUSTOMER,
    RARE,
    RARE_COUPON,
    WEIGHT_ID,
    Shop,
    name_of,
    phone_of,
    recipient_of,
)

PRODUCTS, OWN, ORDERS = "/api/v1/products/", "/api/v1/orders/", "/api/v1/admin/orders/"
SUGGESTIONS = PRODUCTS + "suggest/"
RARE_ON_OTHER_KEYS = "ерущвщдшеу"  # as whoever forgets to switch the keyboard types it
ON_SALE = "SELECT count(*) FROM catalog_product WHERE is_active"
HELD = "id IN (SELECT product_id FROM catalog_productattribute WHERE {})"
HAS_COLOR, HAS_BRAND = HELD.format(f"value_id = {BRANDS + 3}"), HELD.format("value_id = 7")
HAS_BOTH = f"{HAS_COLOR} AND {HAS_BRAND}"
HAS_BRANDS = HELD.format("value_id IN (1, 2)")
HAS_WEIGHT = HELD.format(f"attribute_id = {WEIGHT_ID} AND number BETWEEN 100 AND 1000")
ALL_ORDERS = "SELECT count(*) FROM orders_order AS o WHERE true"
OF_USERS = "user_id IN (SELECT id FROM users_user WHERE username ILIKE '%{0}%' OR email ILIKE '%{0}%')"
OF_LINES = "EXISTS (SELECT FROM orders_orderitem WHERE order_id = o.id AND sku ILIKE '%{0}%')"
# Fewer digits than four are looked for in no phone.
OF_RECIPIENTS = """length('{0}') > 3
    AND EXISTS (SELECT FROM orders_orderaddress WHERE order_id = o.id AND search_text LIKE '%{0}%')"""
OF_COUPONS = "EXISTS (SELECT FROM orders_orderdiscount WHERE order_id = o.id AND code = '{0}')"
SOME = 0.03  # of all orders


class Reader(Enum):
    """Who asks."""

    ANYBODY = ""
    CUSTOMER = "customer1"
    STAFF = "admin"


@dataclass(frozen=True)
class Case:
    """A read. `{…}` stands for a value of the shop; `matching` counts the rows of a list."""

    name: str
    path: str
    reader: Reader = Reader.ANYBODY
    matching: str = ""
    at_most: float | None = 2.0
    is_deep: bool = False  # a cursor's page as far down the list as page 5,000 is

    def path_in(self, shop: Shop, random: Random) -> str:
        """Return the address of one of the requests."""
        return self.path.format(**_values(shop), any=2 + 40 * random.randrange(shop.products // 40))

    def matching_in(self, shop: Shop) -> str:
        """Return the question how many rows the list has."""
        return self.matching.format(**_values(shop))


def _values(shop: Shop) -> dict[str, Any]:
    first, latest = (BEGINNING + number * BETWEEN_ORDERS for number in (1, shop.orders))
    some = (latest - first) * SOME + timedelta(seconds=1)
    moments = {
        "first": first,
        "middle": first + (latest - first) / 2,
        "late": latest - some,
        "early": first + some,
        "changed": BEGINNING + timedelta(seconds=shop.products * 99 // 100),
    }
    values = {name: f"{moment:%Y-%m-%dT%H:%M:%SZ}" for name, moment in moments.items()}
    return {
        **values,
        "order": shop.orders * 654_321 // 1_000_000,
        "order_of_one_digit": shop.orders * 7 // 9,
        "recipient": recipient_of(shop.orders * 2 // 3),
        "phone": phone_of(shop.orders * 2 // 3),
        "part_of_phone": phone_of(shop.orders * 2 // 3)[-7:],
        "customer": name_of(shop.customers),
        "sku": f"{shop.products * 462_137 // 1_000_000:07}",
    }


def _products(name: str, query: str, where: str = "true", **more: Any) -> Case:
    return Case(f"products, {name}", f"{PRODUCTS}?{query}", matching=f"{ON_SALE} AND {where}", **more)


def _facets(name: str, query: str, where: str = "true") -> Case:
    matching = f"{ON_SALE} AND {where}"
    return Case(f"facets, {name}", f"{PRODUCTS}facets/?{query}", matching=matching, at_most=None)


def _searched(name: str, text: str, **more: Any) -> Case:
    condition = " AND ".join(f"search_text LIKE '%{word}%'" for word in text.split())
    return _products(f"search: {name}", f"search={text.replace(' ', '+')}", condition, **more)


def _orders(name: str, query: str, where: str = "true", **more: Any) -> Case:
    matching = f"{ALL_ORDERS} AND ({where})"
    return Case(f"staff's orders, {name}", f"{ORDERS}?{query}", Reader.STAFF, matching, **more)


def _orders_searched(name: str, text: str, **more: Any) -> Case:
    found = [part.replace("{0}", text) for part in (OF_USERS, OF_LINES, OF_RECIPIENTS)]
    found += [f"id = {text}"] * text.startswith("{order")
    return _orders(f"search: {name}", f"search={text}", " OR ".join(found), **more)


def _orders_of_recipient(name: str, text: str, kept: str) -> Case:
    """Return a search for recipients, whose names and phones are kept so."""
    return _orders(f"search: {name}", f"search={text}", OF_RECIPIENTS.replace("{0}", kept))


def _own(name: str, query: str, where: str = "true") -> Case:
    matching = f"{ALL_ORDERS} AND user_id = {FIRST_CUSTOMER + 1} AND {where}"
    return Case(f"own orders, {name}", f"{OWN}?{query}", Reader.CUSTOMER, matching)


def _ordered(make: Any, *fields: str) -> Iterator[Case]:
    for name in fields:
        yield make(f"ordered by {name}", f"ordering={name}")
        yield make(f"ordered by -{name}", f"ordering=-{name}")


CASES = (
    _products("page 1", ""),
    _products("page 1 without a count", "count=false"),
    _products("page 5,000 by cursor", "", is_deep=True),
    _products("a category", "category=13", "category_id = 13"),
    _products(
        "a category with those below",
        "category=category-2",
        "category_id IN (2, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29)",
    ),
    _products("price_min", "price_min=4800", "price >= 4800"),
    _products("price_max", "price_max=300", "price <= 300"),
    _products("price_min and price_max", "price_min=1000&price_max=1150", "price BETWEEN 1000 AND 1150"),
    _products("in stock", "in_stock=true", "stock > 0"),
    _products("sold out", "in_stock=false", "stock = 0"),
    _products("a colour", "attr[color]=color-3", HAS_COLOR),
    _products("a brand", "attr[brand]=brand-7", HAS_BRAND),
    _products(
        "a colour of a brand", "attr[color]=color-3&attr[brand]=brand-7", f"{HAS_COLOR} AND {HAS_BRAND}"
    ),
    _products("a range of weights", "attr[weight]=100..1000", HAS_WEIGHT),
    # Of ten thousand products there is more to count than of ten; of more, nothing is counted.
    _facets("of two brands", "attr[brand]=brand-1,brand-2&facets=color,weight", HAS_BRANDS),
    _facets("of two brands and what else there is", "attr[brand]=brand-1,brand-2", HAS_BRANDS),
    _facets("of all products", ""),
    Case(
        "products, off sale, for staff",
        f"{PRODUCTS}?is_active=false",
        Reader.STAFF,
        "SELECT count(*) FROM catalog_product WHERE NOT is_active",
    ),
    *_ordered(_products, "name", "price", "created_at", "updated_at", "popularity"),
    _products("ids", "ids=7,3,12,5", "id IN (3, 5, 7, 12)"),
    _products("skus", "sku=sku-{sku},SKU-0000007", "sku IN ('SKU-{sku}', 'SKU-0000007')"),
    _products("slug", "slug=product-42", "slug = 'product-42'"),
    _products("reduced", "has_discount=true", "compare_at_price IS NOT NULL"),
    _products("not reduced", "has_discount=false", "compare_at_price IS NULL"),
    _products("updated_since", "updated_since={changed}", "updated_at >= '{changed}'"),
    _products(
        "updated_since, in that order",
        "updated_since={changed}&ordering=updated_at",
        "updated_at >= '{changed}'",
    ),
    _searched("rare word", RARE),
    _searched("common word", COMMON),
    _searched("two words", f"{COMMON} {RARE}"),
    _searched("part of a rare word", RARE[1:7]),
    _searched("part of a common word", COMMON[1:5]),
    _searched("part of a sku", "u-{sku}"),
    _searched("two letters of many words", "ab"),
    _searched("two letters of none", "yz", at_most=None),
    _searched("no hit", "nothing-like-it"),
    _products(
        "search: common word, ordered by price",
        f"search={COMMON}&ordering=price",
        f"search_text LIKE '%{COMMON}%'",
    ),
    _products("search: widened to a stem", f"search={RARE}s", f"search_text LIKE '%{RARE}%'"),
    _products(
        "search: other keyboard layout", f"search={RARE_ON_OTHER_KEYS}", f"search_text LIKE '%{RARE}%'"
    ),
    Case("products, suggested: two letters", f"{SUGGESTIONS}?q={COMMON[:2]}"),
    Case("products, suggested: beginning of a common word", f"{SUGGESTIONS}?q={COMMON[:4]}"),
    Case("products, suggested: rare word", f"{SUGGESTIONS}?q={RARE}"),
    Case("product", PRODUCTS + "{any}/"),
    Case("product by its slug", PRODUCTS + "by-slug/product-{any}/"),
    _own("page 1", ""),
    _own("a status", "status=delivered", "status = 'delivered'"),
    _own("created_after", "created_after={middle}", "created_at >= '{middle}'"),
    _own("ordered by -total_price", "ordering=-total_price"),
    _orders("page 1", ""),
    _orders("page 1 without a count", "count=false"),
    _orders("page 5,000 by cursor", "", is_deep=True),
    _orders("a status", "status=pending", "status = 'pending'"),
    _orders("user", f"user={FIRST_CUSTOMER + 7}", f"user_id = {FIRST_CUSTOMER + 7}"),
    _orders("created_after", "created_after={late}", "created_at >= '{late}'"),
    _orders("created_before", "created_before={early}", "created_at <= '{early}'"),
    _orders("updated_since", "updated_since={late}", "updated_at >= '{late}'"),
    _orders("total_min", "total_min=25000", "total_price >= 25000"),  # of every 17th order, as below
    _orders("total_max", "total_max=5000", "total_price <= 5000"),
    _orders("payment_status", "payment_status=unpaid", "payment_status = 'unpaid'"),
    _orders("a rare payment_status", "payment_status=partially_paid", "payment_status = 'partially_paid'"),
    _orders("shipment_status", "shipment_status=delivered", "status = 'delivered'"),
    _orders("a rare shipment_status", "shipment_status=returned", "false"),
    _orders("delivery_method", "delivery_method=post", "delivery_method = 'post'"),
    _orders("a rare delivery_method", "delivery_method=pickup", "delivery_method = 'pickup'"),
    _orders("payment_method", "payment_method=manual", "payment_method = 'manual'"),
    _orders("a rare payment_method", "payment_method=cash", "payment_method = 'cash'"),
    _orders("coupon", f"coupon={COUPON}", OF_COUPONS.replace("{0}", COUPON)),
    _orders("a rare coupon", f"coupon={RARE_COUPON}", OF_COUPONS.replace("{0}", RARE_COUPON)),
    _orders("needs_look", "needs_look=true", "needs_look <> ''"),
    *_ordered(_orders, "created_at", "total_price", "status"),
    _orders_searched("id", "{order}"),
    _orders_searched("id of one digit", "{order_of_one_digit}", at_most=None),
    _orders_searched("username", "{customer}"),
    _orders_searched("e-mail", "{customer}@example.com"),
    _orders_searched("sku", "SKU-{sku}"),
    _orders_searched("part of a sku", "U-{sku}"),
    _orders_searched("part of all e-mails", "@example", at_most=None),
    _orders_of_recipient("recipient", "{recipient}", "{recipient}"),
    _orders_of_recipient("first name of many recipients", "Tatiana", "tatiana"),
    _orders_of_recipient("phone", "{phone}", "{phone}"),
    _orders_of_recipient("part of a phone", "{part_of_phone}", "{part_of_phone}"),
    _orders_searched("no hit", "nothing-like-it"),
    Case("order, for staff", ORDERS.replace("admin/", "") + "{any}/", Reader.STAFF),
)
