"""Pictures from addresses: fetched by a job through the guard, tried again while the server is away."""

from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest

from apps.catalog import handlers
from apps.catalog.models import ProductImage
from apps.catalog.services import images
from apps.catalog.tests.factories import make_product
from apps.catalog.tests.pictures import picture
from apps.core.guarded_fetch import FetchProblem, FetchRefused, ServerAway
from apps.jobs.models import CircuitState, Job
from apps.jobs.runner import run_due_jobs
from online_store.env.media import in_folders

pytestmark = pytest.mark.django_db

URL = "https://shop.example/tea.jpg"
PICTURE = picture((40, 30))


@pytest.fixture(autouse=True)
def _folder(settings: Any, tmp_path: Path) -> None:
    settings.STORAGES = settings.STORAGES | in_folders(tmp_path / "media")


@pytest.fixture
def fetch(monkeypatch: pytest.MonkeyPatch) -> Mock:
    """Replace the network."""
    replaced = Mock(return_value=PICTURE)
    monkeypatch.setattr(handlers, "fetch", replaced)
    return replaced


def add(url: str = URL) -> ProductImage:
    return images.add_image_from_url(make_product().pk, url=url, by=None)[0]


def attempt() -> None:
    """Do what waits, at once."""
    Job.objects.filter(status="pending").update(run_at="2020-01-01T00:00:00Z")
    run_due_jobs()


def outcome(image: ProductImage) -> tuple[str, str]:
    image.refresh_from_db()
    return image.status, image.problem


def test_picture_is_fetched_and_then_made(fetch: Mock):
    image = add()

    run_due_jobs()

    fetch.assert_called_once_with(URL)
    assert outcome(image) == ("ready", "")
    jobs = Job.objects.order_by("pk").values_list("kind", "subject", "status")
    subject = f"product:{image.product_id}"
    assert list(jobs) == [("fetch_image", subject, "done"), ("image", subject, "done")]


@pytest.mark.parametrize("problem", [each for each in FetchProblem if each != FetchProblem.AWAY])
def test_refused_address_fails_at_once_and_is_told_in_words(fetch: Mock, problem: FetchProblem):
    fetch.side_effect = FetchRefused(problem)
    image = add()

    run_due_jobs()

    assert outcome(image) == ("failed", problem.value)
    assert image.problem_text == problem.label
    assert fetch.call_count == 1
    assert Job.objects.get().status == "done"


def test_address_of_this_machine_is_refused_by_the_guard():
    image = add("https://127.0.0.1/tea.jpg")

    run_due_jobs()

    assert outcome(image) == ("failed", "not_public")


def test_server_that_was_away_is_asked_again(fetch: Mock):
    fetch.side_effect = [ServerAway, ServerAway, PICTURE]
    image = add()

    run_due_jobs()
    assert outcome(image) == ("pending", "")
    attempt()
    attempt()

    assert outcome(image) == ("ready", "")
    assert fetch.call_count == 3


def test_server_that_stays_away_fails_the_picture_in_the_end(fetch: Mock):
    fetch.side_effect = ServerAway
    image = add()

    for _attempt in range(15):
        attempt()

    assert outcome(image) == ("failed", "away")
    assert fetch.call_count == 12
    assert Job.objects.get().status == "done"


def test_server_that_is_away_holds_up_no_other_picture(fetch: Mock):
    fetch.side_effect = ServerAway
    for number in range(6):
        add(f"https://shop.example/{number}.jpg")
    run_due_jobs()
    uploaded = images.add_image(make_product().pk, content=PICTURE, by=None)[0]

    run_due_jobs()

    assert outcome(uploaded) == ("ready", "")
    assert not CircuitState.objects.filter(failures__gt=0).exists()


def test_picture_that_is_gone_or_done_is_not_fetched(fetch: Mock):
    gone, done = add(), add("https://shop.example/other.jpg")
    gone.delete()
    ProductImage.objects.filter(pk=done.pk).update(sha256="a" * 64)

    run_due_jobs()

    assert fetch.call_count == 0
    assert set(Job.objects.values_list("status", flat=True)) == {"done"}
