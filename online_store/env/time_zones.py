"""The names of the IANA time zone database."""

from pathlib import Path
from zoneinfo import available_timezones

from online_store.env.values import Unusable

MACHINE_ZONES = Path("/usr/share/zoneinfo")


def time_zone(text: str) -> str:
    """Return the name of a time zone."""
    # Where the machine has a list, Django believes that one alone, and ends with a traceback.
    if text in available_timezones() and (not MACHINE_ZONES.is_dir() or (MACHINE_ZONES / text).is_file()):
        return text
    raise Unusable("must be the IANA name of a time zone, such as Europe/Moscow")
