"""A group of variants as customers see it, and what drops it from the cache."""

import pytest

from apps.catalog import services
from apps.catalog.models import GroupOption, Product, ProductGroup, ProductImage
from apps.catalog.services import images
from apps.catalog.tests.factories import make_category, make_product, take_stock
from apps.catalog.tests.variants import COLOUR, SIZE, make_group, make_shirts, values
from apps.catalog.variants import OptionValue

pytestmark = pytest.mark.django_db


def address_of(group):
    return f"/api/v1/product-groups/{group.pk if isinstance(group, ProductGroup) else group}/"


def test_group_shows_its_options_and_the_products_on_sale(api):
    red, blue = make_product(price="350.00", stock=0), make_product(price="650.00", stock=2)
    hidden = make_product(is_active=False)
    group = make_group(
        (blue, values(size="S", colour="синий/blue")),
        (red, values(size="S", colour="красный/red")),
        (hidden, values(size="XXL", colour="красный")),
        name="Футболка",
        description="Хлопок",
    )
    picture = ProductImage.objects.create(
        product=red, status="ready", sha256="5f" * 32, width=100, height=50, alt_ru="Красная"
    )

    response = api.get(address_of(group), headers={"Accept-Language": "en"})

    assert response.status_code == 200
    found = response.json()
    image = found["products"][1].pop("image")
    assert (image["id"], image["width"], len(image["urls"])) == (picture.pk, 100, 1)
    assert found == {
        "id": group.pk,
        "name": "Футболка",
        "slug": "futbolka",
        "description": "Хлопок",
        "options": [
            {"code": "size", "name": "Size", "values": ["S"]},
            {"code": "colour", "name": "Colour", "values": ["blue", "red"]},
        ],
        "products": [
            {
                "id": blue.pk,
                "options": [{"code": "size", "value": "S"}, {"code": "colour", "value": "blue"}],
                "price": "650.00",
                "in_stock": True,
                "image": None,
            },
            {
                "id": red.pk,
                "options": [{"code": "size", "value": "S"}, {"code": "colour", "value": "red"}],
                "price": "350.00",
                "in_stock": False,
            },
        ],
    }


def test_spellings_of_a_value_are_one(api):
    group = make_group(
        (make_product(), values(size="S", colour="красный")),
        (make_product(), values(size="M", colour="Красный")),
    )

    found = api.get(address_of(group)).json()

    assert [option["values"] for option in found["options"]] == [["S", "M"], ["красный"]]


def test_group_without_a_product_on_sale_is_not_found(api, django_capture_on_commit_callbacks):
    small, large = make_shirts("S", "L", category=make_category())
    assert api.get(address_of(small.group)).status_code == 200

    with django_capture_on_commit_callbacks(execute=True):
        services.deactivate_product(small.pk)
        services.update_category(large.category_id, is_active=False)

    assert api.get(address_of(small.group)).status_code == 404
    assert api.get(address_of(10**9)).status_code == 404


def test_nobody_writes_a_group_by_the_api(staff_api):
    (shirt,) = make_shirts("S")

    responses = [staff_api.generic(method, address_of(shirt.group)) for method in ("PUT", "PATCH", "DELETE")]
    responses.append(staff_api.patch(f"/api/v1/products/{shirt.pk}/", {"group": None}, format="json"))

    assert [response.status_code for response in responses] == [405, 405, 405, 400]
    assert Product.objects.get(pk=shirt.pk).group_id == shirt.group_id


@pytest.mark.parametrize("number", [1, 30])
def test_number_of_statements_is_the_same_for_all_groups(api, number, django_assert_num_queries):
    group = make_group(
        *((make_product(), values(size=str(each), colour=str(each))) for each in range(number))
    )

    with django_assert_num_queries(4):
        found = api.get(address_of(group)).json()

    assert len(found["products"]) == number


CHANGES = {
    "price": lambda shirt: services.update_product(shirt.pk, price="1.00"),
    "sale": lambda shirt: take_stock({shirt.pk: shirt.stock}),
    "off sale": lambda shirt: services.deactivate_product(shirt.pk),
    "name": lambda shirt: services.change_group(shirt.group_id, name="Майка"),
    "option": lambda shirt: services.change_group(
        shirt.group_id,
        options=[COLOUR._replace(option_id=GroupOption.objects.get().pk)],
    ),
    "value": lambda shirt: services.put_into_group(
        shirt.pk, group_id=shirt.group_id, values=values(size="XS")
    ),
    "product": lambda shirt: services.put_into_group(
        make_product().pk, group_id=shirt.group_id, values={"size": OptionValue("M")}
    ),
    "picture": lambda shirt: images.change_image(
        ProductImage.objects.create(product=shirt, status="ready", sha256="5f" * 32, width=100, height=50).pk,
        product_id=shirt.pk,
        by=None,
        alt_ru="Футболка",
    ),
    "leaving": lambda shirt: services.take_out_of_group(shirt.pk),
}


@pytest.mark.parametrize("change", CHANGES)
def test_cached_group_is_dropped_by_each_change(api, kept, change, django_capture_on_commit_callbacks):
    small, _large = make_shirts("S", "L")
    before = kept(address_of(small.group))

    with django_capture_on_commit_callbacks(execute=True):
        CHANGES[change](small)

    after = api.get(address_of(small.group)).json()
    assert after != before
    assert SIZE.code in str(before)


def test_detail_of_a_product_shows_its_group(kept, django_capture_on_commit_callbacks):
    small, _large = make_shirts("S", "L")
    address = f"/api/v1/products/{small.pk}/"
    assert kept(address)["group"] == {
        "id": small.group_id,
        "name": "Футболка",
        "options": [{"code": "size", "value": "S"}],
    }

    with django_capture_on_commit_callbacks(execute=True):
        services.change_group(small.group_id, name="Майка")

    assert kept(address)["group"]["name"] == "Майка"
