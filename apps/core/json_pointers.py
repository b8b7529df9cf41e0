"""JSON pointers (RFC 6901) to places in a body."""

from typing import Self


class Pointer(str):
    """The place of a member within the value that holds it.

    As a key of validation errors it is taken as it stands: whatever a caller names a member, it is not
    mistaken for one of the keys under which Django and the REST framework put the faults of a whole value.
    """

    __slots__ = ()

    @classmethod
    def to(cls, name: object) -> Self:
        """Return the pointer to the member of this name, or to the entry of this number."""
        text = str(name).replace("~", "~0").replace("/", "~1")
        return cls("/" + text.encode(errors="replace").decode())  # no response can hold half a surrogate
