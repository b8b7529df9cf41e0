"""An address that is not confirmed gets e-mails about orders up to a limit, without the name."""

import pytest
from django.core import mail
from django.core.cache import caches
from django.utils import timezone

from apps.catalog.tests.factories import make_product
from apps.jobs.models import Job
from apps.jobs.runner import run_due_jobs
from apps.orders.tests.factories import make_order, moved
from apps.users.models import User
from online_store.env import Rate

LINK = "www.win-prize.example"

pytestmark = [pytest.mark.embedded, pytest.mark.django_db]


@pytest.fixture
def rate_limit(settings):
    if settings.STORE_EMBEDDED:
        caches["counters"].clear()
    settings.THROTTLES = {**dict.fromkeys(settings.THROTTLES), "unconfirmed": Rate(3, 86_400)}


@pytest.mark.parametrize(("is_confirmed", "count"), [(False, 3), (True, 6)])
def test_emails_about_orders_have_a_limit_until_the_address_is_confirmed(
    rate_limit, make_user, staff, is_confirmed, count
):
    buyer = make_user(email_verified_at=timezone.now() if is_confirmed else None)

    for _order in range(3):
        moved(make_order(buyer, {make_product(): 1}), "processing", by=staff)
        run_due_jobs()

    assert len(mail.outbox) == count
    assert set(Job.objects.values_list("status", flat=True)) == {"done"}


def test_emails_about_orders_carry_no_name_until_the_address_is_confirmed(make_user, staff):
    buyer: User = make_user(username=LINK, first_name=LINK, last_name=LINK)

    moved(make_order(buyer, {make_product(): 1}, language="en"), "processing", by=staff)
    run_due_jobs()

    assert len(mail.outbox) == 2
    for message in mail.outbox:
        assert LINK not in f"{message.subject}{message.body}{message.to}"
        assert message.body.startswith("Hello!\n")
