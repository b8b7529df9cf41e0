"""An office for tests: the clients that staff work with."""

from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.test import Client
from rest_framework.test import APIClient

from tests.support.html_forms import form_with


@dataclass(frozen=True)
class Office:
    """The API, the admin in a browser, and a folder for files, all in the name of one member of staff."""

    api: APIClient
    browser: Client
    folder: Path

    def send_form(self, address: str, **values: Any) -> None:
        """Open a form of the admin and send it, as a browser does, with these values changed."""
        self.send(address, {**self.open_form(address), **values})

    def open_form(self, address: str) -> dict[str, Any]:
        """Open a form of the admin and return what it would send as it stands."""
        return form_with(self.browser.get(address).text, "name")

    def send(self, address: str, body: dict[str, Any]) -> None:
        """Send a form or an action of the admin that must succeed."""
        response = self.browser.post(address, body)
        assert response.status_code == 302, response.context["errors"]

    def import_file(self, *rows: str, heading: str = "sku,name,price,category") -> None:
        """Import a file of products with the command."""
        path = self.folder / "products.csv"
        path.write_text("\n".join([heading, *rows]), encoding="utf-8")
        call_command("import_products", path, stdout=StringIO())
