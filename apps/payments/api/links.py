"""OpenAPI links: where a response that shows a payment leads to."""

from typing import Any

_PARAMETERS = {"id": "$response.body#/order_id", "payment_id": "$response.body#/id"}


def _link(operation: str, description: str) -> dict[str, Any]:
    return {"operationId": operation, "parameters": _PARAMETERS, "description": description}


PAYMENT_LINKS = {
    "getOrderPayment": _link("getOrderPayment", "The current payment"),
    "refreshPayment": _link("refreshPayment", "Ask the provider what became of it"),
    "cancelPayment": _link("cancelPayment", "Give it up"),
}
