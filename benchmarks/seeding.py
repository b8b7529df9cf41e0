"""A shop of any size, by COPY: products, customers, and orders with lines, recipients, coupons and history.

Words are as unequal as in a language, and the same shop comes out each time. Everything is whole:
`verify_stock` finds no difference.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from random import Random
from typing import Any

import psycopg
from psycopg.sql import SQL, Identifier

from benchmarks.bare_tables import bare

CATEGORIES = 50
BRANDS, COLORS = 200, 12  # values of attributes
BRAND_ID, TAG_ID, COLOR_ID, WEIGHT_ID = range(1, 5)
MOST_GRAMS = 5_000
LINES = 3  # of an order
STOCK = 1_000_000  # pieces of each product that came in
ORDERS_OF_A_CUSTOMER = 10
FIRST_CUSTOMER = 1_000  # ids below are of staff
PLAIN_NAMES = 1_000  # customers who are called `customer1` and so on
COMMON, RARE = "garden", "theodolite"  # words in every tenth product, and in five of them
WORDS_OF_A_NAME, WORDS_OF_A_DESCRIPTION, VOCABULARY = 3, 10, 5_000
BEGINNING = datetime(2025, 1, 1, tzinfo=UTC)
BETWEEN_ORDERS = timedelta(seconds=25)
STATUSES = ("pending", "processing", "shipped", "delivered", "delivered", "delivered", "cancelled")
COUPON, RARE_COUPON = "TEA10", "RARE5"  # of every twentieth order, and of five of them
FIRST_NAMES = ("anna", "boris", "dmitri", "elena", "georgi", "irina", "kirill", "olga", "pavel", "tatiana")
PAID, FREE = ("shipped", "delivered"), "0.00"
ROWS_AT_ONCE = 2_000

Row = Sequence[object]
_NEXT_ID = "SELECT setval(pg_get_serial_sequence({}, 'id'), (SELECT coalesce(max(id), 0) + 1 FROM {}), false)"


@dataclass(frozen=True)
class Shop:
    """How much there is of everything."""

    products: int
    orders: int = 0
    off_sale: int = 0  # each so-manieth product is sold out, the one after it inactive; 0: none

    def is_sold_out(self, product_id: int) -> bool:
        """Tell whether nothing is left of the product."""
        return bool(self.off_sale) and product_id % self.off_sale == 0

    def is_active(self, product_id: int) -> bool:
        """Tell whether the product is on sale."""
        return not self.off_sale or product_id % self.off_sale != 1

    def is_rare(self, order: int) -> bool:
        """Tell whether the order is one of the five in which all is rare."""
        return order % max(1, self.orders // 5) == 0

    @property
    def customers(self) -> int:
        """Return how many customers there are."""
        return max(1, self.orders // ORDERS_OF_A_CUSTOMER)


def fill(database: psycopg.Connection[Any], shop: Shop) -> None:
    """Put the shop in place of the one that is there, and gather statistics, as autovacuum does in time."""
    database.execute("SET maintenance_work_mem = '1GB'")
    with database.transaction():
        database.execute("SET CONSTRAINTS ALL IMMEDIATE")  # a table with checks to come cannot be altered
        database.execute(
            "TRUNCATE catalog_category, catalog_product, catalog_attribute, orders_order, jobs_job CASCADE"
        )
        database.execute("TRUNCATE audit_auditentry")  # it names the customers
        database.execute("DELETE FROM users_session")
        database.execute("DELETE FROM users_user WHERE NOT is_staff")
        _fill_customers(database, shop)
        tables = _tables(shop)
        with bare(database, [table for table, _columns, _rows in tables]):
            for table, columns, rows in tables:
                _copy(database, table, columns.split(), rows)
    database.execute("VACUUM ANALYZE")


def name_of(customer: int) -> str:
    """Return the username of the customer with this number: `customer1` for some, else as unlike as names."""
    if customer <= PLAIN_NAMES:
        return f"customer{customer}"
    return hashlib.md5(str(customer).encode()).hexdigest()[:10]


def price_of(product_id: int) -> int:
    """Return the product's price in hundredths, from 1.00 to 5,000.99."""
    return 100 + product_id * 7_919 % 500_000


