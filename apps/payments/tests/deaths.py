"""Deaths of processes, as by `kill -9`, in the middle of what they do with money."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from django.db import connection

from apps.payments.providers import emulator as adapter


class Death(BaseException):
    """The process is killed: no handler gets to see it, what is not committed is lost, a lease stays."""


@contextmanager
def death_at(step: int) -> Iterator[None]:
    """Kill what runs inside at the so manieth step, if it has so many.

    A step is a statement, among them the first after a transaction was committed, a call of the provider, and
    its answer.
    """
    steps = iter(range(1, step + 1))
    call = adapter.call

    def pass_on() -> None:
        if next(steps, None) == step:
            raise Death

    def executed(execute: Any, *arguments: Any) -> Any:
        pass_on()
        return execute(*arguments)

    def called(*arguments: Any, **more: Any) -> Any:
        pass_on()
        answer = call(*arguments, **more)
        pass_on()
        return answer

    try:
        with connection.execute_wrapper(executed), patch.object(adapter, "call", called):
            yield
    finally:
        connection.close()
