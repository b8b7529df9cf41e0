"""What the price of a basket depends on beside the basket: configuration, coupon, pick-up point, time."""

from dataclasses import dataclass
from datetime import datetime

from apps.delivery.addresses import PostalAddress, lacks_place
from apps.delivery.models import PickupPoint
from apps.delivery.pricing import Destinations
from apps.delivery.zones import Place
from apps.orders.checkout.basket import Checkout
from apps.promotions.terms import Coupon
from apps.store.configuration_cache import Configuration


@dataclass(frozen=True)
class Situation:
    """All that is read before a price is worked out, once. `now` counts for rates and promotions alike."""

    configuration: Configuration
    now: datetime
    coupon: Coupon | None = None
    point: PickupPoint | None = None

    def destinations_of(self, checkout: Checkout) -> Destinations:
        """Return where the order may go, for methods of either kind."""
        return Destinations(
            address=_place_of(checkout.shipping_address),
            point=self.point,
            billing=_place_of(checkout.billing_address),
        )


def _place_of(address: PostalAddress | None) -> Place | None:
    if address is None or lacks_place(address):
        return None
    return Place(address.country, address.region, address.postal_code)
