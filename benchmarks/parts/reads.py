"""Cached reads, anonymous and of a customer, against the same bytes with as little between as can be."""

from collections.abc import Callable

from benchmarks.figures import Figure, ratio
from benchmarks.load import wrk
from benchmarks.rounds import take_turns
from benchmarks.seeding import Shop, fill
from benchmarks.stage import Stage, Web

SHOP = Shop(products=2_000, orders=1_000)
LIST, DETAIL, OWN = "/api/v1/products/", "/api/v1/products/7/", "/api/v1/orders/"


def measure(stage: Stage) -> list[Figure]:
    """Return what cached reads reach."""
    with stage.connect() as database:
        fill(database, SHOP)
    figures = []
    with stage.web() as store:
        token = store.log_in("customer1")
        for name, path, as_whom in (("list", LIST, ""), ("detail", DETAIL, ""), ("own", OWN, token)):
            _give_out(stage, name, store.get(path, as_whom).body)
        with stage.reference() as reference:
            for name, path in (("list", LIST), ("detail", DETAIL)):
                figures += _public(name, store, path, reference)
            figures.append(_own(store, reference, token))
    return figures


def _public(name: str, store: Web, path: str, reference: Web) -> list[Figure]:
    etag = store.get(path).headers["ETag"]
    series = take_turns(
        {
            "store": _rate(store.url + path),
            "store, 304": _rate(store.url + path, {"If-None-Match": etag}),
            "bare cache": _rate(f"{reference.url}/cache/{name}"),
            "bare view": _rate(f"{reference.url}/bare/{name}"),
        }
    )
    title = f"product {name}, cached, anonymous"
    return [
        ratio(f"{title}: against bare cache", series, "store", "bare cache", at_least=0.85),
        ratio(f"{title}: against bare view", series, "store", "bare view", at_least=0.55),
        ratio(f"{title}: 304 against bare cache", series, "store, 304", "bare cache", at_least=0.9),
    ]


def _own(store: Web, reference: Web, token: str) -> Figure:
    headers = {"Authorization": f"Bearer {token}"}
    series = take_turns(
        {
            "store": _rate(store.url + OWN, headers),
            "bare cache of a user": _rate(f"{reference.url}/own/own", headers),
        }
    )
    name = "own orders, cached: against bare cache with JWT and user's row"
    return ratio(name, series, "store", "bare cache of a user", at_least=0.7)


def _rate(url: str, headers: dict[str, str] | None = None) -> Callable[[], float]:
    return lambda: wrk(url, headers=headers).per_second


def _give_out(stage: Stage, name: str, body: bytes) -> None:
    (stage.answers / name).write_bytes(body)
    # Under the name and flags of the store's own cache: Django's prefix and version, and plain bytes.
    memcache = stage.memcache()
    memcache.set(f":1:bench:{name}", body, flags=0)
    memcache.set(f":1:bench:{name}:token", b"0123456789abcdef", flags=0)
    memcache.close()
