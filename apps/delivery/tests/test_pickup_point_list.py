"""The list of pick-up points: those in use, by what they are and by how far away they are."""

from math import acos, cos, radians, sin

import pytest

from apps.core.tests.answers import refusal_of
from apps.delivery.models import PickupPoint
from apps.delivery.tests.factories import make_point

URL = "/api/v1/pickup-points/"

pytestmark = pytest.mark.django_db


def names(api, query=""):
    response = api.get(f"{URL}?{query}")
    assert response.status_code == 200, response.content
    return [point["name"] for point in response.json()["results"]]


def test_point_is_shown_with_all_its_members(api):
    make_point(
        provider="cdek",
        code="MSK1",
        kind="locker",
        name="Постамат",
        country="RU",
        region="Москва",
        city="Москва",
        postal_code="101000",
        address="Мясницкая, 26",
        lat="55.763862",
        lon="37.636733",
        hours={"mon-sun": "08:00-20:00"},
        takes_cards=True,
    )

    response = api.get(URL)

    assert response.json() == {
        "count": 1,
        "next": None,
        "previous": None,
        "results": [
            {
                "provider": "cdek",
                "code": "MSK1",
                "kind": "locker",
                "name": "Постамат",
                "country": "RU",
                "region": "Москва",
                "city": "Москва",
                "postal_code": "101000",
                "address": "Мясницкая, 26",
                "lat": 55.763862,
                "lon": 37.636733,
                "hours": {"mon-sun": "08:00-20:00"},
                "takes_cash": False,
                "takes_cards": True,
                "distance_m": None,
            }
        ],
    }
    assert response["Cache-Control"] == "public, no-cache"


def test_points_that_are_not_in_use_are_not_shown(api):
    make_point(name="old", is_active=False, lat=55, lon=37)
    make_point(name="new", lat=55, lon=37)

    assert names(api) == ["new"]
    assert names(api, "near=55,37") == ["new"]


def test_filters_narrow_the_list(api):
    make_point(name="a", provider="cdek", kind="pvz", city="Москва", max_weight_g=1000)
    make_point(name="b", provider="post", kind="locker", city="Москва", max_weight_g=5000)
    make_point(name="c", provider="post", kind="shop", city="Тверь")

    assert names(api) == ["a", "b", "c"]
    assert names(api, "provider=post") == ["b", "c"]
    assert names(api, "kind=pvz") == ["a"]
    assert names(api, "kind=pvz&kind=shop") == ["a", "c"]
    assert names(api, "city=Москва") == ["a", "b"]
    assert names(api, "city=%20Тверь%20") == ["c"]
    assert names(api, "weight_g=1000") == ["a", "b", "c"]
    assert names(api, "weight_g=1001") == ["b", "c"]
    assert names(api, "weight_g=5001") == ["c"]
    assert names(api, "provider=post&city=Москва&kind=shop") == []
    assert names(api, "provider=&kind=&city=&near=&radius_km=&weight_g=") == ["a", "b", "c"]


def test_nearest_come_first_within_the_radius(api):
    make_point(name="far", lat="55.83", lon="37.61")  # 8.9 km
    make_point(name="near", lat="55.76", lon="37.61")
    make_point(name="here", lat="55.75", lon="37.61")
    make_point(name="east", lat="55.75", lon="37.68")  # 4.4 km

    response = api.get(f"{URL}?near=55.75,37.61")

    found = [(point["name"], point["distance_m"]) for point in response.json()["results"]]
    assert found == [("here", 0), ("near", 1112), ("east", 4381)]
    assert names(api, "near=55.75,37.61&radius_km=1.2") == ["here", "near"]
    assert names(api, "near=55.75,37.61&radius_km=9") == ["here", "near", "east", "far"]
    assert names(api, "near=55.75,37.61&radius_km=0") == ["here"]
    assert names(api, "near=55.75,37.61&page_size=1&page=2") == ["near"]
    assert names(api, "near=&radius_km=1") == ["east", "far", "here", "near"]


def test_at_most_a_hundred_are_near(api):
    PickupPoint.objects.bulk_create(
        PickupPoint(
            provider="p", code=str(number), kind="pvz", name=f"{number:03}", country="RU", lat=1, lon=1
        )
        for number in range(120)
    )

    response = api.get(f"{URL}?near=1,1&page_size=100")

    assert (response.json()["count"], len(response.json()["results"])) == (100, 100)
    assert api.get(URL).json()["count"] == 120


