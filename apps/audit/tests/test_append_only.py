"""An entry is written once; the values go with a person, and nothing else ever changes."""

import pytest
from django.db import IntegrityError

from apps.audit.models import AuditEntry
from apps.audit.tests.factories import make_entry
from apps.core.database.append_only import AppendOnlyError

pytestmark = [pytest.mark.embedded, pytest.mark.django_db]


def test_entry_is_neither_changed_nor_deleted(django_user_model):
    entry = make_entry(changes={"price": ["1.00", "2.00"]})
    entries = AuditEntry.objects.all()

    for attempt in (
        entry.save,
        entry.delete,
        entries.delete,
        lambda: entries.update(changes={}),
        lambda: entries.bulk_update([entry], ["changes"]),
    ):
        with pytest.raises(AppendOnlyError):
            attempt()

    assert AuditEntry.objects.get().changes == {"price": ["1.00", "2.00"]}


@pytest.mark.parametrize("values", [{"source": "magic"}, {"action": "guessed"}])
def test_database_takes_known_words_only(values):
    with pytest.raises(IntegrityError, match="known"):
        make_entry(**values)
