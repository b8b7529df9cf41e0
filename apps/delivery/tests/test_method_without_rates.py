"""A delivery method without a rate is offered to nobody: the admin says so."""

from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.test import Client

from apps.delivery.tests.factories import make_method, make_rate
from apps.delivery.tests.office import page_of
from apps.users.models import User
from tests.support.html_forms import send_form

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("values", "has_rate", "levels"),
    [
        ({}, False, ["warning", "success"]),
        ({}, True, ["success"]),
        ({"is_active": []}, False, ["success"]),
    ],
)
def test_saving_warns_of_a_method_nobody_can_choose(
    client: Client, staff: User, values: dict[str, Any], has_rate: bool, levels: list[str]
):
    client.force_login(staff)
    method = make_method()
    if has_rate:
        make_rate(method, "0.00")

    response = send_form(client, page_of(method), **values)

    assert response.status_code == 302
    assert [message.level_tag for message in get_messages(response.wsgi_request)] == levels
