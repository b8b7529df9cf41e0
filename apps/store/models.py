"""Models of the store's set-up: tax classes with their dated rates, and the version of the configuration."""

from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.utils.translation import get_language, gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from apps.audit.registry import audited
from apps.core.database.querysets import SignallingQuerySet

COUNTRY_CODE = RegexValidator(
    r"\A[A-Z]{2}\Z", _("Enter the two-letter code of a country (ISO 3166), such as RU."), code="country_code"
)


def in_present_language(name_ru: str, name_en: str) -> str:
    """Return the name in the present language; the Russian one where there is no other."""
    return name_ru if get_language() == "ru" else name_en or name_ru


class NamedInLanguages(models.Model):
    """A row with a name in Russian, and in English where the store needs it."""

    name_ru = models.CharField(_("name in Russian"), max_length=200)
    name_en = models.CharField(
        _("name in English"),
        max_length=200,
        blank=True,
        default="",
        help_text=_("Leave empty to use the Russian name."),
    )

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """Return the name in the present language."""
        return in_present_language(self.name_ru, self.name_en)


@audited()
class TaxClass(NamedInLanguages):
    """A kind of goods by the tax that is due on them."""

    AUDITED_FIELDS = ("code", "name_ru", "name_en")

    code = models.SlugField(_("code"), max_length=20, unique=True)

    objects = SignallingQuerySet["TaxClass"].as_manager()

    class Meta:
        verbose_name = _("tax class")
        verbose_name_plural = _("tax classes")
        ordering = ("code",)


@audited()
class TaxRate(models.Model):
    """The rate of a tax class in a country, in percent, from the first to the last day of its validity."""

    AUDITED_FIELDS = ("tax_class", "country", "rate", "valid_from", "valid_to")

    tax_class = models.ForeignKey(TaxClass, models.PROTECT, related_name="rates", verbose_name=_("tax class"))
    country = models.CharField(_("country"), max_length=2, validators=[COUNTRY_CODE])
    rate = models.DecimalField(
        _("rate, %"),
        max_digits=5,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal(0)), MaxValueValidator(Decimal(100))],
        help_text=_("Leave empty for “without VAT”, which is not the rate of 0 %."),
    )
    valid_from = models.DateField(_("first day"))
    valid_to = models.DateField(_("last day"), null=True, blank=True)

    objects = SignallingQuerySet["TaxRate"].as_manager()

    class Meta:
        verbose_name = _("tax rate")
        verbose_name_plural = _("tax rates")
        ordering = ("tax_class", "country", "valid_from")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(rate=None) | models.Q(rate__gte=0, rate__lte=100),
                name="store_taxrate_rate_in_percent",
            ),
            models.CheckConstraint(
                condition=models.Q(valid_to=None) | models.Q(valid_to__gte=models.F("valid_from")),
                name="store_taxrate_days_in_order",
            ),
            models.UniqueConstraint(
                fields=["tax_class", "country", "valid_from"], name="store_taxrate_one_per_first_day"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.country}: {self.percent}, {self.valid_from} – {self.valid_to or '…'}"

    @property
    def percent(self) -> str:
        """Return the rate for people."""
        return gettext("without VAT") if self.rate is None else f"{self.rate.normalize():f} %"


class ConfigVersion(models.Model):
    """The version of the configuration that prices depend on: a row, and another one after each change.

    While several are edited at once there may be more rows: the version is their sum. Numbers are random: one
    that a rolled-back transaction had used never comes again.
    """

    version = models.BigIntegerField()

    class Meta:
        verbose_name = _("version of the configuration")
        verbose_name_plural = _("version of the configuration")

    def __str__(self) -> str:
        return str(self.version)


class TaxSystem(models.IntegerChoices):
    """By which system a Russian seller is taxed, by the numbers of fiscal receipts."""

    GENERAL = 1, pgettext_lazy("tax system", "general")
    SIMPLIFIED = 2, pgettext_lazy("tax system", "simplified, of income")
    SIMPLIFIED_NET = 3, pgettext_lazy("tax system", "simplified, of income less expenses")
    AGRICULTURAL = 5, pgettext_lazy("tax system", "agricultural")
    PATENT = 6, pgettext_lazy("tax system", "patent")


class SellerQuerySet(models.QuerySet["Seller"]):
    """Questions about sellers."""

    def active(self) -> "Seller | None":
        """Return the one who sells; None where nobody is set up."""
        return self.filter(is_active=True).first()


@audited()
class Seller(models.Model):
    """Who sells: what stands on bills and receipts. At most one is active."""

    AUDITED_FIELDS = (
        "legal_name",
        "short_name",
        "inn",
        "kpp",
        "ogrn",
        "vat_id",
        "country",
        "address",
        "email",
        "phone",
        "bank_name",
        "bik",
        "account",
        "corr_account",
        "tax_system",
        "director",
        "is_active",
    )

    legal_name = models.CharField(_("legal name"), max_length=300)
    short_name = models.CharField(_("short name"), max_length=160, blank=True, default="")
    inn = models.CharField(_("INN"), max_length=12, blank=True, default="")
    kpp = models.CharField(_("KPP"), max_length=9, blank=True, default="")
    ogrn = models.CharField(_("OGRN"), max_length=15, blank=True, default="")
    vat_id = models.CharField(_("VAT number"), max_length=20, blank=True, default="")
    country = models.CharField(_("country"), max_length=2, validators=[COUNTRY_CODE], default="RU")
    address = models.CharField(_("address"), max_length=500, blank=True, default="")
    email = models.EmailField(_("e-mail"), blank=True, default="")
    phone = models.CharField(_("phone"), max_length=20, blank=True, default="")
    bank_name = models.CharField(_("bank"), max_length=160, blank=True, default="")
    bik = models.CharField(_("BIK"), max_length=9, blank=True, default="")
    account = models.CharField(_("account"), max_length=34, blank=True, default="")
    corr_account = models.CharField(_("correspondent account"), max_length=20, blank=True, default="")
    tax_system = models.PositiveSmallIntegerField(
        _("tax system"), choices=TaxSystem.choices, null=True, blank=True
    )
    director = models.CharField(_("director"), max_length=200, blank=True, default="")
    is_active = models.BooleanField(_("active"), default=True)

    objects = SellerQuerySet.as_manager()

    class Meta:
        verbose_name = _("seller")
        verbose_name_plural = _("sellers")
        ordering = ("pk",)
        constraints = [
            models.UniqueConstraint(
                fields=["is_active"], condition=models.Q(is_active=True), name="store_seller_one_active"
            ),
        ]

    def __str__(self) -> str:
        return self.short_name or self.legal_name