def recipient_of(order: int) -> str:
    """Return the name of whoever gets the order: one of ten first names, and hardly another's last name."""
    return f"{FIRST_NAMES[order % len(FIRST_NAMES)]} {hashlib.md5(f'r{order}'.encode()).hexdigest()[:8]}"


def phone_of(order: int) -> str:
    """Return the recipient's phone."""
    return f"+79{order * 7_919_317 % 1_000_000_007 % 1_000_000_000:09}"


def _tables(shop: Shop) -> Sequence[tuple[str, str, Iterable[Row]]]:
    return (
        (
            "catalog_category",
            "id name name_key slug description parent_id is_active search_text created_at updated_at",
            _categories(),
        ),
        (
            "catalog_product",
            "id name slug sku sku_key description price compare_at_price stock is_active category_id"
            " search_text popularity created_at updated_at",
            _products(shop),
        ),
        ("catalog_attribute", "id code name_ru name_en type unit is_filter position", _attributes()),
        ("catalog_attributevalue", "id attribute_id value name_ru name_en position", _attribute_values()),
        (
            "catalog_productattribute",
            "product_id attribute_id value_id number bool text",
            _product_attributes(shop),
        ),
        (
            "orders_order",
            "id user_id status total_price items_total delivery_price delivery_discount payment_status"
            " paid_total delivery_method payment_method needs_look has_addresses currency language"
            " tracking_number created_at updated_at",
            _orders(shop),
        ),
        (
            "orders_orderaddress",
            "order_id kind name company tax_id phone country region city district postal_code line1 line2"
            " note search_text",
            _addresses(shop),
        ),
        (
            "orders_orderdiscount",
            "order_id promotion_id kind code name target amount allocation",
            _discounts(shop),
        ),
        ("orders_orderitem", "order_id product_id product_name sku quantity price", _items(shop)),
        (
            "orders_statuschange",
            "order_id from_status to_status changed_by_id comment created_at",
            _moves(shop),
        ),
        (
            "catalog_stockmovement",
            "product_id kind delta stock reason order_id created_by_id created_at",
            _movements(shop),
        ),
    )


def _fill_customers(database: psycopg.Connection[Any], shop: Shop) -> None:
    # All with the password of the staff, whose hash is there already: hashing takes a second for ten.
    database.execute(
        """
        INSERT INTO users_user (id, password, is_superuser, username, username_key, first_name, last_name,
            email, email_key, is_staff, is_active, date_joined, new_email)
        SELECT %s + number, staff.password, false, name, name, '', '', name || '@example.com',
            name || '@example.com', false, true, %s, ''
        FROM generate_series(1, %s) AS number, users_user AS staff,
            LATERAL (SELECT CASE WHEN number <= %s THEN 'customer' || number
                ELSE left(md5(number::text), 10) END AS name) AS named
        WHERE staff.is_superuser
        """,
        [FIRST_CUSTOMER, BEGINNING, shop.customers, PLAIN_NAMES],
    )


def _copy(database: psycopg.Connection[Any], table: str, columns: Sequence[str], rows: Iterable[Row]) -> None:
    statement = SQL("COPY {} ({}) FROM STDIN (FREEZE)").format(
        Identifier(table), SQL(", ").join(map(Identifier, columns))
    )
    with database.cursor() as cursor:
        with cursor.copy(statement) as copy:
            lines: list[str] = []
            for row in rows:
                lines.append("\t".join("\\N" if value is None else str(value) for value in row))
                if len(lines) == ROWS_AT_ONCE:
                    copy.write("\n".join(lines) + "\n")
                    lines.clear()
            copy.write("".join(f"{line}\n" for line in lines))
        cursor.execute(
            SQL(_NEXT_ID).format(table, Identifier(table)),
        )


