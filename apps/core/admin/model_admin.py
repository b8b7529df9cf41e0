"""StoreAdmin, the base of every ModelAdmin: stale data is refused, and no input ends in an error 500."""

from typing import Any

from django import forms
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ChangeList
from django.contrib.admin.widgets import AutocompleteSelect, AutocompleteSelectMultiple
from django.core.exceptions import BadRequest, ValidationError
from django.db import DataError, models
from django.http import HttpRequest, HttpResponse
from django.utils.formats import localize
from django.utils.text import Truncator, capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext_lazy

from apps.core.admin.fields import LocalizedAmounts
from apps.core.admin.pages import PagedAdmin
from apps.core.api.fields import MAX_ID

# Lookups of Django that a link to a list may not name: a pattern can keep the database busy, and a part of a
# moment, or a range, fails on values that the form of the lookup does not tell. No filter here needs them.
_TRANSFORMS = {
    name
    for name, lookup in models.DateTimeField().get_lookups().items()
    if issubclass(lookup, models.Transform)
}
REFUSED_LOOKUPS = frozenset({"range", "regex", "iregex", *_TRANSFORMS})

NAME_CHARACTERS = 48  # of a row's name in the title of its page: the buttons stand beside it


class _AnyChoice:
    """A widget that can be shown again after a choice that no row can have, such as `id=x`."""

    field: Any

    def optgroups(self, name: str, value: Any, attr: Any = None) -> Any:
        """Return the chosen rows as options."""
        found: Any = super()
        return found.optgroups(name, [each for each in value if self._can_be(each)], attr)

    def _can_be(self, chosen: Any) -> bool:
        try:
            key = self.field.target_field.to_python(chosen)
        except ValidationError:
            return False
        return not isinstance(key, int) or abs(key) <= MAX_ID


class StoreAutocompleteSelect(_AnyChoice, AutocompleteSelect):
    """A choice of one row that is found by typing."""


class StoreAutocompleteSelectMultiple(_AnyChoice, AutocompleteSelectMultiple):
    """A choice of rows that are found by typing."""


class StoreAdmin(LocalizedAmounts, PagedAdmin):
    """An admin whose pages answer whatever is sent, and are called by what they show."""

    # What its rows are called after a number: Django knows one word for one row and one for all others.
    counted: Any = ngettext_lazy("%(number)s row", "%(number)s rows", "count")

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest) -> bool:
        """Tell whether a link to the list may ask so."""
        if not REFUSED_LOOKUPS.isdisjoint(lookup.split("__")):
            return False
        return super().lookup_allowed(lookup, value, request)

    def get_changelist_instance(self, request: HttpRequest) -> ChangeList:
        """Return the list, with its title and its count in words.

        One whose rows cannot be asked for is refused like a lookup that is none.

        Raises IncorrectLookupParameters. Django looks at the form of a lookup only: that no column can hold
        its value shows when the rows are counted.
        """
        try:
            changelist: Any = super().get_changelist_instance(request)
        except (DataError, OverflowError, ValueError) as error:
            raise IncorrectLookupParameters(str(error)) from error
        changelist.title = capfirst(self.opts.verbose_name_plural)
        changelist.counted = lambda: self.count_in_words(changelist.result_count)  # an export counts none
        return changelist

    def count_in_words(self, number: int) -> str:
        """Return the number of rows with what they are called: "66 rows"."""
        return str(self.counted % {"count": number, "number": localize(number)})

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show the list, or act on the chosen rows.

        Raises BadRequest when these are none.
        """
        try:
            for chosen in request.POST.getlist(ACTION_CHECKBOX_NAME):
                self.opts.pk.to_python(chosen)
        except ValidationError as error:
            raise BadRequest from error
        return super().changelist_view(request, extra_context)

    def get_deleted_objects(
        self, objs: Any, request: HttpRequest
    ) -> tuple[list[Any], dict[str, int], set[Any], list[Any]]:
        """Return what would be deleted, how many, what the user may not delete, and what cannot be deleted.

        Where something cannot be deleted, a permission would not help: the page should not ask for one.
        """
        deleted, counts, lacking, protected = super().get_deleted_objects(objs, request)
        return deleted, counts, set() if protected else lacking, protected

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Show a form under the name of its row."""
        if row := kwargs.get("obj"):
            name = Truncator(context["subtitle"]).chars(NAME_CHARACTERS)
            is_changed = self.has_change_permission(request, row)
            title = _("Change %(row)s") % {"row": name} if is_changed else self.viewed(name)
            context |= {"title": title, "subtitle": None}
        return super().render_change_form(request, context, *args, **kwargs)

    def viewed(self, name: str) -> str:
        """Return the title of the page of a row that is only looked at."""
        return f"{capfirst(self.opts.verbose_name)}: {name}"

    def formfield_for_foreignkey(
        self, db_field: "models.ForeignKey[Any, Any]", request: HttpRequest, **kwargs: Any
    ) -> forms.ModelChoiceField | None:  # type: ignore[type-arg]  # Django's class takes no parameter
        """Return the field of a form for a reference."""
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs.setdefault("widget", StoreAutocompleteSelect(db_field, self.admin_site))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_manytomany(
        self, db_field: "models.ManyToManyField[Any, Any]", request: Any = None, **kwargs: Any
    ) -> Any:
        """Return the field of a form for references to many rows."""
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs.setdefault("widget", StoreAutocompleteSelectMultiple(db_field, self.admin_site))
        return super().formfield_for_manytomany(db_field, request, **kwargs)
