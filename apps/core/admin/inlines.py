"""Inlines of the admin: rows that are edited on the page of the row that they belong to."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db import models
from django.http import HttpRequest

from apps.core.admin.fields import LocalizedAmounts


class StoreInline(LocalizedAmounts, admin.TabularInline):  # type: ignore[type-arg]  # Django's class takes no parameter
    """A table of rows. The version of the page covers them."""

    extra = 0

    def formfield_for_foreignkey(
        self, db_field: "models.ForeignKey[Any, Any]", request: HttpRequest, **kwargs: Any
    ) -> forms.ModelChoiceField | None:  # type: ignore[type-arg]  # Django's class takes no parameter
        """Return the field for a reference, which asks for its choices once: not for each row anew."""
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if field is not None:
            choices: Any = field.choices
            field.choices = list(choices)
        return field
