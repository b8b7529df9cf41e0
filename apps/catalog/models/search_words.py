"""Models of the words that products are found by, for the correction of typos."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class SearchWord(models.Model):
    """A word of the names of products on sale, folded as searches are, and in how many of them it stands."""

    word = models.CharField(_("word"), max_length=64, unique=True)
    products = models.PositiveIntegerField(_("products"))

    class Meta:
        verbose_name = _("word of the search")
        verbose_name_plural = _("words of the search")
        ordering = ("word",)

    def __str__(self) -> str:
        return self.word


class SearchWordKey(models.Model):
    """A key that a word and its typos share: the word itself, or the word without one of its letters."""

    key = models.CharField(_("key"), max_length=64)
    word = models.ForeignKey(SearchWord, models.CASCADE, related_name="keys", verbose_name=_("word"))

    class Meta:
        verbose_name = _("key of a word")
        verbose_name_plural = _("keys of words")
        ordering = ("key", "pk")
        constraints = [models.UniqueConstraint(fields=["key", "word"], name="catalog_searchwordkey_unique")]

    def __str__(self) -> str:
        return self.key
