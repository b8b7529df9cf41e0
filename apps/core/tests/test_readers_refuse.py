"""Whatever text a variable holds, its reader reads it or says what is wanted; no other exception comes."""

import random
from collections.abc import Callable, Iterator
from functools import partial

import pytest

from online_store.env import currencies, hosts, media, servers, values, web
from online_store.env.values import Unusable

PARTS = r"""
postgres:// sqlite:/// smtp:// smtps:// redis:// rediss:// sentinel:// http:// https:// capacitor:// unix:
/ // : @ ; , . .. * # ? & = % %2F %00 %0d%0a %ff [ ] [::1] ::1 127.0.0.1 10.0.0.0/8 999.1.1.1 localhost
shop.example пример.рф ｓhop ℀ a b 0 25 465 587 65535 99999 １２ -1 1e3 nan true
sslmode=require starttls=1 insecure=yes ssl_cert_reqs=none host=/run port=5 < > " \ { } | ^ ` + - _
store user password RUB JPY ₽ ß İ 😀 /20/hour 20/hour
"""
WORDS = [*PARTS.split(), "\u200b", "\ufeff", "\u202e", "\u0301", " "]
LONG = [
    "a" * 70,
    "a." * 200,
    "/" + "b" * 5000,
    "sqlite:///" + "c" * 300,
    "/" + "d" * 300,
    "9" * 5000,
    "é" * 300,
    "[" * 300,
    "@" * 300,
]
READERS: dict[str, Callable[[str], object]] = {
    "allowed host": hosts.allowed_host,
    "app": web.app_address,
    "broker": servers.broker,
    "choice": values.choice("text", "json"),
    "currency": currencies.currency,
    "database": partial(
        servers.database, engines=dict.fromkeys(["sqlite", "postgres", "postgresql"], ""), password=""
    ),
    "file": values.readable_file,
    "flag": values.flag,
    "host": hosts.host,
    "log": values.log_file,
    "mail server": servers.mail_server,
    "mailbox": hosts.mailbox,
    "media address": media.media_address,
    "memcached": servers.memcached_server,
    "number": values.whole_number(0, 10),
    "origin": web.origin(wildcards=True, apps=True),
    "proxy": hosts.proxy,
    "rate": values.rate,
    "seconds": values.seconds(10),
    "token": values.token,
    "web address": web.web_address,
}
TEXTS_OF_EACH = 500


def texts(name: str) -> Iterator[str]:
    """Yield the same odd texts of the reader in every run."""
    dice = random.Random(name)
    yield from LONG
    for _ in range(TEXTS_OF_EACH):
        yield "".join(dice.choices(WORDS, k=dice.randint(1, 9)))


@pytest.mark.parametrize("name", READERS)
def test_reader_reads_or_says_what_is_wanted(name: str):
    refusals = [refusal for text in texts(name) if (refusal := refusal_of(name, text))]

    assert refusals
    assert [
        told for told in refusals if not told.startswith(("must ", "has ", "would ")) or "\n" in told
    ] == []


def refusal_of(name: str, text: str) -> str:
    try:
        READERS[name](text)
    except Unusable as unusable:
        return str(unusable)
    return ""
