"""Figures of the benchmark, with their targets."""

from dataclasses import asdict, dataclass, field
from typing import Any

from benchmarks.rounds import Series


@dataclass(frozen=True)
class Figure:
    """One line of the table: a value and its bound; a figure without one is only reported."""

    name: str
    value: float
    unit: str = "×"
    at_least: float | None = None
    at_most: float | None = None
    note: str = ""
    rounds: dict[str, list[float]] = field(default_factory=dict)

    @property
    def is_reached(self) -> bool:
        """Tell whether the value keeps its bound."""
        high_enough = self.at_least is None or self.value >= self.at_least
        return high_enough and (self.at_most is None or self.value <= self.at_most)

    @property
    def bound(self) -> float | None:
        """Return the bound, whichever it is."""
        return self.at_least if self.at_least is not None else self.at_most

    @property
    def target(self) -> str:
        """Return the bound for people."""
        if self.bound is None:
            return "none"
        return f"at {'least' if self.at_least is not None else 'most'} {self.bound:.3g}"

    @property
    def outcome(self) -> str:
        """Return what became of the bound, for people."""
        if self.bound is None:
            return ""
        return "met" if self.is_reached else "**missed**"

    @property
    def spread(self) -> str:
        """Return the least and the most of each side, for people."""
        return "; ".join(f"{side}: {min(all_):.4g} to {max(all_):.4g}" for side, all_ in self.rounds.items())

    def as_json(self) -> dict[str, Any]:
        """Return the figure for `results.json`."""
        return asdict(self)


def ratio(name: str, series: Series, side: str, to: str, **bounds: Any) -> Figure:
    """Return the ratio of two sides, with all rounds."""
    note = f"{series.median(side):,.0f} against {series.median(to):,.0f} requests/s"
    return Figure(name, series.ratio(side, to), note=note, rounds=series.rounds, **bounds)
