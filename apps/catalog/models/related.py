"""Model of products that are shown beside another one."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.catalog.models.products import Product
from apps.core.database.querysets import SignallingQuerySet

MAX_RELATED = 20  # of a product


class RelatedProduct(models.Model):
    """A product that goes with another one, and its place among those that do."""

    product = models.ForeignKey(
        Product,
        models.CASCADE,
        related_name="related_links",
        db_index=False,  # the unique constraint begins with it
        verbose_name=_("product"),
    )
    related = models.ForeignKey(Product, models.CASCADE, related_name="+", verbose_name=_("related product"))
    position = models.PositiveIntegerField(_("position"), default=0)

    objects = SignallingQuerySet["RelatedProduct"].as_manager()

    class Meta:
        verbose_name = _("related product")
        verbose_name_plural = _("related products")
        ordering = ("position", "pk")
        constraints = [
            models.UniqueConstraint(fields=["product", "related"], name="catalog_relatedproduct_once"),
            models.CheckConstraint(
                condition=~models.Q(product=models.F("related")), name="catalog_relatedproduct_not_itself"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.product_id} → {self.related_id}"
