"""The address book: a customer's own addresses, judged as they are written; one can be the default."""

import pytest
from django.db import transaction

from apps.core.tests.answers import problem_of, refusal_of
from apps.core.tests.threads import at_once
from apps.delivery.models import MAX_SAVED_ADDRESSES, SavedAddress
from apps.delivery.tests.factories import make_saved_address
from apps.users.erasure import erase
from apps.users.models import User
from conftest import PASSWORD, signed_in

URL = "/api/v1/auth/me/addresses/"
MOSCOW = {
    "name": "Анна Смирнова",
    "phone": "8 (912) 345-67-89",
    "country": "RU",
    "city": "Москва",
    "postal_code": "101000",
    "line1": "Мясницкая, 1",
}
SHOWN = {
    **dict.fromkeys(("company", "tax_id", "region", "district", "line2", "note"), ""),
    **MOSCOW,
    "phone": "+79123456789",
}

pytestmark = pytest.mark.django_db


def defaults(user):
    rows = SavedAddress.objects.filter(user=user)
    return [(row.label, row.is_default_shipping, row.is_default_billing) for row in rows]


def test_address_is_saved_and_shown_to_its_customer(customer_api):
    created = customer_api.post(URL, {**MOSCOW, "label": "Дом", "is_default_shipping": True})

    row = SavedAddress.objects.get()
    shown = {"id": row.pk, "label": "Дом", "is_default_shipping": True, "is_default_billing": False, **SHOWN}
    assert (created.status_code, created.json()) == (201, shown)
    assert created["Location"] == f"http://testserver{URL}{row.pk}/"
    read = customer_api.get(created["Location"])
    assert (read.status_code, read.json(), read["ETag"]) == (200, shown, created["ETag"])
    assert read["Cache-Control"] == "private, no-cache"
    listed = customer_api.get(URL)
    assert listed.json() == {"count": 1, "next": None, "previous": None, "results": [shown]}
    for response in (read, listed):
        unchanged = customer_api.get(response.wsgi_request.path, headers={"If-None-Match": response["ETag"]})
        assert (unchanged.status_code, unchanged.content) == (304, b"")


def test_members_that_are_left_out_are_empty(customer_api):
    response = customer_api.post(
        URL, {"name": "A", "country": "AE", "region": "Dubai", "line1": "Zayed Road"}
    )

    body = response.json()
    assert response.status_code == 201
    assert [name for name, value in body.items() if value == ""] == [
        "label",
        "company",
        "tax_id",
        "phone",
        "city",
        "district",
        "postal_code",
        "line2",
        "note",
    ]
    assert (body["is_default_shipping"], body["is_default_billing"]) == (False, False)


def test_faults_are_told_by_pointer_and_nothing_is_saved(customer_api):
    response = customer_api.post(
        URL, {"country": "RU", "postal_code": "1010", "phone": "12", "city": "Москва"}
    )

    assert refusal_of(response) == (
        400,
        "validation_error",
        [
            ("field_required_here", "/name"),
            ("field_required_here", "/line1"),
            ("postal_code_invalid", "/postal_code"),
            ("phone_invalid", "/phone"),
        ],
    )
    assert not SavedAddress.objects.exists()


def test_other_customers_do_not_find_it(customer, other_customer_api, staff_api):
    address = f"{URL}{make_saved_address(customer).pk}/"

    for api in (other_customer_api, staff_api):
        for response in (api.get(address), api.patch(address, {"city": "Тверь"}), api.delete(address)):
            assert (response.status_code, problem_of(response)["code"]) == (404, "not_found")
        assert api.get(URL).json()["results"] == []
    assert SavedAddress.objects.get().city == "Москва"


def test_address_is_changed_member_by_member(customer, customer_api):
    row = make_saved_address(customer, phone="+79123456789")
    before = customer_api.get(f"{URL}{row.pk}/").json()
    changes = {"city": "Тверь", "postal_code": "170100", "label": "Дача"}

    response = customer_api.patch(f"{URL}{row.pk}/", changes)

    assert (response.status_code, response.json()) == (200, {**before, **changes})
    row.refresh_from_db()
    assert (row.city, row.postal_code, row.label, row.phone) == ("Тверь", "170100", "Дача", "+79123456789")
    assert response["ETag"] == customer_api.get(f"{URL}{row.pk}/")["ETag"]


def test_change_is_judged_with_what_stays(customer, customer_api):
    row = make_saved_address(customer)

    response = customer_api.patch(f"{URL}{row.pk}/", {"country": "US", "city": "Тверь"})

    assert refusal_of(response) == (
        400,
        "validation_error",
        [("field_required_here", "/region"), ("postal_code_invalid", "/postal_code")],
    )
    row.refresh_from_db()
    assert (row.country, row.city) == ("RU", "Москва")


