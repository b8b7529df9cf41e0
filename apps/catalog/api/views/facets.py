"""View of facets."""

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from apps.catalog.api.filters import FacetFilter
from apps.catalog.api.permissions import lists_inactive
from apps.catalog.api.searches import meant_rows
from apps.catalog.api.serializers import FacetsOutput
from apps.catalog.api.views.products import public_list_scope
from apps.catalog.attribute_filters import filter_attributes, selections_of, with_selections
from apps.catalog.caching import products_cache
from apps.catalog.facets import facets_of
from apps.catalog.models import Attribute, Product
from apps.core.api.cached_views import cached_response
from apps.core.api.filters import parameters_of, refuse_unreadable
from apps.core.api.permissions import StaffWrites
from apps.core.api.viewsets import StoreViewSet
from apps.core.exceptions import InvalidQuery


class FacetViewSet(StoreViewSet):
    """Facets of the list of products, open to everyone."""

    model = Product
    serializer_class = FacetsOutput
    permission_classes = (StaffWrites,)
    filterset_class = FacetFilter

    def known_parameters(self) -> set[str]:
        """Return the names of the filters."""
        return parameters_of(FacetFilter.base_filters, self.request.query_params)

    def get_queryset(self) -> QuerySet[Product]:
        """Return the products that a list would show the caller."""
        return Product.objects.all() if lists_inactive(self.request) else Product.objects.on_sale()

    @extend_schema(operation_id="getProductFacets", summary="Count products by attributes", filters=True)
    @cached_response(products_cache, scope=public_list_scope, public=True)
    def facets(self, request: Request) -> Response:
        """Get the values that a list of products can be narrowed down by, each with its number of products.

        The filters are those of the list. Above 10,000 products nothing is counted: of choices all values are
        returned, of numbers the least and the greatest.
        """
        filterset = FacetFilter(request.query_params, queryset=self.get_queryset(), request=request)
        refuse_unreadable(filterset)
        given = filterset.form.cleaned_data
        known = filter_attributes()
        limits = {"price__gte": given["price_min"], "price__lte": given["price_max"]}
        price = Q(**{lookup: limit for lookup, limit in limits.items() if limit is not None})
        selections, wanted = selections_of(given["attr"], known), _wanted(given["facets"], known)
        products = meant_rows(
            filterset.qs, narrowed=lambda rows: with_selections(rows.filter(price), selections.values())
        )
        found = facets_of(products, price=price, selections=selections, attributes=wanted)
        return Response(FacetsOutput(found).data)


def _wanted(codes: str, known: dict[str, Attribute]) -> list[Attribute]:
    """Return the attributes with the comma-separated codes, all without any.

    Raises InvalidQuery for a code that is none of a filter.
    """
    if not codes:
        return list(known.values())
    wanted = list(dict.fromkeys(codes.split(",")))
    if not known.keys() >= set(wanted):
        text = _("There is no filter with this code.")
        raise InvalidQuery({"facets": [("does_not_exist", text)]})
    return [known[code] for code in wanted]
