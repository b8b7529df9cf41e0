"""Requests that schemathesis makes from the committed schema, valid ones and broken ones, sent to the store.

Every check of schemathesis is on, and that of `tests/contract/checker.py`. What is not held against the store
all the same stands in `REFUSALS` and `is_money_as_number`, with its reason.
"""

import logging
import os
import random
import re
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from io import StringIO
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import schemathesis
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from requests.structures import CaseInsensitiveDict
from schemathesis.checks import CheckContext
from schemathesis.config import SchemathesisConfig
from schemathesis.core.failures import AcceptedNegativeData, Failure
from schemathesis.core.transport import Response
from schemathesis.engine import events, from_schema
from schemathesis.generation.case import Case
from schemathesis.hooks import HookContext
from schemathesis.openapi.checks import RejectedPositiveData
from schemathesis.specs.openapi.schemas import OpenApiSchema
from schemathesis.transport.wsgi import WSGITransport

from apps.catalog.models import Product
from apps.jobs.runner import run_due_jobs
from apps.orders.api.links import REQUEST_BODY
from conftest import PASSWORD
from tests.contract.checker import contract
from tests.support.committed_schema import FILE

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "0"))  # of an operation; 0: few, and the same in every run
SEED = int(os.environ.get("FUZZ_SEED", "0")) or random.getrandbits(32)  # of a run with FUZZ_EXAMPLES
FEW, FEW_LIVES = 5, 200
# Answers that a run looks at, at the least; a hundred of each operation together.
LEAST = {"anonymous": 2_000, "customer": 2_000, "clerk": 400, "superuser": 2_000, "lives of orders": 100}
DEMO_PRODUCTS = 66
PLENTY = 1_000_000  # pieces of each product

# Why valid data may be refused: what the schema cannot tell, by the code of the fault, and by its place too
# where a code can mean much.
REFUSALS = {
    "conflict cursor": "OpenAPI 3.0 has no words for parameters that exclude each other",
    **dict.fromkeys(
        ["country_unsupported", "field_required_here", "phone_invalid", "postal_code_invalid"],
        "what each country has and requires",
    ),
    "conflict /shipping_address_id": "nor for members that exclude each other",
    "delta_or_count": "nor for such members, unless the typed clients get a type for each choice",
    "required /delta": "one of these members",
    "zero /delta": "nor for a number that is anything but 0",
    "required /password": "nor for the body of a DELETE",
    "null_characters_not_allowed": "nor for what no text may have, beside the pattern of its own",
    "blank": "which characters nobody can see, and a text of those alone is none",
    "does_not_exist": "which rows there are",
    "barcode": "how many digits a barcode has, and which the last one is",
    "invalid /related": "which rows there are",
    "duplicate_row": "nor that no two rows are about one product",
    **dict.fromkeys(
        [f"required /{name}" for name in ("name", "sku", "price", "category")],
        "which products are there already",
    ),
    **dict.fromkeys(["read_only /stock", "stock_changed", "stock_out_of_range"], "which rows there are"),
    "email_taken": "which rows there are",
    "too_many_words": "nor for how many words a text has",
    "word_too_long": "nor for how long each of them is",
    "unique": "which rows there are",
    "username_is_address": "that one member is like another one",
    "username_mixes_alphabets": "nor for the alphabets of letters",
    "username_reserved": "which names the store keeps for itself",
    "username_taken": "which rows there are",
    "idempotency_key_reused": "what came before",
    "invalid cursor": "what the store has signed",
    **dict.fromkeys(
        [f"invalid {name}" for name in ("created_after", "created_before", "updated_since")],
        "nor for how many days a month has",
    ),
    "invalid ordering": "nor for names of which each may be there once, with or without a sign",
    "mailed_token_invalid": "what the store has mailed",
    "no_reduction": "nor for which of two amounts is the larger",
    "image_invalid": "what a picture is",
    "image_limit": "how many pictures the product has",
    "required /focal_x": "nor for members of which there are both or none",
    "required /focal_y": "nor for them",
    "invalid /ids": "which pictures the product has",
    "invalid /url": "nor for which texts are addresses",
    "parent_loop": "what lies below the category",
    "precondition_failed": "which version is the present one",
    "insufficient_stock": "what is left",
    **dict.fromkeys(
        ["coupon_invalid", "delivery_unavailable", "delivery_too_heavy", "payment_method_unavailable"],
        "which codes and methods there are, and what they are for",
    ),
    **dict.fromkeys(
        ["address_required", "pickup_point_required", "pickup_point_unavailable"],
        "what the delivery method needs",
    ),
    "product_unavailable": "what is on sale",
    "quantity_step": "what the lines of a product add up to, nor what it is sold in",
    "quantity_too_large": "what the lines of a product add up to",
    "return_url_not_allowed": "which addresses customers may be led back to",
    "callback_invalid": "what providers sign",
    **dict.fromkeys(
        ["min_value /amount", "max_value /received_at", "min_value /received_at"],
        "nor for how large the number in a text is, or when a moment was",
    ),
    "password_too_common": "which passwords are known to all",
    "password_entirely_numeric": "that digits alone are no password",
    "password_too_similar": "that it is like the username",
    "wrong_password": "the password",
}


