"""Who sees what of the catalogue."""

from typing import Any


def sees_inactive(user: Any) -> bool:
    """Tell whether the user sees products that are off sale: staff who may view products."""
    return bool(user.is_staff) and user.has_perm("catalog.view_product")
