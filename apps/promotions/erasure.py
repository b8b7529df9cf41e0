"""Erasure in promotions: of a customer's e-mail address not even the digest stays."""

from apps.promotions.services import forget_email_hashes
from apps.users.erasure import erases

erases(forget_email_hashes)