@schemathesis.check
def nothing_beside_the_contract(context: CheckContext, response: Response, case: Case) -> None:
    """Compare the answer as those of all tests are: a member that the schema does not know is a fault."""
    if case.method.upper() != case.operation.method.upper():
        return  # of another method `unsupported_method` judges; who may not call hears that first: 401, 403
    headers = CaseInsensitiveDict({name: values[0] for name, values in response.headers.items()})
    path = urlsplit(response.request.url).path
    contract().check(case.method, path, response.status_code, headers, response.content)


@dataclass
class Outcome:
    """What came of a run."""

    statuses: Counter[int] = field(default_factory=Counter)  # of all answers
    links: Counter[tuple[str, int]] = field(default_factory=Counter)  # followed ones: name and status
    failures: list[str] = field(default_factory=list)

    def assert_faultless(self, run: str) -> None:
        """Raise AssertionError unless the run was as long as it has to be, and found nothing."""
        assert not self.failures, "\n\n".join([f"FUZZ_SEED={SEED}", *self.failures])
        assert 200 <= min(self.statuses) <= max(self.statuses) < 500
        assert self.statuses.total() >= LEAST[run]


@pytest.fixture
def shop(
    transactional_db: None,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    settings: Any,
    tmp_path: Path,
) -> None:
    """Open a shop with the demo data and plenty of each product, and let schemathesis in."""
    # The threads of schemathesis would leave connections to Memcached behind.
    settings.STORE_EMBEDDED = True
    embedded_cache = {**settings.EMBEDDED_CACHE, "LOCATION": tmp_path / "cache"}
    settings.CACHES = {"default": embedded_cache, "counters": settings.EMBEDDED_COUNTERS}
    call_command("load_demo", "--without-pictures", verbosity=0)
    Product.objects.update(stock=PLENTY)
    monkeypatch.setattr(WSGITransport, "send", without_socket_settings(WSGITransport.send))
    caplog.set_level(logging.ERROR)  # each refusal is a warning


def fuzz(*phases: str, username: str = "") -> Outcome:
    """Call every operation, as a user who logs in through the API, or as nobody."""
    return _run(_schema(phases, username, FEW, mode="all"))


def fuzz_orders(*, username: str) -> Outcome:
    """Lead orders through their lives, by the links of the schema."""
    schema = _schema(("stateful",), username, FEW_LIVES, mode="positive").include(tag="orders")
    schema.hook("map_body")(with_demo_products)
    schema.hook("after_call")(work)
    return _run(schema)


def is_failure(context: HookContext, failure: Failure, case: Case, response: Response) -> bool:
    """Tell whether what a check found is a failure of the store."""
    if isinstance(failure, AcceptedNegativeData):
        # 207 says which rows were not accepted.
        return response.status_code != HTTPStatus.MULTI_STATUS and not is_money_as_number(case)
    if isinstance(failure, RejectedPositiveData):
        return not is_known_to_the_store_alone(response.json())
    return True


def is_money_as_number(case: Case) -> bool:
    """Tell whether money is a number: the store reads it too, and the schema asks for the exact string."""
    body = case.body if isinstance(case.body, dict) else {}
    products = body.get("products")
    rows = [row for row in products if isinstance(row, dict)] if isinstance(products, list) else []
    amounts = ("amount", "expected_total", "price", "compare_at_price")
    return any(type(each.get(name)) in {int, float} for each in (body, *rows) for name in amounts)


def is_known_to_the_store_alone(problem: dict[str, Any]) -> bool:
    """Tell whether each fault of a refusal is one of those that valid data can have."""
    of_rows = [fault for row in problem.get("rows", ()) for fault in row["errors"]]
    faults = problem.get("errors") or of_rows or [problem]
    places = [_within_row(fault.get("pointer", fault.get("parameter", ""))) for fault in faults]
    return all(
        REFUSALS.keys() & {fault["code"], f"{fault['code']} {place}"}
        for fault, place in zip(faults, places, strict=True)
    )


