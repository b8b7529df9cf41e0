"""A list that the cache does not have, against the same rows by plain DRF."""

import secrets
from collections.abc import Callable

from benchmarks.figures import Figure, ratio
from benchmarks.load import wrk
from benchmarks.rounds import take_turns
from benchmarks.seeding import Shop, fill
from benchmarks.stage import Stage

SHOP = Shop(products=2_000)


def measure(stage: Stage) -> list[Figure]:
    """Return what a list costs when it has to be made."""
    with stage.connect() as database:
        fill(database, SHOP)
    hosts = {"DJANGO_ALLOWED_HOSTS": "127.0.0.1,.bench.localhost"}
    with (
        stage.web(**hosts) as store,
        stage.reference(**hosts) as reference,
    ):
        series = take_turns(
            {
                "store": _asking(f"{store.url}/api/v1/products/"),
                "plain DRF": _asking(f"{reference.url}/plain"),
            }
        )
    name = "product list, 20 of 2,000, on a cache miss: against plain DRF"
    return [ratio(name, series, "store", "plain DRF", at_least=3)]


def _asking(url: str) -> Callable[[], float]:
    return lambda: wrk(url, script="hosts.lua", variables={"SEED": secrets.token_hex(4)}).per_second
