"""The arguments, each of which may also stand in the environment."""

import argparse
import os
from argparse import ArgumentTypeError
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

Value = TypeVar("Value")


@dataclass(frozen=True)
class Options:
    """What a replay is told."""

    url: str
    products: Path
    baskets: Path
    limit: int | None
    stock: int
    staff_user: str
    staff_password: str
    connections: int
    customers: int
    seed: str
    coupons: Mapping[str, int | None]  # codes, and how often each may be used in all
    jobs_timeout: int


def read_options(arguments: list[str] | None = None) -> Options:
    """Return the options; exits with 2 and a sentence when they cannot be used."""
    parser = argparse.ArgumentParser(
        prog="python -m scripts.replay",
        description="Replay baskets through the API of a running store, and check what became of them.",
        epilog="The environment may give each option too: STAFF_USER for --staff-user. Empty is not given.",
    )
    _add(parser, "--url", _web_address, "http://127.0.0.1:8000", "address of the store")
    _add(parser, "--products", _file, "", "CSV with sku,name,price,category and perhaps stock; plain or gzip")
    _add(
        parser, "--baskets", _file, "", "CSV with basket,lines (sku:quantity sku:quantity ...); plain or gzip"
    )
    _add(parser, "--limit", _limit, "", "how many baskets; all of the file when not given")
    _add(parser, "--stock", _whole, "10000", "stock of a new product that the file gives none")
    _add(parser, "--staff-user", str, "admin", "who creates products and ships orders")
    _add(parser, "--staff-password", str, "online-store-demo", "better given in the environment")
    _add(parser, "--connections", _positive, "8", "how many baskets are placed at once")
    _add(parser, "--customers", _positive, "20", "how many customers share the baskets")
    _add(parser, "--seed", str, "1", "decides which orders are shipped and which cancelled")
    _add(parser, "--coupons", _coupons, "TEA10", "codes for a part of the baskets, with their limits: A B:20")
    _add(parser, "--jobs-timeout", _positive, "600", "seconds to wait for jobs while none ends")
    return Options(**vars(parser.parse_args(arguments)))


def _add(
    parser: argparse.ArgumentParser, name: str, convert: Callable[[str], Value], default: str, meaning: str
) -> None:
    fallback = os.environ.get(name.removeprefix("--").replace("-", "_").upper()) or default
    meaning += f" (default: {default})" if default else ""
    # A Makefile passes what it was not given as an empty text.
    parser.add_argument(name, type=lambda text: convert(text or fallback), default=fallback, help=meaning)


def _web_address(text: str) -> str:
    try:
        parts = urlsplit(text)
        is_usable = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError:
        is_usable = False
    if not is_usable:
        raise ArgumentTypeError(f"{text!r} is not the address of a store, such as http://127.0.0.1:8000")
    return text


def _file(text: str) -> Path:
    if not text:
        raise ArgumentTypeError("a file must be given")
    if not Path(text).is_file():
        raise ArgumentTypeError(f"there is no file {text!r}")
    return Path(text)


def _coupons(text: str) -> Mapping[str, int | None]:
    coupons = (each.partition(":") for each in text.split())
    return {code: _limit(limit) for code, _colon, limit in coupons}


def _limit(text: str) -> int | None:
    return _positive(text) if text else None


def _positive(text: str) -> int:
    return _number(text, at_least=1)


def _whole(text: str) -> int:
    return _number(text, at_least=0)


def _number(text: str, *, at_least: int) -> int:
    if not text.isdecimal() or int(text) < at_least:
        raise ArgumentTypeError(f"{text!r} is not a number from {at_least} up")
    return int(text)
