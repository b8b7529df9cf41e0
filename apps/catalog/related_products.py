"""Related products: what a product is shown beside, in the order that staff have given."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import groupby

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from apps.catalog.models import MAX_RELATED, Product, RelatedProduct
from apps.catalog.product_parts import PartChange


def write_related(product: Product, product_ids: Sequence[int]) -> PartChange:
    """Give the locked product these related products, in this order.

    Raises ValidationError for too many, for one that is named twice, and for one that does not exist or is
    the product itself.
    """
    checked = checked_related(product, product_ids, known_ids(product_ids))
    return write_related_of_many({product: checked}).get(product)


def known_ids(product_ids: Iterable[int]) -> set[int]:
    """Return those of the ids that are of products."""
    return set(Product.objects.filter(pk__in=set(product_ids)).values_list("pk", flat=True))


def checked_related(product: Product, product_ids: Sequence[int], known: Collection[int]) -> Sequence[int]:
    """Return the ids. Raises ValidationError where these cannot be the related products of this one."""
    if len(product_ids) > MAX_RELATED:
        text = _("At most %(most)d related products.") % {"most": MAX_RELATED}
        raise ValidationError({"related": ValidationError(text, code="too_many")})
    named = set(product_ids)
    if len(named) < len(product_ids) or product.pk in named or not named.issubset(known):
        text = _("Name other products, each once.")
        raise ValidationError({"related": ValidationError(text, code="invalid")})
    return product_ids


def write_related_of_many(wanted: Mapping[Product, Sequence[int]]) -> dict[Product, list[list[int]]]:
    """Give locked products related ones that were not refused; return what has changed, by product.

    The number of statements does not grow with the products.
    """
    links = RelatedProduct.objects.filter(product__in=wanted).order_by("product_id", "position", "pk")
    present = {
        product_id: [related_id for _product_id, related_id in rows]
        for product_id, rows in groupby(links.values_list("product_id", "related_id"), key=lambda row: row[0])
    }
    changes = {
        product: [before, list(product_ids)]
        for product, product_ids in wanted.items()
        if (before := present.get(product.pk, [])) != list(product_ids)
    }
    if changes:
        RelatedProduct.objects.filter(product__in=changes).delete()
        RelatedProduct.objects.bulk_create(
            RelatedProduct(product=product, related_id=product_id, position=position)
            for product, (_before, product_ids) in changes.items()
            for position, product_id in enumerate(product_ids)
        )
    return changes
