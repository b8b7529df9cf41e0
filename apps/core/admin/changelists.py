"""Changelists of long tables in the admin: pages with a bounded count, range and autocomplete filters."""

from collections.abc import Iterator
from functools import cached_property
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.core.paginator import Paginator
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from apps.core.admin.fields import AmountField
from apps.core.admin.model_admin import StoreAdmin, StoreAutocompleteSelect
from apps.core.database.estimated_counts import MOST_COUNTED
from apps.core.days import end_of_day, start_of_day
from apps.core.normalization import as_stored
from apps.core.search_words import looked_for


class AtLeast(int):
    """A number that was not counted to its end, and says so wherever it is shown."""

    def __str__(self) -> str:
        return f"{int(self)}+"


class BoundedPaginator(Paginator):  # type: ignore[type-arg]  # Django's class takes no parameter
    """Pages of the first 10,000 rows: to count or to skip a million takes seconds, and nobody reads them."""

    @cached_property
    def count(self) -> int:
        """Count the rows, to 10,000."""
        rows: QuerySet[Any] = self.object_list  # type: ignore[assignment]  # the stubs know less of it
        counted = rows.order_by()[: MOST_COUNTED + 1].count()
        return counted if counted <= MOST_COUNTED else AtLeast(MOST_COUNTED)


class LongListAdmin(StoreAdmin):
    """Rows of which there may be millions."""

    paginator = BoundedPaginator
    show_full_result_count = False
    list_per_page = 50
    list_max_show_all = 0
    show_facets = admin.ShowFacets.NEVER  # they count every row

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Return the rows that have the words, of many the first, and whether one can come twice."""
        words = [word for typed in search_term.split() if (word := as_stored(typed))]
        return super().get_search_results(request, queryset, " ".join(looked_for(words)))


class FormFilter(admin.FieldListFilter):
    """A filter that is filled in, beside Django's, which are chosen from lists."""

    template = "admin/form_filter.html"

    def form_fields(self) -> dict[str, forms.Field]:
        """Return the fields of the form, by the parameter of the address that each of them sets."""
        raise NotImplementedError

    def filtered(self, queryset: QuerySet[Any], values: dict[str, Any]) -> QuerySet[Any]:
        """Return the rows that go with what was filled in."""
        raise NotImplementedError

    def __init__(
        self,
        field: Any,
        request: HttpRequest,
        params: dict[str, Any],
        model: type[Model],
        model_admin: Any,
        field_path: str,
    ) -> None:
        self.field, self.field_path, self.model_admin = field, field_path, model_admin
        fields = self.form_fields()
        self._names = list(fields)
        given = {name: params[name][-1] for name in fields if params.get(name)}
        super().__init__(field, request, params, model, model_admin, field_path)
        form_class = type("FilterForm", (forms.Form,), fields)
        self.form: forms.Form = form_class(given, auto_id="id_filter_%s", label_suffix="")

    def expected_parameters(self) -> list[str | None]:
        """Return the parameters of the address that this filter reads."""
        return [*self._names]

    def has_output(self) -> bool:
        """Offer the filter always."""
        return True

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Return the rows that go with the filter; none when it makes no sense."""
        return self.filtered(queryset, self.form.cleaned_data) if self.form.is_valid() else queryset.none()

    def choices(self, changelist: ChangeList) -> Iterator[dict[str, Any]]:  # type: ignore[override]  # other keys
        """Return the form, and the other parameters of the address, which it must keep."""
        hidden = [
            (name, value)
            for name, values in changelist.filter_params.items()
            if name not in self._names
            for value in values
        ]
        clear, is_set = changelist.get_query_string(remove=self._names), any(self.form.data.values())
        if not self.form.is_valid():
            self.form.data = {}  # what it says is shown, what makes no sense cannot be
        yield {"form": self.form, "hidden": hidden, "clear": clear, "is_set": is_set}


class RangeFilter(FormFilter):
    """Rows whose field lies between two values, either of which may be left out."""

    def bound(self) -> forms.Field:
        """Return the field of the form for one end of the range."""
        raise NotImplementedError

    def form_fields(self) -> dict[str, forms.Field]:
        """Return both ends."""
        low, high = self.bound(), self.bound()
        low.label, high.label = _("From"), _("To")
        return {f"{self.field_path}_from": low, f"{self.field_path}_to": high}

    def filtered(self, queryset: QuerySet[Any], values: dict[str, Any]) -> QuerySet[Any]:
        """Return the rows within the range, its ends included."""
        low, high = (values[name] for name in self._names)
        if low is not None:
            queryset = queryset.filter(**{f"{self.field_path}__gte": low})
        if high is not None:
            queryset = queryset.filter(**{f"{self.field_path}__lte": high})
        return queryset


class NumberRangeFilter(RangeFilter):
    """A range of numbers, such as money."""

    def bound(self) -> forms.Field:
        """Return a field for a number with two decimals."""
        return AmountField(required=False, max_digits=15, decimal_places=2, localize=True)


class DateRangeFilter(RangeFilter):
    """A range of days of the store's time zone."""

    def bound(self) -> forms.Field:
        """Return a field for a day."""
        picker = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        return forms.DateField(required=False, input_formats=["%Y-%m-%d"], widget=picker)

    def filtered(self, queryset: QuerySet[Any], values: dict[str, Any]) -> QuerySet[Any]:
        """Return the rows from the beginning of the first day to the end of the last one."""
        low, high = (values[name] for name in self._names)
        if low is not None:
            queryset = queryset.filter(**{f"{self.field_path}__gte": start_of_day(low)})
        if high is not None:
            queryset = queryset.filter(**{f"{self.field_path}__lt": end_of_day(high)})
        return queryset


class AutocompleteFilter(FormFilter):
    """Rows that refer to a row found by typing a part of it: there are too many for a list."""

    def form_fields(self) -> dict[str, forms.Field]:
        """Return the choice of one row of the other table."""
        related: Any = self.field.related_model
        choice: forms.ModelChoiceField[Any] = forms.ModelChoiceField(
            related._default_manager.all(),
            required=False,
            label=self.field.verbose_name,
            widget=StoreAutocompleteSelect(self.field, self.model_admin.admin_site),
        )
        return {f"{self.field_path}__id__exact": choice}

    def filtered(self, queryset: QuerySet[Any], values: dict[str, Any]) -> QuerySet[Any]:
        """Return the rows that refer to the chosen one."""
        (chosen,) = (values[name] for name in self._names)
        return queryset if chosen is None else queryset.filter(**{self.field_path: chosen})