def _within_row(pointer: str) -> str:
    """Return the pointer, within the row if it leads into one of a bulk."""
    return re.sub(r"^/(products|rows)/[0-9]+(?=/)", "", pointer)


def with_demo_products(context: HookContext, body: Any) -> Any:
    """Return the body with products of the demo at whatever they cost, so that most orders are accepted."""
    if isinstance(body, dict):
        for member in ("expected_total", "coupon", "delivery", "payment_method", "pickup_point"):
            body.pop(member, None)
    lines = body.get("items") if isinstance(body, dict) else None
    for line in lines if isinstance(lines, list) else ():
        if isinstance(line, dict) and type(line.get("product_id")) is int:
            line["product_id"] = 1 + line["product_id"] % DEMO_PRODUCTS
    return body


def work(context: HookContext, case: Case, response: Response) -> None:
    """Do what follows an order, as a worker does."""
    if response.status_code == HTTPStatus.CREATED:
        run_due_jobs()


def without_socket_settings(send: Callable[..., Response]) -> Callable[..., Response]:
    """Wrap `WSGITransport.send`: schemathesis 4.32.5 gives it, with its probes, what only a socket has."""

    def sent(transport: WSGITransport, case: Case, **arguments: Any) -> Response:
        if arguments.get("session") is None:
            for name in ("cert", "max_redirects", "verify"):
                arguments.pop(name, None)
        return send(transport, case, **arguments)

    return sent


def _schema(phases: tuple[str, ...], username: str, few: int, *, mode: str) -> OpenApiSchema:
    login = {"path": "/api/v1/auth/login/", "payload": {"username": username, "password": PASSWORD}}
    tokens = {"jwtAuth": {**login, "extract_selector": "/access"}}  # asked for again after a 401
    chosen = {phase: {"enabled": True} for phase in phases}
    # What a refusal teaches is not to be heeded: it is for the schema to say it.
    fuzzing = {**chosen.get("fuzzing", {}), "error-feedback": {"enabled": False}}
    settings = {
        "generation": {"max-examples": EXAMPLES or few, "deterministic": not EXAMPLES, "mode": mode},
        "continue-on-failure": True,
        "phases": {"enabled": False, **chosen, "fuzzing": fuzzing},
        "auth": {"auto-signup": False, **({"dynamic": {"openapi": tokens}} if username else {})},
        **({"seed": SEED} if EXAMPLES else {}),
    }
    # As OpenAPI has it: apps/orders/api/links.py says why the file cannot.
    text = FILE.read_text(encoding="utf-8").replace(f"{REQUEST_BODY}:", "requestBody:")
    schema = schemathesis.openapi.from_file(StringIO(text), config=SchemathesisConfig.from_dict(settings))
    schema.app = get_wsgi_application()
    schema.hook("filter_failure")(is_failure)
    return schema


def _run(schema: OpenApiSchema) -> Outcome:
    outcome = Outcome()
    with _connections_of_threads_closed():
        for event in from_schema(schema).execute():
            if isinstance(event, events.FatalError):
                raise event.exception
            if isinstance(event, events.NonFatalError):
                outcome.failures.append(f"{event.label}: {event.info.title}: {event.info.message}")
            if isinstance(event, events.ScenarioFinished):
                _note(outcome, event)
    return outcome


@contextmanager
def _connections_of_threads_closed() -> Iterator[None]:
    """Close the connections to the database that the threads of schemathesis leave behind."""
    left: list[BaseDatabaseWrapper] = []

    def note(connection: BaseDatabaseWrapper, **_values: Any) -> None:
        if threading.current_thread() is not threading.main_thread():
            connection.inc_thread_sharing()  # so that another thread may close it
            left.append(connection)

    connection_created.connect(note)
    try:
        yield
    finally:
        connection_created.disconnect(note)
        for connection in left:
            connection.close()


def _note(outcome: Outcome, event: events.ScenarioFinished) -> None:
    recorder = event.recorder
    for case_id, interaction in recorder.interactions.items():
        status = interaction.response.status_code if interaction.response else 0
        outcome.statuses[status] += 1
        transition = recorder.cases[case_id].transition
        if transition and not transition.is_inferred:
            name = re.search(r"\] (\w+) -> ", transition.id)
            outcome.links[name.group(1) if name else transition.id, status] += 1
    for checks in recorder.checks.values():
        found = [check.failure_info for check in checks if check.failure_info]
        outcome.failures += [f"{event.label}: {each.failure}\n{each.code_sample}" for each in found]
