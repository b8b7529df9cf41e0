"""Model of pick-up points: counters and parcel lockers of carriers, and the store's own shops."""

from typing import Self

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.audit.registry import audited
from apps.core.database.querysets import SignallingQuerySet
from apps.delivery.models.great_circles import Spot, box_around, metres_from
from apps.store.models import COUNTRY_CODE


class PickupPointKind(models.TextChoices):
    """What a customer finds there."""

    PVZ = "pvz", _("pick-up counter")
    LOCKER = "locker", _("parcel locker")
    SHOP = "shop", _("own shop")


class PickupPointQuerySet(SignallingQuerySet["PickupPoint"]):
    """Pick-up points, found by where they are."""

    def in_use(self) -> Self:
        """Return the points that customers can choose."""
        return self.filter(is_active=True)

    def within(self, radius_km: float, of: Spot) -> Self:
        """Return the points within the radius, nearest first, each with its `distance` in metres."""
        found = self.filter(box_around(of, radius_km)).annotate(distance=metres_from(of))
        return found.filter(distance__lte=radius_km * 1000).order_by("distance", "pk")

    def taking(self, weight_g: int) -> Self:
        """Return the points that take a parcel of the weight."""
        return self.filter(models.Q(max_weight_g=None) | models.Q(max_weight_g__gte=weight_g))


@audited()
class PickupPoint(models.Model):
    """A place where a customer collects an order. `lat` and `lon` are in degrees (WGS 84)."""

    AUDITED_FIELDS = (
        "provider",
        "code",
        "kind",
        "name",
        "country",
        "region",
        "city",
        "postal_code",
        "address",
        "lat",
        "lon",
        "hours",
        "max_weight_g",
        "takes_cash",
        "takes_cards",
        "is_active",
    )

    provider = models.CharField(_("provider"), max_length=20)
    code = models.CharField(_("code"), max_length=40)
    kind = models.CharField(_("kind"), max_length=10, choices=PickupPointKind.choices)
    name = models.CharField(_("name"), max_length=200)
    country = models.CharField(_("country"), max_length=2, validators=[COUNTRY_CODE])
    region = models.CharField(_("region"), max_length=100, blank=True, default="")
    city = models.CharField(_("city"), max_length=100, blank=True, default="")
    postal_code = models.CharField(_("postal code"), max_length=20, blank=True, default="")
    address = models.CharField(_("address"), max_length=300, blank=True, default="")
    lat = models.DecimalField(
        _("latitude"),
        max_digits=9,
        decimal_places=6,
        default=0,
        validators=[MinValueValidator(-90), MaxValueValidator(90)],
    )
    lon = models.DecimalField(
        _("longitude"),
        max_digits=9,
        decimal_places=6,
        default=0,
        validators=[MinValueValidator(-180), MaxValueValidator(180)],
    )
    hours = models.JSONField(_("opening hours"), blank=True, default=dict)
    max_weight_g = models.PositiveIntegerField(_("maximum weight, g"), null=True, blank=True)
    takes_cash = models.BooleanField(_("takes cash"), default=False)
    takes_cards = models.BooleanField(_("takes cards"), default=False)
    is_active = models.BooleanField(_("in use"), default=True)
    refreshed_at = models.DateTimeField(_("refreshed"), auto_now=True)

    objects = PickupPointQuerySet.as_manager()

    class Meta:
        verbose_name = _("pick-up point")
        verbose_name_plural = _("pick-up points")
        ordering = ("name", "pk")
        constraints = [
            models.UniqueConstraint(fields=["provider", "code"], name="delivery_pickuppoint_one_per_code"),
            models.CheckConstraint(
                condition=models.Q(lat__gte=-90, lat__lte=90, lon__gte=-180, lon__lte=180),
                name="delivery_pickuppoint_on_the_globe",
            ),
        ]
        indexes = [
            models.Index(fields=["name", "id"], name="delivery_pickuppoint_by_name"),
            models.Index(fields=["lat", "lon"], name="delivery_pickuppoint_by_place"),
            models.Index(fields=["city", "name", "id"], name="delivery_pickuppoint_by_city"),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.provider} {self.code})"
