"""Identifiers have one normal form, `apps/core/normalization.py`; nobody writes another one by accident."""

import re
from pathlib import Path

from django.apps import apps
from django.db import models
from rest_framework import serializers

from apps.core.api.fields import MailboxField
from apps.core.api.serializers import InputSerializer
from apps.core.database.key_columns import key_fields, unique_keys
from apps.core.database.key_columns_refill import keyed_models
from online_store import urls

ROOT = Path(__file__).resolve().parents[2]
ANOTHER_FORM = re.compile(
    r"\bcasefold\(|\bLower\(|__iexact\b|\bunicodedata\.normalize\(|\bnormalize_(?:email|username)\("
)
HOMES = {
    "apps/core/normalization.py": "the one form",
    "apps/core/search_words.py": "texts that are found by parts of them, without accents",
    "apps/orders/invoice_fonts.py": "letters as a PDF draws them",
    "apps/users/models/user.py": "gives Django's methods the one form",
    "apps/users/models/user_manager.py": "the same",
    "apps/users/services.py": "calls them",
    "apps/users/email_verification.py": "calls them",
}
# What is unique as it stands: nobody types it from memory, or it has one spelling by its characters.
EXACT = {
    "auth.Group.name": "superusers choose it from a list",
    "catalog.Attribute.code": "small ASCII letters, digits and underscores; chosen from a list",
    "catalog.Category.slug": "ASCII letters, digits and hyphens; an address",
    "catalog.Product.slug": "the same",
    "catalog.ProductGroup.slug": "the same",
    "catalog.SearchWord.word": "folded by the store",
    "delivery.DeliveryMethod.code": "ASCII letters, digits, hyphens and underscores; chosen from a list",
    "integrations.Feed.folder": "made by the store",
    "jobs.Job.key": "made by the store",
    "payments.FiscalReceipt.key": "made by the store",
    "promotions.PromotionCode.code": "kept in capitals, and looked for in them",
    "orders.PaymentMethod.code": "ASCII letters, digits, hyphens and underscores; chosen from a list",
    "store.TaxClass.code": "ASCII letters, digits, hyphens and underscores; chosen from a list",
}
SHARED = {
    "catalog.Category.name_key": "several may be called alike; an import takes the oldest",
    "catalog.ProductGroup.name_key": "several may be called alike; an import takes the oldest",
}


def test_no_other_normal_form_is_written():
    written = {
        str(path.relative_to(ROOT))
        for path in (ROOT / "apps").rglob("*.py")
        if not {"tests", "migrations"} & set(path.parts)
        and ANOTHER_FORM.search(path.read_text(encoding="utf-8"))
    }

    assert written == HOMES.keys()


def test_every_address_that_a_call_takes_is_taken_in_one_form():
    assert urls.urlpatterns  # all serializers are imported
    waiting, seen = [InputSerializer], []
    while waiting:
        serializer = waiting.pop()
        waiting += serializer.__subclasses__()
        if serializer is not InputSerializer:
            fields = serializer().fields.items()
            seen += [
                field
                for name, field in fields
                if isinstance(field, serializers.EmailField) or "email" in name
            ]

    assert len(seen) >= 3
    assert {type(field) for field in seen} == {MailboxField}


def test_every_unique_text_has_a_key_or_a_reason_to_have_none():
    unique = {
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if isinstance(field, (models.CharField, models.TextField))
        and field.unique
        and not field.primary_key
        and field.name not in {key.source for key in key_fields(model)}
    }

    assert unique == EXACT.keys()


def test_every_key_is_unique_or_has_a_reason_not_to_be():
    shared = {
        f"{model._meta.label}.{key.name}"
        for model in keyed_models()
        for key in key_fields(model)
        if key not in unique_keys(model)
    }

    assert shared == SHARED.keys()
