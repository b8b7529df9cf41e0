"""Imports of what Shopify and WooCommerce export: their HTML, variants and categories."""

import io

import pytest

from apps.catalog.models import Category, Product
from apps.catalog.product_import.dialects import dialect_of
from apps.catalog.product_import.html_texts import MAX_HTML_LENGTH, text_of_html
from apps.catalog.product_import.rows import SeenSkus
from apps.catalog.product_import.tables import opened_table
from apps.catalog.tests.factories import make_category
from apps.catalog.tests.import_pages import checked, decide

SHOPIFY = (
    "Handle,Title,Body (HTML),Type,Option1 Name,Option1 Value,Option2 Value,Variant SKU,Variant Price,"
    "Variant Compare At Price,Image Src"
)
SHIRT = (
    'shirt,Shirt,"<p>Soft &amp; warm.</p><ul><li>Wool</li>\n<li>Silk</li></ul>",'
    "Clothes,Size,S,Red,S-1,10.00,15.00,a",
    "shirt,,,,,M,Red,S-2,11.00,,b",
    "shirt,,,,,,,,,,c",
    "mug,Mug,,Dishes,Title,Default Title,,M-1,5.00,,",
)
WOOCOMMERCE = "Type,SKU,Name,Description,Regular price,Sale price,Categories"

pytestmark = pytest.mark.django_db


def stored():
    return list(Product.objects.order_by("sku").values_list("sku", "name", "price", "category__name"))


def path_of(category):
    return f"{path_of(category.parent)} > {category.name}" if category.parent else category.name


def test_variants_of_shopify_are_products_of_their_own(browser):
    upload = decide(browser, checked(browser, SHOPIFY, *SHIRT))

    assert (upload.report["bad"], upload.report["unknown_columns"]) == (
        0,
        ["Option1 Name", "Variant Compare At Price", "Image Src"],
    )
    assert [(sku, name, str(price), category) for sku, name, price, category in stored()] == [
        ("M-1", "Mug", "5.00", "Dishes"),
        ("S-1", "Shirt (S, Red)", "10.00", "Clothes"),
        ("S-2", "Shirt (M, Red)", "11.00", "Clothes"),
    ]
    descriptions = set(Product.objects.filter(sku__startswith="S").values_list("description", flat=True))
    assert descriptions == {"Soft & warm.\nWool\nSilk"}


def test_check_that_goes_on_behind_a_product_knows_its_variants():
    file = io.BytesIO("\n".join((SHOPIFY, *SHIRT)).encode())
    with SeenSkus() as seen, opened_table(file, dialect_of(file)) as table:
        names = [row.name for row in table.rows(seen, after=2)]

    assert names == ["Shirt (M, Red)", "Mug"]


def test_variant_of_another_product_is_no_variant(load):
    load(SHOPIFY, SHIRT[0], "mug,,,,,M,,M-2,1.00,,", skip=True)

    assert load.errors[1:] == ["row 3: category: empty"]


def test_description_of_no_shop_is_left_as_it_is(load):
    load("sku,name,price,category,description", "A,Tea &amp; <b>milk</b>,1,Tea > Green,<p>Hot &lt; cold</p>")

    product = Product.objects.get()
    assert (product.name, product.description) == ("Tea &amp; <b>milk</b>", "<p>Hot &lt; cold</p>")


@pytest.mark.parametrize(
    ("categories", "path"),
    [
        ("Tea", "Tea"),
        ("Tea > Green", "Tea > Green"),
        ("Sale, Tea > Green > Sencha, Tea > Green", "Tea > Green > Sencha"),
        ("Sale, Tea", "Sale"),
        (r"Cups\, mugs &amp; more", "Cups, mugs & more"),
    ],
)
def test_deepest_category_of_woocommerce_is_that_of_the_product(load, categories, path):
    load(WOOCOMMERCE, f'simple,A,Tea,"<b>Hot</b>\\nand <i>strong</i>",9.50,7.00,"{categories}"')

    product = Product.objects.get()
    assert (path_of(product.category), str(product.price)) == (path, "9.50")
    assert product.description == "Hot\nand strong"
    assert load.errors == ["Unknown columns, not imported: Type, Sale price"]


def test_path_finds_what_is_there_and_makes_what_is_not(load):
    tea = make_category(name="Tea")
    green = make_category(name="Green", parent=tea)
    make_category(name="Green")
    whole = make_category(name="Salt > Pepper")

    load("sku,name,price,category", "A,A,1,tea > GREEN", "B,B,1,Tea > Black > Assam", "C,C,1,Salt > Pepper")

    assert Product.objects.get(sku="A").category == green
    assert Product.objects.get(sku="C").category == whole
    black = Category.objects.get(name="Black")
    assert (black.parent, Product.objects.get(sku="B").category.parent) == (tea, black)
    assert Category.objects.count() == 6


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>One</p>\n\n<p>Two<br/>three</p>", "One\nTwo\nthree"),
        ("<div>1 &lt; 2 &amp;&nbsp;3 &#8381;</div>", "1 < 2 &\N{NO-BREAK SPACE}3 ₽"),
        ("<style>p {}</style><script>alert('<p>')</script>Tea <!-- no -->cup", "Tea cup"),
        (
            "<table><tr><td>Size</td><td>L</td></tr><tr><td>Colour</td><td>red</td></tr></table>",
            "Size L\nColour red",
        ),
        ("a &lt;b&gt;bold&lt;/b&gt;", "a <b>bold</b>"),
        ("wrapped\n  line", "wrapped line"),
    ],
)
def test_html_becomes_what_can_be_read(html, text):
    assert text_of_html(html) == text


def test_html_that_is_far_too_long_for_a_description_is_not_parsed():
    html = f"<p>{'a' * (MAX_HTML_LENGTH - 7)}</p>"

    assert text_of_html(html) == "a" * (MAX_HTML_LENGTH - 7)
    assert text_of_html(f"{html}<") == f"{html}<"
