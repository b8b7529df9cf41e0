"""Delivery zones in memory: which of them a place lies in, the most specific first."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from apps.core.normalization import name_key
from apps.delivery.models import DeliveryZone

# A country, a region's key and the beginning of a postal code; the last two may be empty.
Part = tuple[str, str, str]


@dataclass(frozen=True)
class Place:
    """Where something is delivered to, as far as zones go by it."""

    country: str
    region: str = ""
    postal_code: str = ""


@dataclass(frozen=True)
class Zones:
    """The zones: what they are called, which have each part of the world, and which are everywhere."""

    names: Mapping[int, str]
    of_part: Mapping[Part, Sequence[int]]  # ids, the lowest first
    everywhere: Sequence[int]

    def around(self, place: Place) -> list[int | None]:
        """Return the ids of the zones that the place lies in, the most specific first.

        A zone counts by its best part; equals are in the order of their ids. None, which is everywhere and
        the last but for zones without parts, is always among them.
        """
        found = [pk for part in _parts_of(place) for pk in self.of_part.get(part, ())]
        return [*dict.fromkeys(found), None, *self.everywhere]


def compact_postal_code(text: str) -> str:
    """Return a postal code, or how some begin, in capitals and without spaces and hyphens."""
    return "".join(text.split()).replace("-", "").upper()


def load_zones() -> Zones:
    """Read the zones and their parts."""
    names: dict[int, str] = {}
    of_part: dict[Part, list[int]] = defaultdict(list)
    everywhere = []
    columns = ("pk", "name", "members__country", "members__region", "members__postal_prefix")
    for pk, name, country, region, prefix in DeliveryZone.objects.order_by("pk").values_list(*columns):
        names[pk] = name
        if country is None:
            everywhere.append(pk)
        else:
            of_part[country, name_key(region), compact_postal_code(prefix)].append(pk)
    return Zones(names, dict(of_part), everywhere)


def _parts_of(place: Place) -> Iterator[Part]:
    """Yield every part of the world that the place lies in: longer postal codes first, then the region."""
    code, region = compact_postal_code(place.postal_code), name_key(place.region)
    for length in range(len(code), -1, -1):
        for each in dict.fromkeys((region, "")):
            yield place.country, each, code[:length]
