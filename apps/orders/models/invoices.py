"""Model of the invoice of an order."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Invoice(models.Model):
    """The PDF of an order, in the database: every web process can serve it, and a backup holds it."""

    order = models.OneToOneField("Order", models.CASCADE, related_name="invoice")
    pdf = models.BinaryField()
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("invoice")
        verbose_name_plural = _("invoices")

    def __str__(self) -> str:
        return _("Invoice #%(number)s") % {"number": self.order_id}
