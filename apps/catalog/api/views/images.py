"""Views of the pictures of products, for staff."""

from typing import Any

from django.http import QueryDict
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from apps.catalog.api.permissions import ProductChangers
from apps.catalog.api.serializers import (
    ImageChangeInput,
    ImageFetchInput,
    ImageOrderInput,
    ImageUploadInput,
    StaffProductImageOutput,
)
from apps.catalog.exceptions import ImageInvalid, ImageLimit
from apps.catalog.image_headers import MAX_IMAGE_BYTES
from apps.catalog.models import Product, ProductImage
from apps.catalog.services import images
from apps.core.api.cached_views import no_store
from apps.core.api.openapi.annotations import raises
from apps.core.api.parsers import BoundedFormParser
from apps.core.api.viewsets import StoreViewSet
from apps.users.current_user import current_user


class ImageFormParser(BoundedFormParser):
    """The form that a picture is uploaded with."""

    max_bytes = MAX_IMAGE_BYTES


class ProductImageViewSet(StoreViewSet):
    """The pictures of a product, for staff who may change products."""

    model = ProductImage
    permission_classes = (ProductChangers,)

    @extend_schema(
        operation_id="listProductImages",
        summary="List a product's pictures",
        responses=StaffProductImageOutput(many=True),
    )
    @no_store
    def list(self, request: Request, product_pk: int) -> Response:
        """List all pictures of a product in order, pending and failed ones too. Never cached."""
        product = get_object_or_404(Product.objects.only("pk"), pk=product_pk)
        page = self.paginate_queryset(product.images.all())
        return self.get_paginated_response(StaffProductImageOutput(page, many=True).data)

    @extend_schema(
        operation_id="addProductImage",
        summary="Add a picture to a product",
        request={"application/json": ImageFetchInput, "multipart/form-data": ImageUploadInput},
        responses={200: StaffProductImageOutput, 201: StaffProductImageOutput},
    )
    @raises(ImageInvalid, ImageLimit)
    def create(self, request: Request, product_pk: int) -> Response:
        """Upload a picture of at most 10 MB as a form, or name its address, which is fetched later.

        It is `pending` until a job has made its files, and `failed` if they cannot be made. The same picture
        again is the one that the product has: 200 instead of 201; one that had failed is tried again.
        """
        is_form = isinstance(request.data, QueryDict)
        wanted = (ImageUploadInput if is_form else ImageFetchInput)(data=request.data)
        wanted.is_valid(raise_exception=True)
        values: dict[str, Any] = {**wanted.validated_data, "by": current_user(request)}
        if is_form:
            image, is_new = images.add_image(product_pk, content=values.pop("file").read(), **values)
        else:
            image, is_new = images.add_image_from_url(product_pk, **values)
        code = status.HTTP_201_CREATED if is_new else status.HTTP_200_OK
        return Response(StaffProductImageOutput(image).data, status=code)

    @extend_schema(
        operation_id="updateProductImage",
        summary="Change a picture",
        request=ImageChangeInput(partial=True),
        responses=StaffProductImageOutput,
    )
    def partial_update(self, request: Request, product_pk: int, pk: int) -> Response:
        """Change the alternative texts or the focal point of a picture."""
        wanted = ImageChangeInput(data=request.data, partial=True)
        wanted.is_valid(raise_exception=True)
        image = images.change_image(
            pk, product_id=product_pk, by=current_user(request), **wanted.validated_data
        )
        return Response(StaffProductImageOutput(image).data)

    @extend_schema(operation_id="deleteProductImage", summary="Delete a picture", responses={204: None})
    def destroy(self, request: Request, product_pk: int, pk: int) -> Response:
        """Delete a picture. Its files are still there for a day, and while other products have it."""
        images.delete_image(pk, product_id=product_pk, by=current_user(request))
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(
        operation_id="orderProductImages",
        summary="Put a product's pictures in order",
        request=ImageOrderInput,
        responses=StaffProductImageOutput(many=True),
    )
    def order(self, request: Request, product_pk: int) -> Response:
        """Put the pictures of a product in order; the first one that is ready is shown in lists."""
        wanted = ImageOrderInput(data=request.data)
        wanted.is_valid(raise_exception=True)
        ordered = images.order_images(product_pk, wanted.validated_data["ids"], by=current_user(request))
        return Response(StaffProductImageOutput(ordered, many=True).data)
