"""Roles of the shop's staff: groups, each with exactly the permissions that its work needs.

The groups are the owner's: a group that is there is left as it is, unless it is reset.
"""

from django.contrib.auth.models import Group, Permission
from django.db import transaction

# Nobody but a superuser changes accounts: who could would give rights, or take over a colleague's account.
ROLES: dict[str, frozenset[str]] = {
    "Order desk": frozenset(
        {
            "orders.view_order",
            "orders.change_order",
            "orders.view_orderitem",
            "orders.view_statuschange",
            "orders.view_paymentmethod",
            "users.view_user",
            "catalog.view_product",
            "promotions.view_promotion",
            "promotions.view_promotioncode",
            "promotions.view_redemption",
            "jobs.view_job",
            "jobs.change_job",
            "delivery.view_deliverymethod",
            "delivery.view_deliveryrate",
            "delivery.view_deliveryzone",
            "delivery.view_deliveryzonemember",
            "delivery.view_pickuppoint",
            "payments.view_payment",
            "payments.view_refund",
        }
    ),
    "Stock clerk": frozenset(
        {
            "catalog.view_category",
            "catalog.view_product",
            "catalog.view_stockmovement",
            "catalog.add_stockmovement",
        }
    ),
    "Catalogue editor": frozenset(
        {
            "catalog.view_category",
            "catalog.add_category",
            "catalog.change_category",
            "catalog.view_product",
            "catalog.add_product",
            "catalog.change_product",
            "catalog.view_productgroup",
            "catalog.add_productgroup",
            "catalog.change_productgroup",
            "catalog.delete_productgroup",  # its products stay
            "catalog.view_attribute",
            "catalog.add_attribute",
            "catalog.change_attribute",
            "catalog.view_pricechange",
            "catalog.view_stockmovement",
            "catalog.add_stockmovement",  # the import of products counts them, too
            "store.view_taxclass",  # the owner sets the rates
            "store.view_taxrate",
            "promotions.view_promotion",
            "promotions.add_promotion",
            "promotions.change_promotion",
            "promotions.view_promotioncode",
            "promotions.add_promotioncode",
            "promotions.change_promotioncode",
            "promotions.view_redemption",
            "integrations.view_feed",
            "integrations.add_feed",
        }
    ),
    "Support": frozenset(
        {
            "orders.view_order",
            "orders.view_orderitem",
            "orders.view_statuschange",
            "orders.view_paymentmethod",
            "catalog.view_category",
            "catalog.view_product",
            "catalog.view_productgroup",
            "catalog.view_pricechange",
            "catalog.view_stockmovement",
            "promotions.view_promotion",
            "promotions.view_promotioncode",
            "promotions.view_redemption",
            "jobs.view_job",
            "delivery.view_deliverymethod",
            "delivery.view_deliveryrate",
            "delivery.view_deliveryzone",
            "delivery.view_deliveryzonemember",
            "delivery.view_pickuppoint",
            "payments.view_payment",
            "payments.view_refund",
            "users.view_user",
            "users.view_session",
        }
    ),
    "Cashier": frozenset(
        {
            "orders.view_order",
            "orders.view_orderitem",
            "orders.view_statuschange",
            "orders.view_paymentmethod",
            "payments.view_payment",
            "payments.add_payment",
            "payments.view_refund",
            "payments.add_refund",
            "payments.change_refund",
        }
    ),
}


class PermissionsMissing(Exception):
    """Some permissions are not there: `migrate` has not made all tables yet, or a name is wrong."""


@transaction.atomic
def make_roles(*, reset: bool = False) -> list[str]:
    """Make the groups that are missing, or bring all back to what is shipped; return which were written.

    Raises PermissionsMissing.
    """
    # Locked, as the form of a group locks it: neither undoes what the other has just done.
    groups = Group.objects.select_for_update().filter(name__in=ROLES).order_by("pk")
    there = {group.name: group for group in groups}
    written = [name for name in ROLES if reset or name not in there]
    permissions = _permissions() if written else {}
    for name in written:
        group = there.get(name) or Group.objects.create(name=name)
        group.permissions.set([permissions[permission] for permission in ROLES[name]])
    return written


def _permissions() -> dict[str, Permission]:
    wanted = frozenset[str]().union(*ROLES.values())
    named = Permission.objects.select_related("content_type").filter(
        codename__in={name.partition(".")[2] for name in wanted}
    )
    found = {f"{each.content_type.app_label}.{each.codename}": each for each in named}
    if missing := wanted - found.keys():
        raise PermissionsMissing(", ".join(sorted(missing)))
    return found
