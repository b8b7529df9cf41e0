"""Failures of a replay."""


class ReplayError(Exception):
    """The replay cannot go on; the text is a sentence for people."""


class StoreGone(ReplayError):
    """The store cannot be reached, or did not come back in time."""


class Refused(ReplayError):
    """The store answered something that the step cannot use."""


class NoAnswer(Exception):
    """A request got no clear answer: it may or may not have been carried out."""

    def __init__(self, reason: str, *, pause_seconds: float) -> None:
        super().__init__(reason)
        self.pause_seconds = pause_seconds
