"""Lists of products that show one product of each group of variants."""

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from apps.catalog.models import Product


def collapsed(products: QuerySet[Product]) -> QuerySet[Product]:
    """Return of each group the one to be shown, with how many of the group are in the list (`group_size`).

    Of those in the list, that is: one in stock before one that is sold out, then the cheapest, then the
    oldest. What the list leaves out, because it is too dear or of another colour, stands for nobody. So all
    filters come before.
    """
    # A look into the group of each row that is read, by `catalog_product_of_group`. A window function would
    # rank all rows first.
    of_group = products.order_by().filter(group=OuterRef("group"))
    price, in_stock = OuterRef("price"), Q(stock__gt=0)
    is_cheaper = Q(price__lte=price) & (Q(price__lt=price) | Q(pk__lt=OuterRef("pk")))
    is_first = Q(group=None) | (
        in_stock & ~Exists(of_group.filter(in_stock, is_cheaper))
        | Q(stock=0) & ~Exists(of_group.filter(in_stock | is_cheaper))
    )
    size = of_group.values("group").annotate(size=Count("pk")).values("size")
    found = products.filter(is_first).annotate(
        group_size=Coalesce(Subquery(size), 1)  # type: ignore[no-redef]  # of other lists it is None
    )
    # No id is negative: each product without a group counts by itself.
    stood_for = products.order_by().values(stands_for=Coalesce("group", -F("pk")))
    found.query.counted_by = stood_for  # type: ignore[attr-defined]  # `count_of` looks for it
    return found
