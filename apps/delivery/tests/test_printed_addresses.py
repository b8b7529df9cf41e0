"""Addresses as their countries print them."""

import pytest

from apps.delivery.addresses import PostalAddress, printed

WHOLE = {
    "name": "Ann Lee",
    "company": "Lee & Co",
    "line1": "High Street 1",
    "line2": "Flat 2",
    "city": "Town",
}


@pytest.mark.parametrize(
    ("members", "lines"),
    [
        (
            {"country": "RU", "postal_code": "101000", "region": "Область", "phone": "+79123456789"},
            ["Town, Область 101000", "8 (912) 345-67-89"],
        ),
        ({"country": "US", "postal_code": "94105", "region": "CA"}, ["Town, CA 94105", "US"]),
        ({"country": "DE", "postal_code": "10115"}, ["10115 Town", "DE"]),
        ({"country": "DE", "postal_code": "10115", "region": "Bayern"}, ["10115 Town", "Bayern", "DE"]),
        ({"country": "AE", "region": "Dubai"}, ["Dubai", "Town", "AE"]),
        ({"country": "BR", "district": "Centro", "postal_code": "1"}, ["Centro", "Town 1", "BR"]),
        ({"country": "", "postal_code": "7"}, ["Town 7"]),
    ],
    ids=lambda value: value["country"] if isinstance(value, dict) else "",
)
def test_town_and_code_stand_as_in_the_country(members: dict[str, str], lines: list[str]):
    address = PostalAddress(**{**WHOLE, **members}, tax_id="1", note="Ring twice")

    assert printed(address) == ["Ann Lee", "Lee & Co", "High Street 1", "Flat 2", *lines]


def test_china_begins_with_the_code_and_ends_with_the_name():
    address = PostalAddress(country="CN", postal_code="100000", region="北京", line1="1", name="李")

    assert printed(address) == ["100000 北京", "1", "李", "CN"]
    assert printed(PostalAddress(country="RU")) == []
