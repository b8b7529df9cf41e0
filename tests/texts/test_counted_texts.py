"""Every text that counts something agrees with its number, in both languages."""

import re
from collections import defaultdict

import pytest
from django.utils.translation import ngettext, override

from tests.support.translations import counted_texts

# What is counted, in Russian for 1, 2 and 5.
NOUNS = {
    ("attribute", "attributes"): ("характеристика", "характеристики", "характеристик"),
    ("category", "categories"): ("категория", "категории", "категорий"),
    ("code", "codes"): ("промокод", "промокода", "промокодов"),
    ("day", "days"): ("день", "дня", "дней"),
    ("delivery method", "delivery methods"): ("способ доставки", "способа доставки", "способов доставки"),
    ("delivery zone", "delivery zones"): ("зона доставки", "зоны доставки", "зон доставки"),
    ("entry", "entries"): ("запись", "записи", "записей"),
    ("export", "exports"): ("выгрузка", "выгрузки", "выгрузок"),
    ("failure", "failures"): ("ошибка", "ошибки", "ошибок"),
    ("feed", "feeds"): ("фид", "фида", "фидов"),
    ("group", "groups"): ("группа", "группы", "групп"),
    ("job", "jobs"): ("задание", "задания", "заданий"),
    ("movement", "movements"): ("движение", "движения", "движений"),
    ("order", "orders"): ("заказ", "заказа", "заказов"),
    ("picture", "pictures"): ("изображение", "изображения", "изображений"),
    ("payment method", "payment methods"): ("способ оплаты", "способа оплаты", "способов оплаты"),
    ("pick-up point", "pick-up points"): ("пункт выдачи", "пункта выдачи", "пунктов выдачи"),
    ("product", "products"): ("товар", "товара", "товаров"),
    ("promotion", "promotions"): ("акция", "акции", "акций"),
    ("row", "rows"): ("строка", "строки", "строк"),
    ("session", "sessions"): ("сеанс", "сеанса", "сеансов"),
    ("payment(?! method)", "payments"): ("платёж", "платежа", "платежей"),
    ("refund", "refunds"): ("возврат", "возврата", "возвратов"),
    ("seller", "sellers"): ("продавец", "продавца", "продавцов"),
    ("tax class", "tax classes"): ("ставка налога", "ставки налога", "ставок налога"),
    ("use", "uses"): ("применение", "применения", "применений"),
    ("user", "users"): ("пользователь", "пользователя", "пользователей"),
}
ENGLISH_FORM = {1: 0, 2: 1, 5: 1, 11: 1, 21: 1}
RUSSIAN_FORM = {1: 0, 2: 1, 5: 2, 11: 2, 21: 0}


@pytest.mark.parametrize("number", ENGLISH_FORM)
@pytest.mark.parametrize(("singular", "plural"), counted_texts())
def test_noun_agrees_with_its_number(singular: str, plural: str, number: int):
    (nouns,) = (nouns for nouns in NOUNS if re.search(rf"\)[sd] {nouns[0]}\b", singular))

    with override("en"):
        english = text_with(ngettext(singular, plural, number), number)
    with override("ru"):
        russian = text_with(ngettext(singular, plural, number), number)

    assert re.search(rf"\b{number} {nouns[ENGLISH_FORM[number]]}\b", english)
    assert re.search(rf"\b{number} {NOUNS[nouns][RUSSIAN_FORM[number]]}\b", russian)


def text_with(text: str, number: int) -> str:
    """Return the text with the number in each place."""
    return text % defaultdict(lambda: number)
