"""Receivers of the catalogue: files of pictures are wanted for another day after a product has lost them."""

from typing import Any

from django.db.models.signals import post_delete
from django.dispatch import receiver

from apps.catalog.models import ProductImage, StoredImage


@receiver(post_delete, sender=ProductImage)
def release_files(instance: ProductImage, **kwargs: Any) -> None:
    """Note when the picture was deleted, by itself or with its product."""
    if instance.sha256:
        StoredImage.objects.release(instance.sha256)
