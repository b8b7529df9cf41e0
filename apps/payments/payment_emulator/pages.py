"""The page on which customers pay at the emulated provider, or do not. No scripts: it is two buttons."""

import re
from html import escape
from string import Template
from typing import Any

TEXTS = {
    "en": {
        "title": "Test payment",
        "note": "No money is taken: this page stands in for that of a payment provider.",
        "amount": "Amount",
        "pay": "Pay",
        "decline": "Decline",
        "back": "Back to the shop",
        "paid": "The payment is paid.",
        "failed": "The payment was declined. You can try again.",
        "cancelled": "The payment was cancelled.",
        "expired": "The time to pay is over.",
        "not_found": "There is no such payment.",
    },
    "ru": {
        "title": "Тестовая оплата",
        "note": "Деньги не списываются: эта страница заменяет страницу платёжного сервиса.",
        "amount": "Сумма",
        "pay": "Оплатить",
        "decline": "Отклонить",
        "back": "Вернуться в магазин",
        "paid": "Платёж оплачен.",
        "failed": "Платёж отклонён. Можно попробовать ещё раз.",
        "cancelled": "Платёж отменён.",
        "expired": "Время на оплату истекло.",
        "not_found": "Такого платежа нет.",
    },
}
PAYABLE = ("requires_action", "failed")
CHOICES = ("pay", "decline")

PAGE = Template("""<!doctype html>
<html lang="$language">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>$title</title>
<link rel="icon" href="data:,">
<style>
body { font: 1.125rem/1.5 system-ui, sans-serif; max-width: 30rem; margin: 2rem auto; padding: 0 1rem;
  color: #1a1a1a; background: #fff }
dt { color: #555 } dd { margin: 0 0 1rem; font-size: 1.5rem }
button, a { font: inherit; min-height: 3rem; padding: 0 1.5rem; border-radius: .5rem; cursor: pointer }
button { border: 2px solid #14532d; background: #fff; color: #14532d }
button[value=pay] { background: #14532d; color: #fff }
button:focus-visible, a:focus-visible { outline: 3px solid #1d4ed8; outline-offset: 2px }
</style>
</head>
<body>
<main>
<h1>$title</h1>
<p>$note</p>
$content
</main>
</body>
</html>
""")


def payment_page(payment: dict[str, Any], accept_language: str) -> str:
    """Return the page of the payment: what it is about, and what can be done."""
    language = language_of(accept_language)
    texts, status = TEXTS[language], payment["status"]
    amount = f"{payment['amount']} {payment['currency']}"
    if language == "ru":
        amount = amount.replace(".", ",")
    content = [f"<p>{escape(payment['description'])}</p>", f"<dl><dt>{texts['amount']}<dd>{amount}</dl>"]
    if status in texts:
        content.append(f'<p role="status">{texts[status]}</p>')
    if status in PAYABLE:
        content.append(_form(texts))
    if status != PAYABLE[0] and payment["return_url"]:
        content.append(f'<p><a href="{escape(payment["return_url"])}">{texts["back"]}</a></p>')
    return _page(language, "\n".join(content))


def missing_page(accept_language: str) -> str:
    """Return the page for an address that belongs to no payment."""
    language = language_of(accept_language)
    return _page(language, f"<p>{TEXTS[language]['not_found']}</p>")


def language_of(accept_language: str) -> str:
    """Return the language that is wanted most among those that the pages have; English without any."""
    wanted: list[tuple[float, int, str]] = []
    for entry in accept_language.lower().split(","):
        match = re.fullmatch(r"\s*([a-z]{2})\b[^;]*(?:;\s*q=([01](?:\.[0-9]{0,3})?))?\s*", entry)
        if match and match[1] in TEXTS:
            wanted.append((-float(match[2] or 1), len(wanted), match[1]))
    return min(wanted)[2] if wanted else "en"


def _form(texts: dict[str, str]) -> str:
    buttons = (f'<button name="choice" value="{choice}">{texts[choice]}</button>' for choice in CHOICES)
    return f'<form method="post">{" ".join(buttons)}</form>'


def _page(language: str, content: str) -> str:
    texts = TEXTS[language]
    return PAGE.substitute(language=language, title=texts["title"], note=texts["note"], content=content)
