"""Creating and changing categories."""

import pytest
from django.core.exceptions import ValidationError

from apps.catalog.models import Category
from apps.catalog.services import update_category
from apps.catalog.tests.factories import make_category
from apps.core.tests.answers import on_the_wire, problem, problem_of, refusal_of
from apps.core.tests.threads import at_once

URL = "/api/v1/categories/"
UNKNOWN = 10**15  # an id that no row has

pytestmark = pytest.mark.django_db


def snapshot(category):
    return Category.objects.filter(pk=category.pk).values().get()


def test_name_is_enough_for_a_category(staff_api):
    response = staff_api.post(URL, {"name": "Чай и кофе"})

    tea = Category.objects.get()
    assert response.status_code == 201
    assert response.json() == {
        "id": tea.pk,
        "name": "Чай и кофе",
        "slug": "chai-i-kofe",
        "description": "",
        "parent": None,
        "tax_class": None,
        "is_active": True,
        "created_at": on_the_wire(tea.created_at),
        "updated_at": on_the_wire(tea.updated_at),
    }


def test_category_is_made_as_given(staff_api, api):
    drinks = make_category()

    response = staff_api.post(
        URL,
        {
            "name": "Чай",
            "slug": "tea",
            "description": "Листовой.",
            "parent": drinks.pk,
            "tax_class": None,
            "is_active": False,
        },
    )

    tea = Category.objects.get(slug="tea")
    assert response.status_code == 201
    assert response.json() == {
        "id": tea.pk,
        "name": "Чай",
        "slug": "tea",
        "description": "Листовой.",
        "parent": drinks.pk,
        "tax_class": None,
        "is_active": False,
        "created_at": on_the_wire(tea.created_at),
        "updated_at": on_the_wire(tea.updated_at),
    }
    assert api.get(f"{URL}{tea.pk}/").status_code == 404


def test_new_category_shows_to_everyone(staff_api, api):
    made = staff_api.post(URL, {"name": "Tea"}).json()

    assert api.get(f"{URL}{made['id']}/").json() == made


def test_patch_changes_what_is_given_and_nothing_else(staff_api):
    drinks = make_category()
    tea = make_category(name="Tea", slug="tea", description="Leaves.", parent=drinks)
    before = snapshot(tea)

    response = staff_api.patch(f"{URL}{tea.pk}/", {"name": "Good tea"})

    after = snapshot(tea)
    assert response.status_code == 200
    assert response.json() == {
        "id": tea.pk,
        "name": "Good tea",
        "slug": "tea",
        "description": "Leaves.",
        "parent": drinks.pk,
        "tax_class": None,
        "is_active": True,
        "created_at": on_the_wire(tea.created_at),
        "updated_at": on_the_wire(after["updated_at"]),
    }
    assert after["updated_at"] > before["updated_at"]
    follows = {"name_key": "good tea", "search_text": "good tea\nleaves.", "updated_at": after["updated_at"]}
    assert after == {**before, "name": "Good tea", **follows}


def test_put_changes_every_field(staff_api):
    drinks = make_category()
    tea = make_category(name="Tea")

    response = staff_api.put(
        f"{URL}{tea.pk}/",
        {
            "name": "Coffee",
            "slug": "coffee",
            "description": "Beans.",
            "parent": drinks.pk,
            "tax_class": None,
            "is_active": False,
        },
    )

    assert response.status_code == 200
    tea.refresh_from_db()
    assert (tea.name, tea.slug, tea.description, tea.parent, tea.is_active) == (
        "Coffee",
        "coffee",
        "Beans.",
        drinks,
        False,
    )


def test_put_needs_the_name(staff_api):
    tea = make_category(name="Tea")
    before = snapshot(tea)

    response = staff_api.put(f"{URL}{tea.pk}/", {"description": "Leaves."})

    assert refusal_of(response) == (400, "validation_error", [("required", "/name")])
    assert snapshot(tea) == before


def test_patch_of_nothing_is_no_error(staff_api):
    tea = make_category(name="Tea")

    response = staff_api.patch(f"{URL}{tea.pk}/", {})

    assert response.status_code == 200
    assert response.json()["name"] == "Tea"


def test_hidden_category_is_changed_and_activated_again(staff_api, api):
    tea = make_category(is_active=False)

    response = staff_api.patch(f"{URL}{tea.pk}/", {"is_active": True})

    assert response.status_code == 200
    assert api.get(f"{URL}{tea.pk}/").status_code == 200


def test_category_moves_to_the_top(staff_api):
    tea = make_category(parent=make_category())

    response = staff_api.patch(f"{URL}{tea.pk}/", {"parent": None})

    assert response.json()["parent"] is None
    tea.refresh_from_db()
    assert tea.parent is None


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_category_that_does_not_exist_cannot_be_changed(staff_api, method):
    response = getattr(staff_api, method)(f"{URL}{UNKNOWN}/", {} if method == "delete" else {"name": "Tea"})

    assert refusal_of(response) == (404, "not_found", [])
    assert not Category.objects.exists()


