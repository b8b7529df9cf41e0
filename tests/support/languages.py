"""Responses in several languages."""

import re
from collections.abc import Callable
from typing import Any

from django.test import Client

from apps.catalog.tests.factories import make_product
from apps.jobs.runner import run_due_jobs
from apps.orders.tests.factories import make_order
from apps.users.models import User
from tests.support.provoked_problems import World

CYRILLIC = re.compile("[а-яё]", re.IGNORECASE)


class Shop(World):
    """The clients of the problems, who all ask for one language, and browsers that do."""

    def __init__(self, make_user: Callable[..., User], accept_language: str) -> None:
        super().__init__(make_user)
        self.accept_language = accept_language
        for client in (self.anyone, self.customer, self.staff):
            client.defaults["HTTP_ACCEPT_LANGUAGE"] = accept_language
        self.visitor = self._browser()
        self.office = self._browser()
        self.office.force_login(self.boss)

    def _browser(self) -> Client:
        return Client(
            enforce_csrf_checks=True,
            raise_request_exception=False,
            headers={"accept-language": self.accept_language},
        )

    def placed(self) -> Any:
        return self.order({make_product(): 1})

    def invoice(self, **headers: str) -> Any:
        order = make_order(self.user, language="en")
        run_due_jobs()
        return self.customer.get(f"/api/v1/orders/{order.pk}/invoice/", **headers)


def varies_by(response: Any) -> list[str]:
    return [name.strip().lower() for name in response.get("Vary", "").split(",")]
