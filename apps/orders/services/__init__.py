"""Services of orders: everything that changes one."""

from apps.orders.services.desk import (
    clear_needs_look,
    draw_invoice_if_left_out,
    remake_invoice,
    resend_email,
    write_staff_note,
)
from apps.orders.services.money import MoneyFacts, note_money
from apps.orders.services.placement import place_order
from apps.orders.services.transitions import change_status, move_by_store, process_and_ship

__all__ = [
    "MoneyFacts",
    "change_status",
    "clear_needs_look",
    "draw_invoice_if_left_out",
    "move_by_store",
    "note_money",
    "place_order",
    "process_and_ship",
    "remake_invoice",
    "resend_email",
    "write_staff_note",
]
