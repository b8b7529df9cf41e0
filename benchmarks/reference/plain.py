"""A list of products as the tutorials of DRF have it: a view set, a serializer, a paginator."""

from rest_framework import serializers
from rest_framework.generics import ListAPIView
from rest_framework.pagination import PageNumberPagination
from rest_framework.permissions import AllowAny

from apps.catalog.models import Category, Product


class PlainCategory(serializers.ModelSerializer[Category]):
    """The category of a product."""

    class Meta:
        model = Category
        fields = ("id", "name", "slug")


class PlainProduct(serializers.ModelSerializer[Product]):
    """A product, with the fields that the store shows."""

    category = PlainCategory()

    class Meta:
        model = Product
        fields = (
            "id",
            "name",
            "slug",
            "sku",
            "description",
            "price",
            "stock",
            "is_active",
            "category",
            "created_at",
            "updated_at",
        )


class PlainPages(PageNumberPagination):
    """Pages of 20."""

    page_size = 20


class PlainProducts(ListAPIView[Product]):
    """The products on sale, each with its category."""

    queryset = Product.objects.filter(is_active=True).select_related("category").defer("search_text")
    serializer_class = PlainProduct
    pagination_class = PlainPages
    permission_classes = (AllowAny,)
    authentication_classes = ()
    throttle_classes = ()
    filter_backends = ()
