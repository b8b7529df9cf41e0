"""Texts of Django and DRF that have no Russian there, or a bad one: the store's catalogue has its own.

The catalogue of a project goes before those of the libraries. The texts stand here for `make messages` to
find; `tests/texts/test_russian_problems.py` meets them where the libraries say them.
"""

from django.utils.translation import gettext_noop as _

TEXTS = (
    # Django
    _("%(model_name)s with this %(field_label)s already exists."),
    _("Null characters are not allowed."),
    _("Select a valid choice. %(value)s is not one of the available choices."),
    # Django's admin: a noun in the middle of a sentence would need another case, or a gender
    _("Add %s"),
    # Without the noun: xgettext:no-python-format
    _("Add %(name)s"),
    _("Add another %(model)s"),
    # Without the noun: xgettext:no-python-format
    _("Add another %(verbose_name)s"),
    _("Change selected %(model)s"),
    _("Delete selected %(model)s"),
    _("View selected %(model)s"),
    # Without the noun: xgettext:no-python-format
    _("Delete selected %(verbose_name_plural)s"),
    _("Select all %(total_count)s %(module_name)s"),
    # Without the noun: xgettext:no-python-format
    _("Successfully deleted %(count)d %(items)s."),
    _("Cannot delete %(name)s"),
    _("The {name} “{obj}” was added successfully."),
    # Without the second noun: xgettext:no-python-brace-format
    _("The {name} “{obj}” was added successfully. You may add another {name} below."),
    _("The {name} “{obj}” was changed successfully."),
    _("The {name} “{obj}” was changed successfully. You may add another {name} below."),
    _("The {name} “{obj}” was changed successfully. You may edit it again below."),
    _("The %(name)s “%(obj)s” was deleted successfully."),
    _("%(name)s with ID “%(key)s” doesn’t exist. Perhaps it was deleted?"),
    _(
        "Deleting the %(object_name)s '%(escaped_object)s' would result in deleting related objects, "
        "but your account doesn't have permission to delete the following types of objects:"
    ),
    _(
        "Deleting the %(object_name)s '%(escaped_object)s' would require deleting the following "
        "protected related objects:"
    ),
    _(
        "Deleting the selected %(objects_name)s would result in deleting related objects, but your "
        "account doesn't have permission to delete the following types of objects:"
    ),
    _(
        "Deleting the selected %(objects_name)s would require deleting the following protected related "
        "objects:"
    ),
    _(
        "Deleting %(class_name)s %(instance)s would require deleting the following protected related "
        "objects: %(related_objects)s"
    ),
    _("0 of %(cnt)s selected"),
    _("Change my password"),
    _("Delete multiple objects"),
    _("Hold down “Control”, or “Command” on a Mac, to select more than one."),
    _("Model name"),
    _("None available"),
    _(
        "Please enter your old password, for security’s sake, and then enter your new password twice so we "
        "can verify you typed it in correctly."
    ),
    _("Save and add another"),
    _("Summary"),
    _("Thanks for spending some quality time with the web site today."),
    _(
        "You are authenticated as %(username)s, but are not authorized to access this page. Would you like "
        "to login to a different account?"
    ),
    _("You don’t have permission to view or edit anything."),
    _("This object doesn’t have a change history. It probably wasn’t added via this admin site."),
    _("Start typing to filter…"),
    # Django's accounts
    _("After you’ve created a user, you’ll be able to edit more user options."),
    _("Designates that this user has all permissions without explicitly assigning them."),
    _("Designates whether the user can log into this admin site."),
    _(
        "Designates whether this user should be treated as active. Unselect this instead of deleting "
        "accounts."
    ),
    _("Enter the same password as before, for verification."),
    _("Logged out"),
    _("Personal info"),
    _("The groups this user belongs to. A user will get all permissions granted to each of their groups."),
    _("Your password can’t be a commonly used password."),
    _("Your password can’t be too similar to your other personal information."),
    _("active"),
    _("staff status"),
    _("superuser status"),
    _("variety"),
    _("Raw passwords are not stored, so there is no way to see the user’s password."),
    _(
        "Whether the user will be able to authenticate using a password or not. If disabled, they may "
        "still be able to authenticate using other backends, such as Single Sign-On or LDAP."
    ),
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
    _("Must be a valid boolean."),
    _("Not a valid string."),
    _("Surrogate characters are not allowed: U+{code_point:X}."),
    _('"{input}" is not a valid choice.'),
)
