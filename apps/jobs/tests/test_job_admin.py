"""Staff look at jobs, and change nothing but that a failed one runs again."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.contrib.auth.models import Permission
from django.urls import reverse
from django.utils.html import escape
from django.utils.translation import override

from apps.jobs.models import Job
from apps.jobs.registry import kinds, label_of
from apps.jobs.stats import KindFigures
from apps.jobs.tests.factories import make_job, make_running_job

LIST = reverse("admin:jobs_job_changelist")
FIGURES = reverse("admin:jobs_job_figures")
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
LIST_QUERIES = 4  # session, user, count, jobs
ENGLISH = {"accept-language": "en"}

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(client, staff):
    """Return the browser of a member of staff."""
    client.force_login(staff)
    return client


def change_page(job):
    return reverse("admin:jobs_job_change", args=[job.pk])


def test_list_shows_the_jobs(office):
    jobs = [make_job(), make_job(status="failed")]

    response = office.get(LIST)

    assert response.status_code == 200
    assert set(response.context["cl"].queryset) == set(jobs)
    assert all(f'href="{change_page(job)}"' in response.text for job in jobs)


def test_list_can_be_searched_and_filtered(office):
    failed, done = make_job(status="failed"), make_job(status="done", request_id="checkout-42")

    searched = office.get(LIST, {"q": "checkout-42"})
    filtered = office.get(LIST, {"status__exact": "failed"})

    assert list(searched.context["cl"].queryset) == [done]
    assert list(filtered.context["cl"].queryset) == [failed]


def test_page_shows_why_a_job_failed(office):
    job = make_job(status="failed", last_error="CarrierAway: HTTP 503")

    response = office.get(change_page(job))

    assert response.status_code == 200
    assert "CarrierAway: HTTP 503" in response.text


@pytest.mark.parametrize(
    ("language", "texts"),
    [
        ("en", ("Invoice", "E-mail about the status", "File check", "Order #72", "Technical details")),
        ("ru", ("Счёт", "Письмо о статусе", "Проверка файла", "Заказ № 72", "Технические сведения")),
    ],
)
def test_jobs_are_called_by_words_of_staff(office, language, texts):
    headers = {"accept-language": language}
    invoice, email, check, order, details = texts
    jobs = [make_job(kind, subject="order:72") for kind in ("invoice", "status_email", "import_check")]

    shown, page = (
        office.get(LIST, headers=headers).text,
        office.get(change_page(jobs[0]), headers=headers).text,
    )

    for job, label in zip(jobs, (invoice, email, check), strict=True):
        assert f'<a href="{change_page(job)}">{label}</a>' in shown
    assert f"› {invoice} · {order}" in page
    assert page.index(invoice) < page.index(details) < page.index(jobs[0].key)


@pytest.mark.parametrize(
    ("subject", "address", "name"),
    [
        ("order:72", "/admin/orders/order/72/change/", "Order #72"),
        ("user:7", "/admin/users/user/7/change/", "Account #7"),
        ("export:5", "/admin/import_export/export/5/change/", "Export #5"),
        ("upload:3", "/admin/catalog/product/import/3/", "File #3"),
    ],
)
def test_subject_of_a_job_is_a_link(office, subject, address, name):
    job = make_job(subject=subject)

    pages = [office.get(page, headers=ENGLISH).text for page in (LIST, change_page(job))]

    assert all(f'<a href="{address}">{name}</a>' in page for page in pages)


@pytest.mark.parametrize("subject", ["cache:catalog", "user:None", "order:", "<b>:1"])
def test_subject_that_is_no_row_is_a_text(office, subject):
    make_job(subject=subject)

    page = office.get(LIST).text

    assert f'<td class="field-subject">{escape(subject)}</td>' in page


def test_subject_leads_nowhere_that_the_user_may_not_look(client, make_user):
    clerk = make_user(is_staff=True)
    clerk.user_permissions.set(Permission.objects.filter(codename="view_job"))
    client.force_login(clerk)
    make_job(subject="order:72")

    page = client.get(LIST, headers=ENGLISH).text

    assert '<td class="field-subject">Order #72</td>' in page


@pytest.mark.parametrize("kind", kinds())
def test_every_kind_has_a_name_in_each_language(kind):
    names = set()
    for language in ("en", "ru"):
        with override(language):
            names.add(label_of(kind))

    assert len(names) == 2
    assert kind not in names


def test_job_is_neither_invented_nor_lost(office):
    job = make_job(status="done")

    added = (
        office.get(reverse("admin:jobs_job_add")),
        office.post(reverse("admin:jobs_job_add"), {"key": "a"}),
    )
    deleted = office.post(reverse("admin:jobs_job_delete", args=[job.pk]), {"post": "yes"})
    action = office.post(LIST, {"action": "delete_selected", "_selected_action": [job.pk], "post": "yes"})

    assert [response.status_code for response in (*added, deleted)] == [403, 403, 403]
    assert action.status_code == 302
    assert list(Job.objects.all()) == [job]


def test_chosen_failed_jobs_run_again(office):
    failed, done = make_job(status="failed", attempts=12), make_job(status="done", attempts=1)
    other = make_job(status="failed", attempts=12)
    chosen = [failed.pk, done.pk]

    response = office.post(
        LIST, {"action": "run_again", "_selected_action": chosen}, follow=True, headers=ENGLISH
    )

    assert response.status_code == 200
    assert [str(message) for message in response.context["messages"]] == [
        "1 job will run again.",
        f"1 job had not failed and was left unchanged: {done.title}",
    ]
    assert list(Job.objects.order_by("pk").values_list("pk", "status", "attempts")) == [
        (failed.pk, "pending", 0),
        (done.pk, "done", 1),
        (other.pk, "failed", 12),
    ]


def test_message_names_the_first_of_many_jobs_that_had_not_failed(office, monkeypatch):
    monkeypatch.setattr("apps.jobs.admin.NAMED", 1)
    jobs = [make_job(status="done") for _number in range(3)]
    chosen = [job.pk for job in jobs]

    response = office.post(
        LIST, {"action": "run_again", "_selected_action": chosen}, follow=True, headers=ENGLISH
    )

    assert [str(message) for message in response.context["messages"]] == [
        "0 jobs will run again.",
        f"3 jobs had not failed and were left unchanged: {jobs[-1].title}, …",
    ]


def test_list_shows_age_and_what_went_wrong(office):
    trace = "Traceback (most recent call last):\n  File …\nCarrierAway: HTTP 503\n"
    with time_machine.travel(NOON - 2 * HOUR, tick=False):
        make_job("shipment", status="failed", attempts=3, last_error=trace)

    with time_machine.travel(NOON, tick=False):
        page = office.get(LIST, headers=ENGLISH).text

    assert '<span class="store-status store-failed">failed</span>' in page
    assert '<td class="field-age">2\xa0hours</td>' in page
    assert '<td class="field-error">CarrierAway: HTTP 503</td>' in page


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"kind": "invoice"}, {"new", "old"}),
        ({"age": "hour"}, {"new", "late"}),
        ({"age": "older-day"}, {"old"}),
        ({"late": "yes"}, {"late"}),
        ({"kind": "invoice", "age": "week", "status__exact": "done"}, {"old"}),
    ],
)
def test_list_is_filtered_by_kind_age_and_lateness(office, asked, found):
    for kind, key, age, values in (
        ("invoice", "new", MINUTE, {}),
        ("shipment", "late", 6 * MINUTE, {}),
        ("invoice", "old", 2 * DAY, {"status": "done"}),
    ):
        with time_machine.travel(NOON - age, tick=False):
            make_job(kind, key=key, **values)

    with time_machine.travel(NOON, tick=False):
        response = office.get(LIST, asked)

    assert {job.key for job in response.context["cl"].queryset} == found


def test_button_on_the_page_of_a_failed_job_runs_it_again(office):
    failed, done = make_job(status="failed", attempts=12), make_job(status="done")
    again = reverse("admin:jobs_job_run_again", args=[failed.pk])

    shown = [again in office.get(change_page(failed)).text, "run-again" in office.get(change_page(done)).text]
    looked = office.get(again)
    pressed = office.post(again)

    assert shown == [True, False]
    assert looked.status_code == 405
    assert (pressed.status_code, pressed["Location"]) == (302, change_page(failed))
    assert list(Job.objects.order_by("pk").values_list("status", "attempts")) == [("pending", 0), ("done", 0)]


def test_button_tells_that_somebody_was_faster(office):
    job = make_job(status="done")

    response = office.post(reverse("admin:jobs_job_run_again", args=[job.pk]), follow=True, headers=ENGLISH)

    assert [str(message) for message in response.context["messages"]] == ["Only failed jobs can be retried."]
    assert Job.objects.get().status == "done"


def test_figures_tell_throughput_and_the_job_that_waits_longest(office, django_assert_num_queries):
    with time_machine.travel(NOON - 2 * HOUR, tick=False):
        make_job("invoice", status="done")
        oldest = make_job("invoice", key="oldest", run_at=NOON - 10 * MINUTE)
    with time_machine.travel(NOON - 2 * MINUTE, tick=False):
        make_job("invoice", status="done")
        make_job("shipment", status="failed")
        make_running_job("shipment", seconds_left=600)
        make_job("shipment", run_at=NOON + HOUR)
    with time_machine.travel(NOON - 2 * DAY, tick=False):
        make_job("refund", status="done")

    with time_machine.travel(NOON, tick=False), django_assert_num_queries(6):  # two of them ask who looks
        response = office.get(FIGURES)

    assert response.context["oldest"] == oldest
    assert response.context["kinds"] == [
        KindFigures("invoice", waiting=1, late=1, due_since=oldest.run_at, done_in_hour=1, done_in_day=2),
        KindFigures("shipment", waiting=1, running=1, failed=1),
    ]


def test_list_takes_no_query_for_each_job(office, django_assert_num_queries):
    make_job()
    office.get(LIST)
    for jobs in (1, 4):
        with django_assert_num_queries(LIST_QUERIES):
            assert office.get(LIST).context["cl"].result_count == jobs
        for _time in range(3):
            make_job(status="failed", last_error="Oh")
