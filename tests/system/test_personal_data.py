"""Every column that could tell who somebody is: it is erased with the person, or holds nothing of the kind.

A new column fails this test until it is named here. Where it names people, a function under `@erases`
(`apps/users/erasure.py`) has to empty it, and `tests/system/test_erasure_meanwhile.py` gets whoever writes
it.
"""

import pytest
from django.apps import apps
from django.db import models

from apps.delivery.models import ADDRESS_FIELDS

COULD_NAME = (
    models.CharField,
    models.TextField,
    models.JSONField,
    models.BinaryField,
    models.GenericIPAddressField,
)
ERASED = {
    "admin.logentry": {"object_repr"},
    "audit.auditentry": {"changes"},
    "catalog.stockmovement": {"reason"},
    "delivery.savedaddress": {*ADDRESS_FIELDS, "label"},
    "import_export.export": {"query"},
    "import_export.exportpart": {"data"},
    "idempotency.storedresponse": {"body", "headers", "key"},
    "jobs.job": {"arguments", "last_error"},
    "orders.cancellation": {"note"},
    "orders.invoice": {"pdf"},
    "orders.order": {"customer_note", "gift_message", "staff_note"},
    "orders.orderaddress": {*ADDRESS_FIELDS, "search_text"},
    "orders.statuschange": {"comment"},
    "payments.payment": {"client_key", "note"},
    "payments.refund": {"note"},
    "promotions.redemption": {"email_hash"},
    "users.session": {"device", "ip"},
    "users.user": {
        "email",
        "email_key",
        "first_name",
        "last_name",
        "new_email",
        "password",
        "username",
        "username_key",
    },
}
# Words of the code and of operators, numbers, digests, and what staff write about goods.
NAMELESS = {
    "admin.logentry": {"change_message", "object_id"},
    "audit.auditentry": {"request_id", "target_kind", "target_name"},
    "auth.group": {"name"},
    "auth.permission": {"codename", "name"},
    "catalog.category": {"description", "name", "name_key", "search_text", "slug"},
    "catalog.attribute": {"code", "name_en", "name_ru", "unit"},
    "catalog.attributevalue": {"name_en", "name_ru", "value"},
    "catalog.categorytranslation": {"description", "name"},
    "catalog.groupoption": {"code", "name_en", "name_ru"},
    "catalog.product": {
        "barcode",
        "description",
        "external_id",
        "meta_description",
        "meta_title",
        "name",
        "options_key",
        "search_terms",
        "search_text",
        "sku",
        "sku_key",
        "slug",
        "unit",
    },
    "catalog.productattribute": {"text"},
    "catalog.productgroup": {"description", "name", "name_key", "slug"},
    "catalog.productimage": {"alt_en", "alt_ru", "problem", "sha256", "source_url"},
    "catalog.productoption": {"value_en", "value_ru"},
    "catalog.producttranslation": {"description", "meta_description", "meta_title", "name"},
    "catalog.searchword": {"word"},
    "catalog.searchwordkey": {"key"},
    "catalog.storedimage": {"sha256"},
    "contenttypes.contenttype": {"app_label", "model"},
    "delivery.deliverymethod": {"carrier", "code", "name_en", "name_ru"},
    "delivery.deliveryzone": {"name"},
    "delivery.deliveryzonemember": {"country", "postal_prefix", "region"},
    "delivery.pickuppoint": {
        "address",
        "city",
        "code",
        "country",
        "hours",
        "name",
        "postal_code",
        "provider",
        "region",
    },
    "import_export.export": {"archive", "decimal", "delimiter", "further_columns", "kind"},
    "import_export.upload": {"dialect", "language", "name", "report"},
    "import_export.uploadpart": {"data"},
    "idempotency.storedresponse": {"fingerprint", "subject"},
    "integrations.feed": {"etag", "folder", "head", "parts", "problem"},
    "jobs.job": {"circuit", "key", "kind", "owner", "request_id", "subject"},
    "jobs.circuitstate": {"name", "last_error"},
    "orders.order": {
        "currency",
        "delivery_carrier",
        "delivery_kind",
        "delivery_method",
        "delivery_name",
        "language",
        "needs_look",
        "payment_method",
        "payment_method_name",
        "tracking_number",
    },
    "orders.orderaddress": {"pickup_point"},
    "orders.orderdiscount": {"allocation", "code", "name"},
    "orders.orderitem": {"product_name", "sku", "tax_class"},
    "orders.paymentmethod": {
        "code",
        "instructions_en",
        "instructions_ru",
        "name_en",
        "name_ru",
        "provider",
    },
    "payments.fiscalreceipt": {"key", "positions", "provider_id"},
    "payments.payment": {
        "card_brand",
        "card_last4",
        "currency",
        "failure_code",
        "fingerprint",
        "method",
        "method_name",
        "next_action",
        "provider",
        "provider_id",
        "return_url",
    },
    "payments.providerevent": {"body", "event_id", "kind", "provider"},  # masked, and kept for 90 days
    "payments.refund": {"failure_code", "provider_id", "reason"},
    "promotions.promotion": {"name_en", "name_ru"},
    "promotions.promotioncode": {"code"},
    "sessions.session": {"session_data", "session_key"},
    "store.seller": {
        "account",
        "address",
        "bank_name",
        "bik",
        "corr_account",
        "country",
        "director",
        "email",
        "inn",
        "kpp",
        "legal_name",
        "ogrn",
        "phone",
        "short_name",
        "vat_id",
    },
    "store.taxclass": {"code", "name_en", "name_ru"},
    "store.taxrate": {"country"},
    "users.knownip": {"key"},
    "users.loginfailures": {"key", "kind"},
}


@pytest.mark.parametrize(
    "model", apps.get_models(include_auto_created=True), ids=lambda model: model._meta.label
)
def test_column_is_known_to_be_erased_or_to_name_nobody(model: type[models.Model]):
    columns = {
        field.name
        for field in model._meta.concrete_fields
        if isinstance(field, COULD_NAME) and not field.choices
    }

    erased, nameless = (known.get(model._meta.label_lower, set()) for known in (ERASED, NAMELESS))

    assert columns == erased | nameless
    assert not erased & nameless
