"""OpenAPI links: where a response that shows an order leads to."""

from typing import Any

from apps.orders.statuses import OrderStatus

# OpenAPI lets a link say `requestBody`, and that be any value. The parser that openapi-generator uses takes a
# text only, and makes nothing from a file with such a link. The fuzzing gives the member its proper name.
REQUEST_BODY = "x-request-body"


def _link(operation: str, description: str, **parameters: str) -> dict[str, Any]:
    parameters = {"id": "$response.body#/id", **parameters}
    return {"operationId": operation, "parameters": parameters, "description": description}


def _move(status: OrderStatus) -> dict[str, Any]:
    description = f"Change the status to `{status.value}`, if it is one of `allowed_statuses`"
    link = _link("changeOrderStatus", description, **{"header.If-Match": "$response.header.ETag"})
    return {**link, REQUEST_BODY: {"status": status.value}}


ORDER_LINKS = {
    "getOrder": _link("getOrder", "The current order with its history"),
    "listOrderJobs": _link("listOrderJobs", "Its background jobs"),
    "getOrderBasket": _link("getOrderBasket", "The basket to order the same again"),
    "getInvoice": _link("getInvoice", "Its invoice"),
    "startPayment": {
        **_link("startPayment", "Pay for it"),
        REQUEST_BODY: {"method": "manual"},
    },
    "listOrderPayments": _link("listOrderPayments", "Its payments"),
    "cancelOrder": _move(OrderStatus.CANCELLED),
    "processOrder": _move(OrderStatus.PROCESSING),
    "shipOrder": _move(OrderStatus.SHIPPED),
    "deliverOrder": _move(OrderStatus.DELIVERED),
}
