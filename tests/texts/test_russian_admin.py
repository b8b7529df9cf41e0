"""The words of the admin are Russian: labels, headings, buttons, help. The data are as they are."""

import html
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from apps.catalog.tests.factories import make_category, make_product
from apps.jobs.runner import run_due_jobs
from apps.orders.tests.factories import make_order_in

WORDED = re.compile(
    r'<(label|legend|h1|h2(?= )|button|option|th(?! class="field-)|div class="help")\b.*?>(.*?)</', re.DOTALL
)
WORD = re.compile(r"[A-Za-z]{2,}")
# One in every language, or said by Django: keys of the keyboard, and where else a password may be checked.
NAMES = {"CSV", "Command", "Control", "ID", "Id", "LDAP", "Mac", "RUB", "SSO", "Uuid", "slug"}
# A group of the owner has one name for everybody.
STORED_NAMES = re.compile(r"<select[^>]*groups.*?</select>", re.DOTALL)


@pytest.mark.django_db
def test_words_of_every_page_are_russian(make_user: Any):
    boss = make_user(username="Хозяйка", email="", is_staff=True, is_superuser=True)
    tea = make_product(name="Чай", sku="Ч", category=make_category(name="Напитки"))
    make_order_in("shipped", make_user(username="Анна"), {tea: 1}, moved_by=boss)
    run_due_jobs()
    client = Client(headers={"accept-language": "ru"})
    client.force_login(boss)

    pages = {address: client.get(address) for address in addresses()}

    shown = {address: page for address, page in pages.items() if page.status_code == 200}
    assert len(shown) > 2 * len(admin.site._registry)
    assert {address: words for address, page in shown.items() if (words := foreign_words(page))} == {}


def addresses() -> Iterator[str]:
    yield "/admin/"
    for model in admin.site._registry:
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        yield reverse(f"{name}_changelist")
        yield reverse(f"{name}_add")
        if row := model._default_manager.first():
            yield reverse(f"{name}_change", args=[row.pk])


def foreign_words(page: Any) -> set[str]:
    text, row = STORED_NAMES.sub("", page.text), str(page.context.get("original") or "\0")
    texts = [html.unescape(found).replace(row, "") for _tag, found in WORDED.findall(text)]
    return {word for text in texts for word in WORD.findall(re.sub(r"<[^>]*>", "", text))} - NAMES
