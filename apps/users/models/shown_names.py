"""Names of groups and permissions, by language; the owner's own groups keep their names."""

from typing import Any

from django.contrib.auth.models import Group, Permission
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from apps.audit.registry import audited
from apps.users.models.user import User

ROLE_NAMES = {
    "Order desk": _("Order desk"),
    "Stock clerk": _("Stock clerk"),
    "Catalogue editor": _("Catalogue editor"),
    "Support": _("Support"),
    "Cashier": _("Cashier"),
}
# Django keeps the English names of permissions in the database.
PERMITTED = {
    "add": _("Can add %(what)s"),
    "change": _("Can change %(what)s"),
    "delete": _("Can delete %(what)s"),
    "view": _("Can view %(what)s"),
}


def shown_name(group: Group) -> str:
    """Return what the group is called in the present language."""
    return str(ROLE_NAMES.get(group.name, group.name))


def shown_permission(permission: Permission) -> str:
    """Return what the permission is called in the present language."""
    kind = permission.content_type
    verb, _underscore, model = permission.codename.partition("_")
    if verb not in PERMITTED or model != kind.model:  # one that somebody has written by hand
        return f"{kind} | {permission.name}"
    return f"{kind} | {PERMITTED[verb] % {'what': kind.name}}"


audited()(Group)
# The text of a row is what every list, choice, title and message of the admin shows.
Group.add_to_class("__str__", shown_name)
Permission.add_to_class("__str__", shown_permission)


def _call(rows: Any, name: Promise, plural: Promise, text: Any) -> None:
    """Name the rows that join two tables: pages of deletions list them."""
    rows.add_to_class("__str__", text)
    rows._meta.verbose_name, rows._meta.verbose_name_plural = name, plural


for joining in (Group.permissions.through, User.user_permissions.through):
    _call(joining, _("permission"), _("permissions"), lambda row: str(row.permission))
_call(
    User.groups.through,
    _("member of a group"),
    _("members of groups"),
    lambda row: f"{row.user}, {row.group}",
)
