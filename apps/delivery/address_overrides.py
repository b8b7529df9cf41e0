"""Overrides of the address rules: where the store asks for less than the data of the countries."""

# Members that the data requires, but letters and parcels arrive without.
OPTIONAL = {
    "RU": {"region"},  # the postal code implies it, and Moscow has none
}

# Countries where nobody is asked for a postal code; one that is given is taken as it is.
WITHOUT_POSTAL_CODE = frozenset({"AE", "HK", "IE"})
