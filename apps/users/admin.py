"""How staff work with accounts."""

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminUserCreationForm
from django.utils.translation import gettext_lazy as _

from apps.users.models import User


class AccountCreationForm(AdminUserCreationForm):
    """Django's form for a new user, with the e-mail address."""

    class Meta(AdminUserCreationForm.Meta):
        model = User
        fields = ("username", "email")


@admin.register(User)
class AccountAdmin(UserAdmin):
    """Accounts are deactivated rather than deleted: their orders stay."""

    add_form = AccountCreationForm
    add_fieldsets = (
        (
            None,
            {
                "classes": ("wide",),
                "fields": ("username", "email", "usable_password", "password1", "password2"),
            },
        ),
    )
    list_display = ("username", "email", "is_active", "is_staff", "date_joined")
    list_filter = ("is_staff", "is_active", "groups")
    date_hierarchy = "date_joined"
    ordering = ("username", "pk")
    show_full_result_count = False


admin.site.site_header = _("Online Store")
admin.site.site_title = _("Online Store")
admin.site.index_title = _("Shop administration")
