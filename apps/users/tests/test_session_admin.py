"""Sessions in the admin: looked at, and ended."""

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse
from django.utils import timezone

from apps.users.models import Session
from conftest import signed_in
from tests.support.html_forms import send_form

LIST = reverse("admin:users_session_changelist")

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(client, staff):
    client.force_login(staff)
    return client


def test_list_and_page_show_the_session(office, customer):
    session = Session.objects.open(customer, device="Anna's phone", ip="192.0.2.7")

    listed = office.get(LIST, {"q": customer.username})
    page = office.get(reverse("admin:users_session_change", args=[session.pk]))

    assert (listed.status_code, page.status_code) == (200, 200)
    for response in (listed, page):
        assert "Anna&#x27;s phone" in response.text
        assert "192.0.2.7" in response.text
    assert 'name="_save"' not in page.text


def test_chosen_sessions_are_ended(office, customer, other_customer):
    phone, laptop = signed_in(customer), signed_in(customer)
    other = signed_in(other_customer)
    over = Session.objects.open(customer)
    Session.objects.filter(pk=over.pk).end("logout")
    chosen = [str(pk) for pk in customer.sessions.values_list("pk", flat=True)]

    response = office.post(LIST, {"action": "end_sessions", "_selected_action": chosen}, follow=True)

    assert "2 сеанса завершены." in response.text
    codes = [client.get("/api/v1/auth/me/").status_code for client in (phone, laptop, other)]
    assert codes == [401, 401, 200]
    reasons = sorted(customer.sessions.values_list("ended_because", flat=True))
    assert reasons == ["logout", "revoked", "revoked"]


def test_sessions_can_be_neither_made_nor_written_nor_deleted_by_the_way(office, customer):
    session = Session.objects.open(customer)

    added = office.get(reverse("admin:users_session_add"))
    changed = office.post(reverse("admin:users_session_change", args=[session.pk]), {"device": "mine"})
    actions = office.get(LIST).context["action_form"].fields["action"].choices

    assert (added.status_code, changed.status_code) == (403, 403)
    assert [name for name, _label in actions if name] == ["end_sessions"]
    session.refresh_from_db()
    assert session.device == ""


def test_who_may_only_look_ends_nothing(client, make_user, customer):
    clerk = make_user(is_staff=True)
    clerk.user_permissions.add(
        Permission.objects.get(codename="view_session", content_type__app_label="users")
    )
    client.force_login(clerk)
    session = Session.objects.open(customer)

    client.post(LIST, {"action": "end_sessions", "_selected_action": [str(session.pk)]})

    assert client.get(LIST).status_code == 200
    session.refresh_from_db()
    assert session.ended_at is None


def test_user_with_sessions_can_be_deleted(office, customer):
    Session.objects.open(customer)

    response = office.post(reverse("admin:users_user_delete", args=[customer.pk]), {"post": "yes"})

    assert response.status_code == 302
    assert not Session.objects.exists()


def test_address_that_staff_type_is_not_confirmed(office, customer):
    customer.email_verified_at, customer.new_email = timezone.now(), "new@example.com"
    customer.save()
    address = reverse("admin:users_user_change", args=[customer.pk])

    send_form(office, address, first_name="Anna")
    customer.refresh_from_db()
    assert customer.email_verified_at is not None

    send_form(office, address, email="typed@example.com")
    customer.refresh_from_db()
    assert (customer.email, customer.email_verified_at, customer.new_email) == ("typed@example.com", None, "")
