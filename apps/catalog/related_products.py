"""Related products: what a product is shown beside, in the order that staff have given."""

from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from apps.catalog.models import MAX_RELATED, Product, RelatedProduct
from apps.catalog.product_parts import PartChange


def write_related(product: Product, product_ids: Sequence[int]) -> PartChange:
    """Give the locked product these related products, in this order.

    Raises ValidationError for too many, for one that is named twice, and for one that does not exist or is
    the product itself.
    """
    if len(product_ids) > MAX_RELATED:
        text = _("At most %(most)d related products.") % {"most": MAX_RELATED}
        raise ValidationError({"related": ValidationError(text, code="too_many")})
    known = set(Product.objects.filter(pk__in=product_ids).values_list("pk", flat=True)) - {product.pk}
    if len(set(product_ids)) < len(product_ids) or not known.issuperset(product_ids):
        text = _("Name other products, each once.")
        raise ValidationError({"related": ValidationError(text, code="invalid")})
    before = list(product.related_links.values_list("related_id", flat=True))
    if list(product_ids) == before:
        return None
    product.related_links.all().delete()
    RelatedProduct.objects.bulk_create(
        RelatedProduct(product=product, related_id=product_id, position=position)
        for position, product_id in enumerate(product_ids)
    )
    return [before, list(product_ids)]
