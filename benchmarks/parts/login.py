"""The cost of a login beside the hash of the password, against a product that the cache does not have."""

import hashlib
import secrets
import urllib.request

from benchmarks.figures import Figure
from benchmarks.rounds import take_turns
from benchmarks.seeding import Shop, fill
from benchmarks.stage import PASSWORD, Stage, Web, cpu_seconds

SHOP = Shop(products=2_000, orders=1_000)
TIMES = 60
SALT = "a-salt-that-is-long-enough"
# The password as settings without a real hash keep it.
UNHASHED = f"md5${SALT}${hashlib.md5((SALT + PASSWORD).encode()).hexdigest()}"


def measure(stage: Stage) -> list[Figure]:
    """Return the ratio of the two, in processor time of the server."""
    with stage.connect() as database:
        fill(database, SHOP)
        database.execute("UPDATE users_user SET password = %s WHERE username = 'customer1'", [UNHASHED])
    variables = {
        "DJANGO_ALLOWED_HOSTS": "127.0.0.1,.bench.localhost",
        "DJANGO_SETTINGS_MODULE": "benchmarks.reference.unhashed",
    }
    with stage.web(**variables) as store:
        series = take_turns({"login": lambda: _login(store), "detail": lambda: _detail(store)})
    login, detail = (
        1000 * sorted(series.rounds[side])[len(series.rounds[side]) // 2] for side in ("login", "detail")
    )
    return [
        Figure(
            "login: processor time outside of the hash, against a detail on a cache miss",
            series.ratio("login", "detail"),
            at_most=2,
            note=f"{login:.2f} against {detail:.2f} ms",
            rounds=series.rounds,
        )
    ]


def _login(store: Web) -> float:
    before = cpu_seconds(store.process)
    for _ in range(TIMES):
        store.log_in("customer1")
    return (cpu_seconds(store.process) - before) / TIMES


def _detail(store: Web) -> float:
    before = cpu_seconds(store.process)
    for number in range(1, TIMES + 1):
        host = f"n{number}-{secrets.token_hex(4)}.bench.localhost"
        request = urllib.request.Request(f"{store.url}/api/v1/products/{number}/", headers={"Host": host})
        with urllib.request.urlopen(request) as answer:
            answer.read()
    return (cpu_seconds(store.process) - before) / TIMES
