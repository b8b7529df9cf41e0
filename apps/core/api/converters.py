"""URL converters for ids."""

from django.urls.converters import IntConverter


class PositiveConverter(IntConverter):
    """A whole number above zero that fits the id column; any other text is an unknown address."""

    regex = "[1-9][0-9]{0,17}"
