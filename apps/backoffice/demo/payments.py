"""Demo payments: online through the emulator, in cash on delivery, and whose account a transfer goes to."""

from apps.orders.models import PaymentMethod
from apps.store.models import Seller

MINUTES_TO_PAY = 30
# Its numbers have right check digits, and belong to nobody.
SELLER = {
    "legal_name": "Общество с ограниченной ответственностью «Домашние вещи»",
    "short_name": "ООО «Домашние вещи»",
    "inn": "7700000009",
    "kpp": "770001001",
    "ogrn": "1027700000008",
    "country": "RU",
    "address": "101000, Москва, ул. Примерная, д. 1",
    "email": "shop@example.com",
    "bank_name": "Банк «Примерный»",
    "bik": "044525999",
    "account": "40702810600000000001",
    "corr_account": "30101810600000000999",
    "tax_system": 2,
}


def load_payments() -> str:
    """Make two payment methods beside that by invoice, and the seller; return what was made, in words."""
    PaymentMethod.objects.create(
        code="emulator",
        name_ru="Картой онлайн",
        name_en="Card online",
        provider="emulator",
        terms="prepaid",
        position=1,
        expire_minutes=MINUTES_TO_PAY,
        moves_to_processing=True,
    )
    PaymentMethod.objects.create(
        code="cash",
        name_ru="Наличными при получении",
        name_en="Cash on delivery",
        provider="manual",
        terms="on_delivery",
        position=2,
        instructions_ru="Приготовьте, пожалуйста, деньги без сдачи.",
        instructions_en="Please have the exact amount ready.",
    )
    Seller.objects.create(**SELLER)
    return "payment methods emulator and cash, and a seller"
