"""What a login costs beside the hash of the password, against a product that the cache does not have."""

import secrets
import subprocess
import sys
import urllib.request

from benchmarks.figures import Figure
from benchmarks.rounds import take_turns
from benchmarks.seeding import Shop, fill
from benchmarks.stage import BASE_DIR, PASSWORD, Stage, Web, cpu_seconds

SHOP = Shop(products=2_000, orders=1_000)
TIMES = 60
HASH = f"""
import django, time
django.setup()
from django.contrib.auth.hashers import check_password
from apps.users.models import User
encoded = User.objects.get(username="customer1").password
check_password({PASSWORD!r}, encoded)
began = time.process_time()
for _ in range({TIMES}):
    check_password({PASSWORD!r}, encoded)
print((time.process_time() - began) / {TIMES})
"""


def measure(stage: Stage) -> list[Figure]:
    """Return the ratio of the two, in processor time of the server."""
    with stage.connect() as database:
        fill(database, SHOP)
    with stage.web(DJANGO_ALLOWED_HOSTS="127.0.0.1,.bench.localhost") as store:
        series = take_turns({"login": lambda: _login(store), "detail": lambda: _detail(store)})
    hashing = _hashing(stage)
    beside = [seconds - hashing for seconds in series.rounds["login"]]
    ratios = [mine / theirs for mine, theirs in zip(beside, series.rounds["detail"], strict=True)]
    note = f"{1000 * sorted(beside)[len(beside) // 2]:.2f} ms beside {1000 * hashing:.1f} ms of hashing"
    name = "login: processor time outside of the hash, against a detail on a cache miss"
    return [Figure(name, sorted(ratios)[len(ratios) // 2], at_most=2, note=note, rounds=series.rounds)]


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


def _hashing(stage: Stage) -> float:
    environment = stage.environment | {"DJANGO_SETTINGS_MODULE": "online_store.settings"}
    done = subprocess.run(
        [sys.executable, "-c", HASH],
        cwd=BASE_DIR,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return float(done.stdout)
