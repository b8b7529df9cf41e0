"""Pictures of a product on its page in the admin: added, described, put in order and deleted, all at once."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.core.validators import URLValidator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from apps.catalog.exceptions import ImageInvalid, ImageProblem
from apps.catalog.image_files import rendition_url
from apps.catalog.image_headers import MAX_IMAGE_BYTES
from apps.catalog.models import ImageStatus, Product, ProductImage
from apps.catalog.services import images
from apps.core.admin.optimistic_locking import changed_since, text_of_change, version_of
from apps.core.admin.pages import AdminPage, PagedAdmin
from apps.core.exceptions import DomainError
from apps.users.current_user import current_user
from apps.users.models import User

TEXTS = ("alt_ru", "alt_en")


class SeveralFiles(forms.ClearableFileInput):
    """A choice of several files at once."""

    allow_multiple_selected = True


class NewPicturesForm(forms.Form):
    """Pictures that are added: files, or an address to fetch one from."""

    uploads = forms.FileField(
        label=gettext_lazy("Files"),
        required=False,
        widget=SeveralFiles(attrs={"accept": "image/jpeg,image/png,image/webp", "form": "pictures-form"}),
    )
    url = forms.URLField(
        label=gettext_lazy("Or an address"),
        required=False,
        assume_scheme="https",
        validators=[URLValidator(schemes=["https"])],
        widget=forms.URLInput(attrs={"form": "pictures-form", "placeholder": "https://"}),
    )


def picture_context(model_admin: PagedAdmin, request: HttpRequest, product: Product) -> dict[str, Any]:
    """Return the pictures of the product as its page shows them, with how they can be changed."""
    may_change = model_admin.has_change_permission(request, product)
    return {
        "pictures": [ShownPicture(image) for image in product.images.all()],
        "new_pictures_form": NewPicturesForm() if may_change else None,
    }


class ShownPicture:
    """A picture with the version of its texts."""

    def __init__(self, image: ProductImage) -> None:
        self.image = image
        self.version = version_of(image, TEXTS)

    @property
    def url(self) -> str:
        """Return the address of its smallest file; empty while there is none."""
        if self.image.status != ImageStatus.READY:
            return ""
        return rendition_url(self.image.sha256 or "", self.image.widths[0])


# The protection reads the body, and so the files: only of those who may send them.
@method_decorator(csrf_exempt, name="dispatch")
class PicturesPage(AdminPage):
    """What the page of a product sends about its pictures."""

    route, name = "<int:product_id>/pictures/", "pictures"

    def has_permission(self, request: HttpRequest) -> bool:
        """Let those in who may change products."""
        return self.model_admin.has_change_permission(request)

    @method_decorator(csrf_protect)
    def post(self, request: HttpRequest, product_id: int) -> HttpResponse:
        """Do everything that was asked for; each refusal is told by itself."""
        product, by = get_object_or_404(Product, pk=product_id), current_user(request)
        for image in product.images.filter(pk__in=self._ids("delete")):
            self._done(partial(images.delete_image, image.pk, product_id=product.pk, by=by))
        for image in product.images.all():
            self._describe(image, by)
        self._add(product, by)
        self._order(product, by)
        return HttpResponseRedirect(reverse("admin:catalog_product_change", args=[product.pk]) + "#pictures")

    def _describe(self, image: ProductImage, by: User) -> None:
        sent = {name: self.request.POST.get(f"{name}_{image.pk}", getattr(image, name)) for name in TEXTS}
        if all(getattr(image, name) == text for name, text in sent.items()):
            return
        if changed := changed_since(self.request.POST.get(f"version_{image.pk}", ""), image, TEXTS):
            for name in changed:
                self._tell(text_of_change(image, name), messages.ERROR)
        else:
            change = partial(images.change_image, image.pk, product_id=image.product_id, by=by, **sent)
            self._done(change)

    def _add(self, product: Product, by: User) -> None:
        added = 0
        for file in self.request.FILES.getlist("uploads"):
            added += self._done(partial(_add_file, product.pk, file, by), about=f"{file.name}: ")
        form = NewPicturesForm(self.request.POST)
        if not form.is_valid():
            self._tell(
                " ".join(str(error) for errors in form.errors.values() for error in errors), messages.ERROR
            )
        elif url := form.cleaned_data["url"]:
            added += self._done(partial(images.add_image_from_url, product.pk, url=url, by=by))
        if added:
            text = ngettext(
                "%(count)d picture is being prepared.", "%(count)d pictures are being prepared.", added
            )
            self._tell(text % {"count": added}, messages.SUCCESS)

    def _order(self, product: Product, by: User) -> None:
        """Put the pictures in the order of the page; those that it did not show come last."""
        present = list(product.images.values_list("pk", flat=True))
        shown = [pk for pk in self._ids("image") if pk in present]
        wanted = [*dict.fromkeys(shown), *(pk for pk in present if pk not in shown)]
        if wanted != present:
            self._done(partial(images.order_images, product.pk, wanted, by=by))

    def _ids(self, name: str) -> list[int]:
        return [int(text) for text in self.request.POST.getlist(name) if text.isdecimal() and len(text) < 19]

    def _done(self, act: Callable[[], object], *, about: str = "") -> bool:
        """Do it, and tell whether it was done; a refusal is told to the user."""
        try:
            act()
        except DomainError as refusal:
            self._tell(f"{about}{refusal}", messages.ERROR)
        except ValidationError as refusal:
            self._tell(about + " ".join(refusal.messages), messages.ERROR)
        except ProductImage.DoesNotExist:
            self._tell(about + _("Somebody has deleted this picture meanwhile."), messages.ERROR)
        else:
            return True
        return False

    def _tell(self, text: str, level: int) -> None:
        self.model_admin.message_user(self.request, text, level)


def _add_file(product_id: int, file: "UploadedFile[Any]", by: User) -> None:
    if (file.size or 0) > MAX_IMAGE_BYTES:  # before it is read into memory
        raise ImageInvalid(ImageProblem.TOO_LARGE)
    images.add_image(product_id, content=file.read(), by=by)
