"""Registry of what the apps above orders do when the status of an order changes."""

from collections.abc import Callable

from apps.orders.models import Order

TransitionFunction = Callable[[Order, str], None]

_functions: list[TransitionFunction] = []


def on_transition(function: TransitionFunction) -> TransitionFunction:
    """Have the decorated function called with each order whose status changes, and its former status.

    It runs in the transaction of the change, under the order's lock, and calls nobody outside.
    """
    _functions.append(function)
    return function


def run_registered(order: Order, from_status: str) -> None:
    """Call the registered functions with the locked order."""
    for function in _functions:
        function(order, from_status)
