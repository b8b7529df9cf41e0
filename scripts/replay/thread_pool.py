"""Threads that share a step's work, and the line that shows how far it got."""

import sys
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from types import TracebackType
from typing import Self, TypeVar

TERMINAL_SECONDS = 0.1  # between two lines of progress
LOG_SECONDS = 5.0

Thing = TypeVar("Thing")
Result = TypeVar("Result")


class Progress:
    """One line that a terminal sees rewritten, and a log every few seconds."""

    def __init__(self, title: str, total: int, *, started: float | None = None) -> None:
        self.title = title
        self.total = total
        self.done = 0
        self._started = started or time.monotonic()
        self._shown = time.monotonic()

    def step(self, count: int = 1) -> None:
        self.done += count
        pause = TERMINAL_SECONDS if sys.stdout.isatty() else LOG_SECONDS
        if self.done < self.total and time.monotonic() - self._shown >= pause:
            self._print(end="")

    def finish(self) -> None:
        self._print(end="\n")

    def _print(self, *, end: str) -> None:
        self._shown = time.monotonic()
        rate = self.done / max(self._shown - self._started, 0.001)
        line = f"{self.title:<24} {self.done:>7,} of {self.total:,}  {rate:,.1f}/s"
        if sys.stdout.isatty():
            print(f"\r{line}\x1b[K", end=end, flush=True)
        else:
            print(line, flush=True)


class ThreadPool:
    """A fixed number of threads, each with its own connection to the store."""

    def __init__(self, size: int) -> None:
        self._pool = ThreadPoolExecutor(size)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.shutdown(cancel_futures=True)

    def each(self, work: Callable[[Thing], Result], things: Iterable[Thing]) -> Iterator[Result]:
        """Yield the results as they come; the first error stops the rest."""
        futures = [self._pool.submit(work, thing) for thing in things]
        try:
            for future in as_completed(futures):
                yield future.result()
        finally:
            for future in futures:
                future.cancel()

    def run(self, title: str, work: Callable[[Thing], Result], things: Iterable[Thing]) -> list[Result]:
        """Do all the work while showing how far it got."""
        things = list(things)
        progress = Progress(title, len(things))
        results = []
        for result in self.each(work, things):
            results.append(result)
            progress.step()
        progress.finish()
        return results
