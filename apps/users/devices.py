"""What a device calls itself."""

from apps.users.models import MAX_DEVICE_LENGTH


def device_label(text: str) -> str:
    """Return what can be shown of the text: printable, in one line, not too long."""
    shown = "".join(char if char.isprintable() else " " for char in text)
    return " ".join(shown.split())[:MAX_DEVICE_LENGTH]
