"""Models of the pictures of products, and of the files that they share."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Self

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.audit.registry import audited
from apps.catalog.exceptions import ImageProblem
from apps.catalog.models.products import Product
from apps.core.database.querysets import SignallingQuerySet
from apps.core.guarded_fetch import FetchProblem
from apps.store.models import in_present_language

MAX_IMAGES = 20  # of a product
DELETING = timedelta(hours=1)  # far more than the files of a picture take to be deleted
RENDITIONS = (160, 480, 1200)  # widths in pixels of the files that are served


def rendition_widths(width: int) -> tuple[int, ...]:
    """Return the widths of the files of a picture this wide (both in pixels): nothing is enlarged."""
    smaller = tuple(each for each in RENDITIONS if each < width)
    return smaller if len(smaller) == len(RENDITIONS) else (*smaller, width)


class ImageStatus(models.TextChoices):
    """How far a picture is: its files are made by a job."""

    PENDING = "pending", _("being prepared")
    READY = "ready", _("shown")
    FAILED = "failed", _("cannot be shown")


class ProductImageQuerySet(SignallingQuerySet["ProductImage"]):
    """Questions about pictures."""

    def ready(self) -> Self:
        """Return the pictures that customers see."""
        return self.filter(status=ImageStatus.READY)

    def first_of(self, product_ids: Sequence[int]) -> Self:
        """Return the first picture that is ready of each of the products."""
        positions = self.model.objects.ready().filter(product=models.OuterRef("product"))
        return self.ready().filter(
            product__in=product_ids, pk=models.Subquery(positions.order_by("position", "pk").values("pk")[:1])
        )


@audited()
class ProductImage(models.Model):
    """A picture of a product. Its files are named after the content of what was uploaded (`sha256`).

    Until a picture that is fetched from an address is there, it has no `sha256`.
    """

    AUDITED_FIELDS = (
        "product",
        "position",
        "alt_ru",
        "alt_en",
        "status",
        "sha256",
        "source_url",
        "focal_x",
        "focal_y",
    )

    product = models.ForeignKey(
        Product,
        models.CASCADE,
        related_name="images",
        db_index=False,  # `catalog_productimage_in_order` begins with it
        verbose_name=_("product"),
    )
    position = models.PositiveIntegerField(_("position"), default=0)
    alt_ru = models.CharField(_("alternative text in Russian"), max_length=200, blank=True, default="")
    alt_en = models.CharField(_("alternative text in English"), max_length=200, blank=True, default="")
    status = models.CharField(
        _("status"), max_length=10, choices=ImageStatus.choices, default=ImageStatus.PENDING
    )
    sha256 = models.CharField(
        _("SHA-256"), max_length=64, null=True, blank=True, editable=False, db_index=True
    )
    source_url = models.URLField(_("fetched from"), max_length=2000, blank=True, default="")
    problem = models.CharField(_("problem"), max_length=200, blank=True, default="", editable=False)
    width = models.PositiveIntegerField(_("width"), null=True, editable=False)  # pixels, as it is shown
    height = models.PositiveIntegerField(_("height"), null=True, editable=False)
    bytes = models.PositiveIntegerField(_("bytes"), null=True, editable=False)  # of what was uploaded
    # Where the picture may be cut least, in parts of its width and height.
    focal_x = models.FloatField(
        _("focal point, x"), null=True, blank=True, validators=[MinValueValidator(0), MaxValueValidator(1)]
    )
    focal_y = models.FloatField(
        _("focal point, y"), null=True, blank=True, validators=[MinValueValidator(0), MaxValueValidator(1)]
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    objects = ProductImageQuerySet.as_manager()

    class Meta:
        verbose_name = _("picture")
        verbose_name_plural = _("pictures")
        ordering = ("position", "pk")
        constraints = [
            models.UniqueConstraint(fields=["product", "sha256"], name="catalog_productimage_once"),
            models.CheckConstraint(
                condition=models.Q(status__in=ImageStatus.values), name="catalog_productimage_status_known"
            ),
            models.CheckConstraint(
                condition=~models.Q(status=ImageStatus.READY) | models.Q(sha256__isnull=False),
                name="catalog_productimage_ready_is_there",
            ),
        ]
        indexes = [
            models.Index(fields=["product", "position", "id"], name="catalog_productimage_in_order"),
        ]

    def __str__(self) -> str:
        return self.alt or f"#{self.pk}"

    @property
    def alt(self) -> str:
        """Return the alternative text in the present language; the other one where there is no such."""
        return in_present_language(self.alt_ru, self.alt_en) or self.alt_en

    @property
    def problem_text(self) -> str:
        """Return why the picture cannot be shown, in the present language; empty where it can."""
        labels = dict([*ImageProblem.choices, *FetchProblem.choices])
        return str(labels.get(self.problem, self.problem))

    @property
    def widths(self) -> tuple[int, ...]:
        """Return the widths (pixels) of the files of a ready picture."""
        return rendition_widths(self.width or 0)


class StoredImageQuerySet(models.QuerySet["StoredImage"]):
    """Questions about stored pictures."""

    def not_being_deleted(self) -> Self:
        """Return those whose files nobody is deleting; whoever began long ago was killed."""
        return self.exclude(deleting_since__gt=timezone.now() - DELETING)

    def unused_since(self, moment: datetime) -> Self:
        """Return those that no product has had since then; a picture that has failed needs no files."""
        users = ProductImage.objects.filter(sha256=models.OuterRef("pk")).exclude(status=ImageStatus.FAILED)
        return self.not_being_deleted().filter(~models.Exists(users), released_at__lt=moment)

    def release(self, sha256: str) -> None:
        """Note that a product has it no longer: from now on nobody may need its files."""
        self.filter(pk=sha256).update(released_at=timezone.now())


class StoredImage(models.Model):
    """Content of pictures that has files in the storages, for however many products that have it.

    Its row is there before the first of its files, and longer than the last.
    """

    sha256 = models.CharField(_("SHA-256"), max_length=64, primary_key=True, editable=False)
    width = models.IntegerField(_("width"), null=True, editable=False)  # pixels, as shown; once it is known
    height = models.IntegerField(_("height"), null=True, editable=False)
    # When it was uploaded last, or a product ceased to have it.
    released_at = models.DateTimeField(_("released"), default=timezone.now, editable=False)
    deleting_since = models.DateTimeField(_("deleting since"), null=True, editable=False)

    objects = StoredImageQuerySet.as_manager()

    class Meta:
        verbose_name = _("stored picture")
        verbose_name_plural = _("stored pictures")

    def __str__(self) -> str:
        return self.sha256
