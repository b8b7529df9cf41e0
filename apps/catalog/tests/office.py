"""What staff work with."""

from dataclasses import dataclass
from html.parser import HTMLParser
from io import StringIO
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.test import Client
from rest_framework.test import APIClient


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
        """Open a form of the admin and return what its fields show."""
        form = self.browser.get(address).context["adminform"].form
        shown = {name: form.get_initial_for_field(field, name) for name, field in form.fields.items()}
        no_movements = {"stock_movements-TOTAL_FORMS": "0", "stock_movements-INITIAL_FORMS": "0"}
        seen = {
            f"initial-{name}": shown[name] for name, field in form.fields.items() if field.show_hidden_initial
        }
        ticked = {name: value for name, value in shown.items() if value is not False}
        sent = {**seen, **ticked}
        return {**no_movements, **{name: "" if value is None else value for name, value in sent.items()}}

    def send(self, address: str, body: dict[str, Any]) -> None:
        """Send a form or an action of the admin that must succeed."""
        response = self.browser.post(address, body)
        assert response.status_code == 302, response.context["errors"]

    def import_file(self, *rows: str, heading: str = "sku,name,price,category") -> None:
        """Import a file of products with the command."""
        path = self.folder / "products.csv"
        path.write_text("\n".join([heading, *rows]), encoding="utf-8")
        call_command("import_products", path, stdout=StringIO())


class Forms(HTMLParser):
    """What each form of a page would send, as it stands: buttons and empty boxes left out."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.forms: list[dict[str, Any]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "form":
            self.forms.append({})
        is_sent = given.get("type") not in {"submit", "checkbox"} or "checked" in given
        if tag == "input" and self.forms and is_sent and (name := given.get("name")):
            self.forms[-1].setdefault(name, []).append(given.get("value") or "")


def form_with(page: str, field: str) -> dict[str, Any]:
    """Return what the form that has this field would send."""
    (form,) = [form for form in Forms(page).forms if field in form]
    return form
