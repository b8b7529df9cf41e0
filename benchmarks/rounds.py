"""Taking turns: what is compared is measured in one run, one after the other, round for round."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import median

ROUNDS = 5


@dataclass(frozen=True)
class Series:
    """What the sides came to, round for round."""

    rounds: dict[str, list[float]]

    def median(self, side: str) -> float:
        """Return the side's median."""
        return median(self.rounds[side])

    def ratio(self, side: str, to: str) -> float:
        """Return the median of the side's ratios to the other in the same round."""
        return median(self.ratios(side, to))

    def ratios(self, side: str, to: str) -> list[float]:
        """Return the side's ratio to the other, round for round."""
        return [mine / theirs for mine, theirs in zip(self.rounds[side], self.rounds[to], strict=True)]


def take_turns(sides: Mapping[str, Callable[[], float]], *, rounds: int = ROUNDS) -> Series:
    """Measure the sides A B, A B, … after one round that warms them up and does not count."""
    series: dict[str, list[float]] = {name: [] for name in sides}
    for number in range(rounds + 1):
        for name, measure in sides.items():
            value = measure()
            if number:
                series[name].append(value)
    return Series(series)