@pytest.mark.parametrize(
    ("values", "error"),
    [
        ({"name": None}, ("null", "/name")),
        ({"name": ""}, ("blank", "/name")),
        ({"name": "   "}, ("blank", "/name")),
        ({"name": 5}, ("invalid", "/name")),
        ({"name": "x" * 201}, ("max_length", "/name")),
        ({"slug": ""}, ("blank", "/slug")),
        ({"slug": "чай"}, ("invalid", "/slug")),
        ({"slug": "two words"}, ("invalid", "/slug")),
        ({"slug": 7}, ("invalid", "/slug")),
        ({"slug": "x" * 221}, ("max_length", "/slug")),
        ({"slug": "taken"}, ("unique", "/slug")),
        ({"description": None}, ("null", "/description")),
        ({"description": ["a"]}, ("invalid", "/description")),
        ({"description": "x" * 10_001}, ("max_length", "/description")),
        ({"parent": 0}, ("does_not_exist", "/parent")),
        ({"parent": -1}, ("does_not_exist", "/parent")),
        ({"parent": 10**30}, ("does_not_exist", "/parent")),
        ({"parent": True}, ("incorrect_type", "/parent")),
        ({"parent": "1"}, ("incorrect_type", "/parent")),
        ({"parent": {"id": 1}}, ("incorrect_type", "/parent")),
        ({"is_active": 1}, ("invalid", "/is_active")),
        ({"is_active": "true"}, ("invalid", "/is_active")),
        ({"is_active": None}, ("null", "/is_active")),
    ],
    ids=lambda value: str(value)[:40],
)
def test_value_that_cannot_be_is_refused_and_changes_nothing(staff_api, values, error):
    make_category(slug="taken")
    tea = make_category(name="Tea")
    before = snapshot(tea)

    made = staff_api.post(URL, {"name": "Coffee", **values})
    changed = staff_api.patch(f"{URL}{tea.pk}/", values)

    assert refusal_of(made) == (400, "validation_error", [error])
    assert refusal_of(changed) == (400, "validation_error", [error])
    assert snapshot(tea) == before
    assert Category.objects.count() == 2


def test_own_slug_is_not_taken_by_another(staff_api):
    tea = make_category(name="Tea", slug="tea")

    response = staff_api.patch(f"{URL}{tea.pk}/", {"slug": "tea", "name": "Good tea"})

    assert response.status_code == 200


# --- The tree


@pytest.mark.parametrize("depth", [0, 1, 2])
def test_category_cannot_lie_below_itself(staff_api, depth):
    tree = [make_category()]
    for _level in range(2):
        tree.append(make_category(parent=tree[-1]))
    before = snapshot(tree[0])

    response = staff_api.patch(
        f"{URL}{tree[0].pk}/", {"parent": tree[depth].pk}, headers={"accept-language": "en"}
    )

    assert problem_of(response) == problem(
        400,
        "validation_error",
        "Some values in the request are invalid.",
        errors=[
            {
                "code": "parent_loop",
                "detail": "A category cannot be inside itself.",
                "pointer": "/parent",
            }
        ],
    )
    assert snapshot(tree[0]) == before


def test_put_makes_no_loop_either(staff_api):
    drinks = make_category(name="Drinks")
    tea = make_category(parent=drinks)

    response = staff_api.put(f"{URL}{drinks.pk}/", {"name": "Drinks", "parent": tea.pk})

    assert refusal_of(response) == (400, "validation_error", [("parent_loop", "/parent")])
    drinks.refresh_from_db()
    assert drinks.parent is None


def test_branch_moves_below_its_neighbour(staff_api):
    drinks, sweets = make_category(), make_category()
    tea = make_category(parent=drinks)

    response = staff_api.patch(f"{URL}{drinks.pk}/", {"parent": sweets.pk})

    assert response.status_code == 200
    tea.refresh_from_db()
    drinks.refresh_from_db()
    assert (tea.parent, drinks.parent) == (drinks, sweets)


def test_loop_made_earlier_can_be_mended(staff_api):
    one, two = make_category(), make_category()
    Category.objects.filter(pk=one.pk).update(parent=two)
    Category.objects.filter(pk=two.pk).update(parent=one)

    response = staff_api.patch(f"{URL}{one.pk}/", {"parent": None})

    assert response.status_code == 200
    one.refresh_from_db()
    assert one.parent is None


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_moves_at_the_same_time_make_no_loop_together():
    for _round in range(10):
        pair = [make_category(), make_category()]

        def move_below_the_other(hand, pair=pair):
            try:
                update_category(pair[hand].pk, parent=pair[1 - hand])
            except ValidationError:
                return "refused"
            return "moved"

        assert sorted(at_once(2, move_below_the_other)) == ["moved", "refused"]
        assert Category.objects.filter(pk__in=[pair[0].pk, pair[1].pk], parent=None).count() == 1
