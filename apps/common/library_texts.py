"""Texts of Django and DRF that have no Russian there, or a bad one: the store's catalogue has its own.

The catalogue of a project goes before those of the libraries. The texts stand here for `make messages` to
find; `tests/test_russian_problems.py` meets them where the libraries say them.
"""

from django.utils.translation import gettext_noop as _

TEXTS = (
    # Django
    _("%(model_name)s with this %(field_label)s already exists."),
    _("Null characters are not allowed."),
    _("Select a valid choice. %(value)s is not one of the available choices."),
    # DRF; a name of one of Python's types means nothing to a client
    _("Authentication credentials were not provided."),
    _("Could not satisfy the request Accept header."),
    _("Invalid page."),
    _('Method "{method}" not allowed.'),
    _("Not found."),
    _('Unsupported media type "{media_type}" in request.'),
    _("You do not have permission to perform this action."),
    _("A valid integer is required."),
    _("A valid number is required."),
    _("Ensure that there are no more than {max_decimal_places} decimal places."),
    _("Ensure that there are no more than {max_digits} digits in total."),
    _("Ensure that there are no more than {max_whole_digits} digits before the decimal point."),
    _("Ensure this field has no more than {max_length} elements."),
    _('Enter a valid "slug" consisting of letters, numbers, underscores or hyphens.'),
    # Without the type: xgettext:no-python-brace-format
    _('Expected a list of items but got type "{input_type}".'),
    # Without the type: xgettext:no-python-brace-format
    _("Incorrect type. Expected pk value, received {data_type}."),
    # Without the type: xgettext:no-python-brace-format
    _("Invalid data. Expected a dictionary, but got {datatype}."),
    _('Invalid pk "{pk_value}" - object does not exist.'),
    _("Must be a valid boolean."),
    _("Not a valid string."),
    _("Surrogate characters are not allowed: U+{code_point:X}."),
    _('"{input}" is not a valid choice.'),
)
