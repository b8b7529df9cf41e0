"""The rules of an order's money, written anew: what tests hold the store's services against.

Nothing here looks at the store's code. `refunded` counts refunds from their beginning on.
"""

from dataclasses import dataclass
from decimal import Decimal

ZERO = Decimal(0)


@dataclass
class Rules:
    """Sums of an order, and what moves them."""

    total: Decimal
    paid: Decimal = ZERO
    refunded: Decimal = ZERO
    cancelled: Decimal = ZERO
    returned: Decimal = ZERO
    allowance: Decimal = ZERO
    is_cancelled: bool = False

    @property
    def due(self) -> Decimal:
        return ZERO if self.is_cancelled else self.total - self.cancelled - self.returned - self.allowance

    @property
    def owed(self) -> Decimal:
        return self.paid - self.refunded - self.due

    def refund_by_hand(self, amount: Decimal) -> bool:
        """Give back what is owed first; only the rest lowers what is due. Tell whether there was so much."""
        if amount > self.paid - self.refunded:
            return False
        self.allowance += min(max(ZERO, amount - max(ZERO, self.owed)), self.due)
        self.refunded += amount
        return True

    def fail(self, amount: Decimal, allowance: Decimal) -> None:
        """Take a refund back, with its allowance."""
        self.refunded -= amount
        self.allowance -= allowance

    def credit(self, name: str, amount: Decimal) -> None:
        """Lower what is due by pieces that are cancelled or come back: an allowance is not given twice."""
        setattr(self, name, getattr(self, name) + min(amount, self.due))

    def cancel(self) -> None:
        self.cancelled = self.total - self.returned - self.allowance
        self.is_cancelled = True

    def settle(self) -> None:
        self.refunded += max(ZERO, self.owed)


def status_of(*, paid: Decimal, refunded: Decimal, stray: Decimal, due: Decimal, is_open: bool) -> str:
    """Return the payment status of such sums."""
    net = paid - refunded
    if net == due == 0:
        return "refunded" if paid else "not_due"
    if net == 0:
        return "pending" if is_open else "unpaid"
    if net != due:
        return "overpaid" if net > due else "partially_paid"
    return "partially_refunded" if refunded > stray else "paid"
