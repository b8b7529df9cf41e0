"""A seller for tests, whose numbers fit: those of a standard and of well-known firms."""

from typing import Any

from apps.store.models import Seller

REQUISITES = {
    "legal_name": "ООО «Три кита»",
    "inn": "7736207543",
    "kpp": "773601001",
    "ogrn": "1027700229193",
    "country": "RU",
    "address": "119021, Москва, ул. Льва Толстого, 16",
    "bank_name": "ПАО Сбербанк",
    "bik": "044525225",
    "account": "40702810138250123017",
    "corr_account": "30101810400000000225",
    "tax_system": 2,
}


def make_seller(**values: Any) -> Seller:
    return Seller.objects.create(**{**REQUISITES, **values})