@pytest.mark.parametrize(
    ("near", "lat", "lon"),
    [
        ("66,179.999", "66", "-179.999"),  # Chukotka, across the date line
        ("66,-179.999", "66", "179.999"),
        ("89.99,10", "89.99", "-170"),
        ("-89.99,10", "-89.99", "-170"),
        ("0,0", "0.01", "-0.01"),
        ("0,180", "0", "-180"),
        ("90,0", "89.999", "120"),
        ("-33.9,151.2", "-33.91", "151.21"),
    ],
)
def test_points_are_found_across_every_line_of_the_map(api, near, lat, lon):
    make_point(name="here", lat=lat, lon=lon)
    make_point(name="elsewhere", lat=f"{-float(lat) + 20:.3f}" if abs(float(lat)) < 60 else "0", lon="77")

    assert names(api, f"near={near}") == ["here"]


def test_distances_are_those_of_great_circles(api):
    spots = [(lat, lon) for lat in (-60, -5, 0, 42, 55.75, 71) for lon in (-170, -30, 0, 37.61, 100, 179)]
    for lat, lon in spots:
        make_point(name=f"{lat},{lon}", lat=str(lat + 0.3), lon=str(lon + 0.7))

    for lat, lon in spots:
        (point,) = api.get(f"{URL}?near={lat},{lon}&radius_km=100").json()["results"]
        turn = sin(radians(lat)) * sin(radians(lat + 0.3)) + cos(radians(lat)) * cos(
            radians(lat + 0.3)
        ) * cos(radians(0.7))
        assert point["name"] == f"{lat},{lon}"
        assert point["distance_m"] == pytest.approx(6_371_008.8 * acos(turn), abs=2)


@pytest.mark.parametrize(
    ("query", "code", "parameter"),
    [
        *[
            (f"near={near}", "invalid", "near")
            for near in ("55", "55;37", "91,0", "0,181", "-91,0", "a,b", "55,37,1", "1e1,5", "NaN,1", "+1,1")
        ],
        ("near=55,%2037", "invalid", "near"),
        (f"near={'1' * 30},1", "invalid", "near"),
        ("near=%D9%A1,1", "invalid", "near"),
        ("near=1,1&radius_km=-1", "min_value", "radius_km"),
        ("near=1,1&radius_km=500.1", "max_value", "radius_km"),
        ("near=1,1&radius_km=x", "invalid", "radius_km"),
        ("near=1,1&radius_km=1.2345", "max_decimal_places", "radius_km"),
        ("weight_g=1.5", "invalid", "weight_g"),
        ("weight_g=-1", "min_value", "weight_g"),
        (f"weight_g={2**31}", "max_value", "weight_g"),
        ("kind=pickup", "invalid_choice", "kind"),
        ("town=Москва", "unknown_parameter", "town"),
        ("city=a&city=b", "duplicate_parameter", "city"),
        ("provider=%00", "null_characters_not_allowed", "provider"),
        ("ordering=name", "unknown_parameter", "ordering"),
    ],
)
def test_query_that_cannot_be_read_is_refused(api, query, code, parameter):
    assert refusal_of(api.get(f"{URL}?{query}")) == (400, "invalid_query", [(code, parameter)])


@pytest.mark.parametrize("rows", [1, 20])
@pytest.mark.parametrize("query", ["", "near=1,1", "city=Москва&weight_g=5"])
def test_list_takes_two_statements_and_then_none(api, rows, query, django_assert_num_queries):
    for _number in range(rows):
        make_point(lat=1, lon=1, city="Москва")

    with django_assert_num_queries(2):
        first = api.get(f"{URL}?{query}")
    with django_assert_num_queries(0):
        second = api.get(f"{URL}?{query}")

    assert len(first.json()["results"]) == rows
    assert second.content == first.content


@pytest.mark.embedded
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "write",
    [
        lambda point: PickupPoint.objects.filter(pk=point.pk).update(name="new"),
        lambda point: PickupPoint.objects.bulk_update([_renamed(point)], ["name"]),
        lambda point: _renamed(point).save(),
        lambda point: [point.delete(), make_point(name="new", lat=1, lon=1)],
    ],
    ids=["update", "bulk_update", "save", "delete"],
)
def test_change_shows_in_the_next_read(api, write):
    point = make_point(name="old", lat=1, lon=1)
    assert names(api) == names(api, "near=1,1") == ["old"]

    write(point)

    assert names(api) == names(api, "near=1,1") == ["new"]


def _renamed(point):
    point.name = "new"
    return point
