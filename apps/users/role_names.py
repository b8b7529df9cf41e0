"""What the groups of the shop's staff are called, by language; the owner's own groups keep their names."""

from django.contrib.auth.models import Group
from django.utils.translation import gettext_lazy as _

ROLE_NAMES = {
    "Order desk": _("Order desk"),
    "Stock clerk": _("Stock clerk"),
    "Catalogue editor": _("Catalogue editor"),
    "Support": _("Support"),
}


def shown_name(group: Group) -> str:
    """Return what the group is called in the present language."""
    return str(ROLE_NAMES.get(group.name, group.name))


# The text of a row is what every list, choice, title and message of the admin shows.
Group.add_to_class("__str__", shown_name)