def test_address_that_the_rules_no_longer_allow_can_still_be_renamed(customer, customer_api):
    row = make_saved_address(customer, postal_code="1")

    assert customer_api.patch(f"{URL}{row.pk}/", {"label": "Дом"}).status_code == 200
    assert customer_api.patch(f"{URL}{row.pk}/", {"city": "Тверь"}).status_code == 400
    row.refresh_from_db()
    assert (row.label, row.city) == ("Дом", "Москва")


@pytest.mark.parametrize(("method", "body"), [("patch", {"city": "Омск"}), ("delete", None)])
def test_other_version_is_neither_changed_nor_deleted(customer, customer_api, method, body):
    address = f"{URL}{make_saved_address(customer).pk}/"
    write = getattr(customer_api, method)
    old = customer_api.get(address)["ETag"]
    customer_api.patch(address, {"city": "Тверь"})

    refused = write(address, body, headers={"If-Match": old})

    new = customer_api.get(address)["ETag"]
    assert (refused.status_code, refused["ETag"]) == (412, new)
    assert SavedAddress.objects.get().city == "Тверь"
    assert write(address, body, headers={"If-Match": new}).status_code in {200, 204}


def test_deleted_address_is_gone(customer, customer_api):
    row, other = make_saved_address(customer), make_saved_address(customer)

    assert customer_api.delete(f"{URL}{row.pk}/").status_code == 204
    assert customer_api.get(f"{URL}{row.pk}/").status_code == 404
    assert list(SavedAddress.objects.all()) == [other]


def test_becoming_the_default_takes_it_from_the_other(customer, customer_api, other_customer):
    make_saved_address(other_customer, label="other", is_default_shipping=True)
    first = customer_api.post(URL, {**MOSCOW, "label": "1", "is_default_shipping": True}).json()["id"]
    customer_api.post(URL, {**MOSCOW, "label": "2", "is_default_shipping": True, "is_default_billing": True})
    assert defaults(customer) == [("1", False, False), ("2", True, True)]

    customer_api.patch(f"{URL}{first}/", {"is_default_shipping": True})
    assert defaults(customer) == [("1", True, False), ("2", False, True)]
    customer_api.patch(f"{URL}{first}/", {"is_default_shipping": False})
    assert defaults(customer) == [("1", False, False), ("2", False, True)]
    assert defaults(other_customer) == [("other", True, False)]


def test_twenty_addresses_are_enough(customer, customer_api, other_customer_api):
    for _number in range(MAX_SAVED_ADDRESSES):
        make_saved_address(customer)

    refused = customer_api.post(URL, MOSCOW)

    assert (refused.status_code, problem_of(refused)["code"]) == (409, "too_many_addresses")
    assert SavedAddress.objects.count() == MAX_SAVED_ADDRESSES == 20
    assert other_customer_api.post(URL, MOSCOW).status_code == 201


@pytest.mark.parametrize("rows", [1, 3, 20])
def test_list_takes_as_many_statements_for_any_number(
    customer, customer_api, rows, django_assert_num_queries
):
    for _number in range(rows):
        make_saved_address(customer)

    with django_assert_num_queries(3):  # the session, the count, the rows
        response = customer_api.get(URL)

    assert len(response.json()["results"]) == rows


def test_closed_account_keeps_no_address(customer, other_customer):
    make_saved_address(customer)
    kept = make_saved_address(other_customer)

    response = signed_in(customer).delete("/api/v1/auth/me/", {"password": PASSWORD})

    assert response.status_code == 204
    assert list(SavedAddress.objects.all()) == [kept]


def test_account_that_staff_erase_or_delete_keeps_no_address(customer, other_customer, staff, client):
    for user in (customer, other_customer):
        make_saved_address(user)
    with transaction.atomic():
        erase(User.objects.get(pk=customer.pk))
    client.force_login(staff)
    page = f"/admin/users/user/{other_customer.pk}/delete/"

    response = client.post(page, {"post": "yes"})

    assert response.status_code == 302
    assert not SavedAddress.objects.exists()


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_thirty_at_once_save_twenty(make_user):
    user = make_user()
    client_of = [signed_in(user) for _hand in range(10)]

    answers = at_once(10, lambda hand: [client_of[hand].post(URL, MOSCOW).status_code for _time in range(3)])

    codes = [code for hand in answers for code in hand]
    assert (codes.count(201), codes.count(409)) == (20, 10)
    assert SavedAddress.objects.count() == 20


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_many_who_become_the_default_leave_one(make_user):
    user = make_user()
    rows = [make_saved_address(user) for _number in range(6)]
    clients = [signed_in(user) for _row in rows]
    both = {"is_default_shipping": True, "is_default_billing": True}

    codes = at_once(6, lambda hand: clients[hand].patch(f"{URL}{rows[hand].pk}/", both).status_code)

    assert codes == [200] * 6
    for name in both:
        assert SavedAddress.objects.filter(user=user, **{name: True}).count() == 1
