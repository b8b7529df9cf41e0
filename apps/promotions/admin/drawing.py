"""The page of the admin that makes a batch of random codes."""

from django import forms
from django.contrib import messages
from django.contrib.admin.widgets import AdminTextInputWidget
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.formats import localize
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from apps.core.admin.pages import AdminPage
from apps.promotions.models import MAX_CODE_LENGTH, Promotion, PromotionTrigger
from apps.promotions.services import draw_codes

MAX_BATCH = 10_000
SHORTEST, LONGEST = 8, 20  # characters: of 10,000 codes of eight, a guess finds one in a few million times
MAX_PREFIX = MAX_CODE_LENGTH - LONGEST


class DrawCodesForm(forms.Form):
    """How many codes, and what they look like."""

    number = forms.IntegerField(label=_("Number of codes"), min_value=1, max_value=MAX_BATCH)
    length = forms.IntegerField(
        label=_("Random characters"),
        min_value=SHORTEST,
        max_value=LONGEST,
        initial=10,
        help_text=_(
            "Digits and capital letters that do not look like others. The fewer, the easier to guess."
        ),
    )
    beginning = forms.CharField(
        label=_("Beginning"),
        required=False,
        max_length=MAX_PREFIX,
        widget=AdminTextInputWidget(),
        help_text=_("The same for all of them, such as SPRING-."),
    )


class DrawCodesPage(AdminPage):
    """The page that makes codes of a promotion, which can be used once each."""

    route, name = "<int:promotion_id>/draw-codes/", "draw_codes"

    def has_permission(self, request: HttpRequest) -> bool:
        """Let those in who may add codes."""
        return super().has_permission(request) and request.user.has_perm("promotions.add_promotioncode")

    def get(self, request: HttpRequest, promotion_id: int) -> HttpResponse:
        """Ask how many."""
        return self._shown(get_object_or_404(Promotion, pk=promotion_id), DrawCodesForm())

    def post(self, request: HttpRequest, promotion_id: int) -> HttpResponse:
        """Make them, and go to the list of codes."""
        promotion, form = get_object_or_404(Promotion, pk=promotion_id), DrawCodesForm(request.POST)
        if not form.is_valid() or not self._are_drawn(promotion, form):
            return self._shown(promotion, form)
        number = form.cleaned_data["number"]
        text = ngettext(
            "%(number)s code was made. Export the list to hand it out.",
            "%(number)s codes were made. Export the list to hand them out.",
            number,
        )
        self.model_admin.message_user(request, text % {"number": localize(number)}, messages.SUCCESS)
        address = reverse("admin:promotions_promotioncode_changelist")
        return HttpResponseRedirect(f"{address}?promotion__id__exact={promotion.pk}")

    def _are_drawn(self, promotion: Promotion, form: DrawCodesForm) -> bool:
        try:
            draw_codes(
                promotion_id=promotion.pk,
                number=form.cleaned_data["number"],
                length=form.cleaned_data["length"],
                prefix=form.cleaned_data["beginning"],
            )
        except ValidationError as refusal:
            form.add_error("beginning", ValidationError(refusal.messages))
        return form.is_valid()

    def _shown(self, promotion: Promotion, form: DrawCodesForm) -> HttpResponse:
        context = {
            "title": gettext("Make codes: %(promotion)s") % {"promotion": promotion},
            "promotion": promotion,
            "applies_by_code": promotion.trigger == PromotionTrigger.CODE,
            "form": form,
        }
        return self.render("promotions/draw_codes.html", context)
