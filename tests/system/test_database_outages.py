"""PostgreSQL stopped, killed and started again under load: 503 meanwhile, and the store needs no restart."""

from pathlib import Path

import psycopg
import pytest
import requests

from tests.support.processes import wait_for
from tests.support.production_server import Store, busy, prepared_postgres, serving

pytestmark = [pytest.mark.postgres, pytest.mark.long]
OUTAGES = [["kill"], ["stop", "kill"]]


@pytest.mark.parametrize("outages", OUTAGES, ids="-".join)
def test_store_says_503_while_postgres_is_away_and_goes_on_when_it_is_back(
    tmp_path: Path, outages: list[str]
):
    answers: list[requests.Response] = []
    afterwards: list[requests.Response] = []
    with prepared_postgres() as postgres, serving(postgres.url, tmp_path) as store:
        for outage in outages:
            with busy(8, lambda number: buy_or_look(store, number)) as seen:
                wait_for(lambda: count_of(seen, 201) >= 5)
                getattr(postgres, outage)()
                wait_for(lambda: count_of(seen, 503) >= 8)
                postgres.start()
                wait_for(store.is_ready)
                afterwards += [buy_or_look(store, number) for number in range(8)]
            answers += seen
        with psycopg.connect(postgres.url) as direct:
            stored = {row[0] for row in direct.execute("SELECT id FROM orders_order").fetchall()}

    accepted = {answer.json()["id"] for answer in answers + afterwards if answer.status_code == 201}
    refused = [answer for answer in answers if answer.status_code == 503]
    assert {answer.status_code for answer in answers} == {200, 201, 503}
    assert [answer.status_code for answer in afterwards] == [201, 200] * 4 * len(outages)
    assert {answer.json()["code"] for answer in refused} == {"unavailable"}
    assert {answer.headers["Retry-After"] for answer in refused} <= {"1", "5"}
    assert accepted <= stored
    assert len(stored - accepted) <= len(refused)  # committed, and the answer was lost with the connection


def buy_or_look(store: Store, number: int) -> requests.Response:
    return store.get("/api/v1/orders/") if number % 2 else store.place_order(number % 20 + 1)


def count_of(answers: list[requests.Response], status: int) -> int:
    return sum(answer.status_code == status for answer in answers)
