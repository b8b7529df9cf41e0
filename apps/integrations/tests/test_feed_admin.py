"""Feeds in the admin: how each was made, why there are none, and the button."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from apps.catalog.tests.factories import make_products
from apps.integrations import jobs
from apps.integrations.models import Feed
from apps.integrations.tests.feeds import make_feeds
from apps.users.models import User

LIST, MAKE = reverse("admin:integrations_feed_changelist"), reverse("admin:integrations_feed_make")

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shop")]


@pytest.fixture
def office(client: Client, staff: User) -> Client:
    client.force_login(staff)
    return client


def page(office: Client, address: str = LIST) -> str:
    return office.get(address, headers={"Accept-Language": "en"}).content.decode()


def test_button_has_the_feeds_made(office: Client):
    assert "Make the feeds anew" in page(office)

    response = office.post(MAKE, follow=True, headers={"Accept-Language": "en"})

    assert "3 feeds are being made." in response.content.decode()
    assert Feed.objects.making().count() == 3
    again = office.post(MAKE, follow=True, headers={"Accept-Language": "en"})
    assert "No feed was ordered." in again.content.decode()


def test_list_tells_of_each_feed_how_it_was_made(office: Client, monkeypatch: pytest.MonkeyPatch):
    make_products(3)
    make_feeds()
    with monkeypatch.context() as patched:
        patched.setattr(jobs, "_write_part", lambda *args: 1 / 0)
        make_feeds()
    Feed.objects.current().filter(kind="yml").update(size=2_621_440)

    text = page(office)

    assert '<a href="/feeds/yml.xml">/feeds/yml.xml</a>' in text
    assert '<td class="field-offers">3</td>' in text
    assert '<td class="field-file_size">2.5\xa0MB</td>' in text
    assert text.count('<td class="field-problem">ZeroDivisionError: division by zero</td>') == 3
    detail = page(office, reverse("admin:integrations_feed_change", args=[Feed.objects.latest("pk").pk]))
    assert "ZeroDivisionError: division by zero" in detail


def test_list_says_why_there_are_none(office: Client, settings: Any):
    settings.PRODUCT_URL_TEMPLATE = ""

    text = page(office)

    assert "PRODUCT_URL_TEMPLATE" in text
    assert "Make the feeds anew" not in text
    office.post(MAKE)
    assert not Feed.objects.exists()
