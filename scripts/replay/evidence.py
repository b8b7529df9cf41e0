"""What a replay looks at: an order as the store shows it, beside the basket it was made of."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

import requests

from scripts.replay.files import Product
from scripts.replay.orders import ListedOrder


@dataclass(frozen=True)
class Evidence:
    """What the store shows of one order."""

    listed: ListedOrder
    order: dict[str, Any]
    invoice: requests.Response
    products: dict[str, Product]

    @property
    def quantities(self) -> Counter[str]:
        quantities: Counter[str] = Counter()
        for item in self.order["items"]:
            quantities[item["sku"]] += item["quantity"]
        return quantities

    @property
    def transitions(self) -> int:
        return len(self.order["history"]) - 1  # the first entry is the creation
