"""Compiled output has every member of every row: fields that could leave one out are refused."""

import pytest
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from rest_framework import serializers

from apps.core.api.serializers import OutputSerializer

PERMISSION = Permission(pk=1, codename="view_mug", content_type=ContentType(pk=2, model="mug"))


class KindField(serializers.ReadOnlyField):
    """A field that is asked itself: it writes in its own way."""

    def to_representation(self, value: ContentType) -> str:
        return value.model


class PermissionOutput(OutputSerializer[Permission]):
    content_type = KindField()

    class Meta:
        model = Permission
        fields = ("id", "codename", "content_type")


def test_every_member_is_written():
    assert PermissionOutput(PERMISSION).data == {"id": 1, "codename": "view_mug", "content_type": "mug"}


@pytest.mark.parametrize(
    "field",
    [
        serializers.CharField(source="content_type.model"),
        serializers.CharField(source="content_type.model", allow_null=True, read_only=True),
        serializers.CharField(default="none"),
    ],
    ids=["behind a relation", "null behind a relation", "with a default"],
)
def test_field_that_may_be_missing_is_refused(field: serializers.Field):
    class Output(PermissionOutput):
        codename = field

    with pytest.raises(TypeError, match="codename may be missing from a row: make a method field of it"):
        _written = Output(PERMISSION).data


@pytest.mark.parametrize("field", [KindField(source="kind"), serializers.CharField(source="kind")], ids=str)
def test_row_without_a_member_is_refused(field: serializers.Field):
    class Output(PermissionOutput):
        content_type = field

    with pytest.raises(AttributeError, match="kind"):
        _written = Output(PERMISSION).data
