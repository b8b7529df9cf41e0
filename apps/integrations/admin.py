"""Feeds in the admin: when each was made, and how; they can be ordered anew."""

from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, ngettext_lazy

from apps.core.admin.model_admin import StoreAdmin
from apps.core.admin.pages import AdminPage
from apps.integrations import services
from apps.integrations.models import Feed, FeedKind, FeedStatus
from apps.users.current_user import current_user

ADDRESSES = {FeedKind.YML: "feed-yml", FeedKind.GOOGLE: "feed-google", FeedKind.SITEMAP: "sitemap"}
SHOWN = ("kind", "address", "status", "created_at", "made_at", "offers", "file_size", "problem")


class MakePage(AdminPage):
    """The button above the list."""

    route, name = "make/", "make"

    def has_permission(self, request: HttpRequest) -> bool:
        """Let those in who may order feeds."""
        return may_order(request)

    def get(self, request: HttpRequest) -> HttpResponse:
        """Refuse it, to those who might send a POST."""
        return HttpResponseNotAllowed(["POST"])

    def post(self, request: HttpRequest) -> HttpResponse:
        """Have the feeds made anew."""
        ordered = len(services.order_feeds(by=current_user(request)))
        if ordered:
            text = ngettext("%(count)d feed is being made.", "%(count)d feeds are being made.", ordered)
            self.model_admin.message_user(request, text % {"count": ordered}, messages.SUCCESS)
        else:
            self.model_admin.message_user(request, _("No feed was ordered."), messages.WARNING)
        return redirect("admin:integrations_feed_changelist")


@admin.register(Feed)
class FeedAdmin(StoreAdmin):
    """Feeds are looked at, and ordered."""

    counted = ngettext_lazy("%(number)s feed", "%(number)s feeds", "count")
    list_display = SHOWN
    list_filter = ("kind", "status")
    fields = readonly_fields = SHOWN
    show_full_result_count = False
    change_list_template = "admin/integrations/feed/change_list.html"
    pages = (MakePage,)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Leave it to the button, which orders all of them."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Feed | None = None) -> bool:
        """Let nobody change what is served."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Feed | None = None) -> bool:
        """Leave it to the daily maintenance, which deletes the files too."""
        return False

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show the list, with the button or why there is nothing to be made."""
        context = {"is_set_up": bool(settings.PRODUCT_URL_TEMPLATE), "may_order": may_order(request)}
        return super().changelist_view(request, context | (extra_context or {}))

    @admin.display(description=_("address"))
    def address(self, feed: Feed) -> str:
        """Return where it is served, leading there."""
        path = reverse(ADDRESSES[FeedKind(feed.kind)])
        if feed.status != FeedStatus.CURRENT:
            return path
        return format_html('<a href="{}">{}</a>', path, path)

    @admin.display(description=_("size"), ordering="size")
    def file_size(self, feed: Feed) -> str:
        """Return how large its files are together."""
        return filesizeformat(feed.size)


def may_order(request: HttpRequest) -> bool:
    """Tell whether the user may have feeds made."""
    return current_user(request).has_perm("integrations.add_feed")
