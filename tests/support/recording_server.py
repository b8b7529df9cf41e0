"""The store for gunicorn, but it tells what it is told of a request."""

import json
from collections.abc import Iterable
from typing import Any

from django.test import RequestFactory

from apps.core.api.client_ip import client_address
from online_store.wsgi import application as store

assert store  # loaded, as in production


def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    start_response("200 OK", [("Content-Type", "application/json")])
    address = client_address(RequestFactory().get("/", REMOTE_ADDR=environ["REMOTE_ADDR"]))
    return [json.dumps({"scheme": environ["wsgi.url_scheme"], "client": address}).encode()]