def _categories() -> Iterator[Row]:
    for number in range(1, CATEGORIES + 1):
        name, parent = f"Category {number}", number // 10 or None
        yield (
            number,
            name,
            name.lower(),
            f"category-{number}",
            "",
            parent,
            True,
            name.lower(),
            BEGINNING,
            BEGINNING,
        )


def _products(shop: Shop) -> Iterator[Row]:
    left = _stock_left(shop)
    random = Random(shop.products)
    words = [
        "".join(random.choices("abcdefghijklmnoprstuvw", k=random.randint(3, 10))) for _ in range(VOCABULARY)
    ]
    weights = list(accumulate(1 / rank for rank in range(1, VOCABULARY + 1)))  # Zipf's law
    for number in range(1, shop.products + 1):
        drawn = random.choices(words, cum_weights=weights, k=WORDS_OF_A_NAME + WORDS_OF_A_DESCRIPTION)
        if number % 10 == 0:
            drawn[number // 10 % WORDS_OF_A_NAME] = COMMON
        if number % max(1, shop.products // 5) == 0:
            drawn[-1] = RARE
        name = " ".join(drawn[:WORDS_OF_A_NAME]).capitalize()
        description = " ".join(drawn[WORDS_OF_A_NAME:])
        sku = f"SKU-{number:07}"
        yield (
            number, name, f"product-{number}", sku, sku.lower(), description,
            _money(price_of(number)), _price_before(number), left[number], shop.is_active(number),
            1 + number % CATEGORIES, f"{name}\\n{sku}\\n{description}".lower(), _popularity(number),
            BEGINNING + timedelta(seconds=number), BEGINNING + timedelta(seconds=number),
        )  # fmt: skip


def _attributes() -> Iterator[Row]:
    yield BRAND_ID, "brand", "Бренд", "Brand", "choice", "", True, 0
    yield TAG_ID, "tag", "Метка", "Tag", "choice", "", True, 1
    yield COLOR_ID, "color", "Цвет", "Colour", "choice", "", True, 2
    yield WEIGHT_ID, "weight", "Вес", "Weight", "number", "g", True, 3


def _attribute_values() -> Iterator[Row]:
    for number in range(1, BRANDS + 1):
        yield number, BRAND_ID, f"brand-{number}", f"Бренд {number}", f"Brand {number}", number
    for number in range(1, COLORS + 1):
        yield BRANDS + number, COLOR_ID, f"color-{number}", f"Цвет {number}", f"Colour {number}", number


def _product_attributes(shop: Shop) -> Iterator[Row]:
    for number in range(1, shop.products + 1):
        yield number, BRAND_ID, 1 + number * 7_919 // CATEGORIES % BRANDS, None, None, ""
        yield number, COLOR_ID, BRANDS + 1 + number * 104_729 // CATEGORIES % COLORS, None, None, ""
        yield number, WEIGHT_ID, None, 1 + number * 31 % MOST_GRAMS, None, ""


def _price_before(product_id: int) -> str | None:
    """Return the crossed-out price, which one product in fifty has."""
    return None if product_id % 50 else _money(price_of(product_id) + 10_000)


def _popularity(product_id: int) -> int:
    """Return how many pieces were sold of late: none of two thirds, else less than a thousand."""
    return 0 if product_id % 3 else product_id * 7_919 % 997


def _orders(shop: Shop) -> Iterator[Row]:
    for number in range(1, shop.orders + 1):
        total = _money(sum(quantity * price_of(product_id) for product_id, quantity in _lines(shop, number)))
        created_at, is_rare = _created_at(number), shop.is_rare(number)
        customer, status, delivery = _customer(shop, number), _status(number), _delivery_price(shop, number)
        payment_status, paid = ("paid", total) if status in PAID else ("unpaid", FREE)
        if status == "cancelled":
            payment_status = "not_due"
        elif is_rare:
            payment_status, paid = "partially_paid", "1.00"
        yield (
            number, customer, status, total, total, delivery, delivery, payment_status, paid,
            "pickup" if is_rare else ("courier", "post")[number % 2], "cash" if is_rare else "manual",
            "overpaid" if is_rare else "", True, "RUB", "en", None, created_at, created_at,
        )  # fmt: skip


def _addresses(shop: Shop) -> Iterator[Row]:
    for number in range(1, shop.orders + 1):
        name, phone = recipient_of(number), phone_of(number)
        yield (
            number, "shipping", name.title(), "", "", phone, "RU", "", "Москва", "", "101000",
            f"Мясницкая, {number % 50 + 1}", "", "", f"{name}\\n\\n{phone}",
        )  # fmt: skip


def _discounts(shop: Shop) -> Iterator[Row]:
    for number in range(1, shop.orders + 1):
        if (price := _delivery_price(shop, number)) != FREE:
            code = RARE_COUPON if shop.is_rare(number) else COUPON
            yield number, 1, "coupon", code, "Free delivery", "delivery", price, "{}"


def _items(shop: Shop) -> Iterator[Row]:
    for number in range(1, shop.orders + 1):
        for product_id, quantity in _lines(shop, number):
            price = _money(price_of(product_id))
            yield number, product_id, f"Product {product_id}", f"SKU-{product_id:07}", quantity, price


def _moves(shop: Shop) -> Iterator[Row]:
    for number in range(1, shop.orders + 1):
        customer, created_at, status = _customer(shop, number), _created_at(number), _status(number)
        yield number, None, STATUSES[0], customer, "", created_at
        if status != STATUSES[0]:
            yield number, STATUSES[0], status, customer, "", created_at


def _movements(shop: Shop) -> Iterator[Row]:
    stock = [STOCK] * (shop.products + 1)
    for product_id in range(1, shop.products + 1):
        yield product_id, "received", STOCK, STOCK, "first stock", None, None, BEGINNING
    for number in range(1, shop.orders + 1):
        customer, created_at = _customer(shop, number), _created_at(number)
        kinds = [("sold", -1)] + [("returned", 1)] * (_status(number) == "cancelled")
        for kind, sign in kinds:
            for product_id, quantity in _lines(shop, number):
                stock[product_id] += sign * quantity
                yield product_id, kind, sign * quantity, stock[product_id], "", number, customer, created_at
    for product_id in filter(shop.is_sold_out, range(1, shop.products + 1)):
        yield product_id, "adjusted", -stock[product_id], 0, "sold out", None, None, BEGINNING


def _stock_left(shop: Shop) -> list[int]:
    left = [STOCK] * (shop.products + 1)
    for number in range(1, shop.orders + 1):
        if _status(number) != "cancelled":
            for product_id, quantity in _lines(shop, number):
                left[product_id] -= quantity
    return [0 if shop.is_sold_out(product_id) else pieces for product_id, pieces in enumerate(left)]


def _lines(shop: Shop, order: int) -> list[tuple[int, int]]:
    first = order * 104_729 % shop.products
    return [(1 + (first + line * 7) % shop.products, 1 + (order + line) % 3) for line in range(LINES)]


def _delivery_price(shop: Shop, order: int) -> str:
    """Return the price of delivery, all of which a coupon takes off; so the goods are the total."""
    return "350.00" if order % 20 == 0 or shop.is_rare(order) else FREE


def _customer(shop: Shop, order: int) -> int:
    return FIRST_CUSTOMER + 1 + order % shop.customers


def _status(order: int) -> str:
    return STATUSES[order % len(STATUSES)]


def _created_at(order: int) -> datetime:
    return BEGINNING + order * BETWEEN_ORDERS


def _money(hundredths: int) -> str:
    return f"{hundredths // 100}.{hundredths % 100:02}"
