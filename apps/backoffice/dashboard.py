"""Dashboard of the admin: its sections, and who sees which."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from apps.backoffice import charts
from apps.backoffice.attention import (
    ending_tax_rates,
    job_troubles,
    longest_waiting_orders,
    money_counts,
    waiting_counts,
)
from apps.backoffice.bestsellers import DAYS_LEFT, SHOWN, noteworthy_goods, noteworthy_rows
from apps.backoffice.cached_rows import kept
from apps.backoffice.sales import SHOWN_DAYS, daily_sales, recent_sales
from apps.core.admin.changelists import AtLeast
from apps.core.days import today
from apps.orders.statuses import OrderStatus
from apps.users.models import User

# How long figures are shown again. Those of products are read from every line of a month.
SALES_SECONDS, GOODS_SECONDS = 60, 300


TO_DO_IN_STATUS = {OrderStatus.PENDING: _("To process"), OrderStatus.PROCESSING: _("To ship")}
TO_DO_ABOUT_MONEY = {  # by the filters of the list of orders
    "unpaid": (_("Unpaid"), "status__exact=pending&payment_status__exact=unpaid"),
    "paid": (_("Paid, to ship"), "status__exact=processing&payment_status__exact=paid"),
    "needs_look": (_("Payments to look into"), "needs_look=yes"),
}


@dataclass(frozen=True)
class Task:
    """So much of something that needs doing, and where it is done."""

    title: str | Promise
    count: int
    address: str


def sections_for(user: User | AnonymousUser) -> dict[str, Any]:
    """Return the sections with nothing in them that the user may not see elsewhere in the admin."""
    sees_orders, sees_products = user.has_perm("orders.view_order"), user.has_perm("catalog.view_product")
    sections: dict[str, Any] = {
        "currency": settings.STORE_CURRENCY,
        "shown_days": SHOWN_DAYS,
        "days_left": DAYS_LEFT,
        "sees_orders": sees_orders,
        "now": timezone.now(),
    }
    if sees_orders:
        found = kept("sales", daily_sales, seconds=SALES_SECONDS)
        sales = recent_sales(found.rows)
        sections |= {"sales": sales, "sales_read_at": found.read_at}
        sections["days_chart"] = charts.of_days(sales.days)
        sections["statuses_chart"] = charts.of_statuses(sales.statuses)
        sections["waiting_orders"] = longest_waiting_orders()
    if sees_products:
        found = kept("goods", noteworthy_rows, seconds=GOODS_SECONDS)
        sections |= {"goods": noteworthy_goods(found.rows), "goods_read_at": found.read_at}
    if user.has_perm("store.view_taxclass"):
        sections["tax_ends"] = ending_tax_rates(today())
    if user.has_perm("jobs.view_job"):
        sections["jobs"] = job_troubles(sections["now"])
    return {**sections, "tasks": _tasks(sections)}


def _tasks(sections: dict[str, Any]) -> list[Task]:
    """Return what needs doing, of the sections that are shown."""
    tasks = []
    if sections["sees_orders"]:
        orders = reverse("admin:orders_order_changelist")
        for status, count in waiting_counts().items():
            tasks.append(Task(TO_DO_IN_STATUS[status], count, f"{orders}?status__exact={status}"))
        for name, count in money_counts().items():
            title, query = TO_DO_ABOUT_MONEY[name]
            tasks.append(Task(title, count, f"{orders}?{query}"))
    if "jobs" in sections:
        failed = sum(kind.failed for kind in sections["jobs"].kinds)
        jobs = reverse("admin:jobs_job_changelist")
        tasks.append(Task(_("Failed jobs"), failed, f"{jobs}?status__exact=failed"))
    if "goods" in sections:
        ending = len(sections["goods"].ending)
        tasks.append(
            Task(_("Running out"), AtLeast(ending) if ending == SHOWN else ending, "#ending-heading")
        )
    return tasks
