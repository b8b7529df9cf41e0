"""Sections that higher apps put on the page of an order, and what every button of that page does."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.admin.templatetags.admin_urls import add_preserved_filters
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404

from apps.core.admin.bulk_actions import address_of, outcome_of
from apps.core.admin.pages import AdminPage, PagedAdmin
from apps.orders.models import Order


class OrderButton(AdminPage):
    """A button of an order's page: it acts on the order, says what was done or why not, and leads back."""

    def has_permission(self, request: HttpRequest) -> bool:
        """Let those in who may change orders."""
        return self.model_admin.has_change_permission(request)

    def act(self, order: Order) -> str:
        """Do it, and say what was done. Raises DomainError or ValidationError to refuse."""
        raise NotImplementedError

    def post(self, request: HttpRequest, order_id: int) -> HttpResponse:
        """Act on the order."""
        order = get_object_or_404(Order, pk=order_id)
        outcome = outcome_of(order, self.act)
        level = messages.SUCCESS if outcome.is_done else messages.ERROR
        self.model_admin.message_user(request, f"{outcome.row}: {outcome.text}", level)
        filters = self.model_admin.get_preserved_filters(request)
        kept: dict[str, Any] = {"preserved_filters": filters, "opts": self.model_admin.opts}
        return HttpResponseRedirect(add_preserved_filters(kept, address_of(order)))


@dataclass(frozen=True)
class OrderSection:
    """A part of the page. Its templates find as `section` what `context_of` returns; None: not for this user.

    The page is one form: those of the section stand before it, in `forms_template`, and what belongs to them
    names them. `pages` are what they are sent to.
    """

    template: str
    forms_template: str
    context_of: Callable[[HttpRequest, Order], Mapping[str, Any] | None]
    pages: tuple[type[AdminPage], ...] = ()


_sections: list[OrderSection] = []


def register_order_section(section: OrderSection) -> None:
    """Show the section on the page of every order."""
    _sections.append(section)


def section_pages() -> list[type[AdminPage]]:
    """Return the buttons of all sections."""
    return [page for section in _sections for page in section.pages]


def sections_of(model_admin: PagedAdmin, request: HttpRequest, order: Order) -> dict[str, Any]:
    """Return the sections of the order that the user may see, each with its context."""
    shown = [(section, section.context_of(request, order)) for section in _sections]
    return {"sections": [(part, context) for part, context in shown if context is not None]}
