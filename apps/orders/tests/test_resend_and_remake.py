"""Staff have an e-mail about an order sent again, or its invoice made again."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from apps.jobs.maintenance import purge_done_jobs
from apps.jobs.models import Job
from apps.orders.models import Invoice, Order
from apps.orders.tests.action_forms import choice, report_of
from apps.users.models import User

LIST = "/admin/orders/order/"


def test_email_about_the_status_is_sent_again(office: Client, orders: dict[str, Order]):
    tea, lamp, cups = orders["tea"], orders["lamp"], orders["cups"]
    Job.objects.exclude(subject=f"order:{cups.pk}").update(status="done")
    User.objects.filter(pk=lamp.user_id).update(email="")

    response = office.post(LIST, choice("resend_email", tea, lamp, cups))

    assert report_of(response) == [
        (tea, True, "The e-mail is being sent."),
        (lamp, False, "The customer has no e-mail address."),
        (cups, False, "This is already under way."),
    ]
    again = Job.objects.get(key__startswith=f"confirmation_email:{tea.pk}:again:")
    first = Job.objects.get(key=f"confirmation_email:{tea.pk}")
    assert (again.kind, again.status, again.subject) == ("confirmation_email", "pending", first.subject)
    assert again.arguments == first.arguments
    assert not Job.objects.filter(key__contains=":again:", subject=f"order:{lamp.pk}").exists()


@pytest.mark.parametrize("action", ["resend_email", "remake_invoice"])
def test_work_is_done_again_and_again_though_the_first_jobs_of_it_are_cleared_away(
    office: Client, orders: dict[str, Order], action: str
):
    tea, lamp = orders["tea"], orders["lamp"]
    for _time in range(3):
        Job.objects.update(status="done")

        response = office.post(LIST, choice(action, tea, lamp))

        assert [is_done for _order, is_done, _text in report_of(response)] == [True, True]
        assert Job.objects.filter(key__contains=":again:", status="pending").count() == 2
        Job.objects.exclude(key__contains=":again:").update(updated_at=timezone.now() - timedelta(days=91))
        purge_done_jobs()


def test_invoice_is_made_again(office: Client, orders: dict[str, Order]):
    tea, lamp = orders["tea"], orders["lamp"]
    Job.objects.filter(subject=f"order:{tea.pk}").update(status="done")
    Invoice.objects.create(order=tea, pdf=b"old")

    response = office.post(LIST, choice("remake_invoice", tea, lamp))

    assert report_of(response) == [
        (tea, True, "The invoice is being generated."),
        (lamp, False, "This is already under way."),
    ]
    assert Job.objects.get(key__startswith=f"invoice:{tea.pk}:again:").status == "pending"
    assert not Invoice.objects.exists()
