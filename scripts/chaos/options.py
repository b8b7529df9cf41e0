"""The arguments, each of which may also stand in the environment."""

import argparse
import os
import secrets
from dataclasses import dataclass

from apps.shipments.carrier_emulator import FAULTS

MODES = ("production", "embedded")
ALL_FAULTS = ",".join(FAULTS)


@dataclass(frozen=True)
class Options:
    """What a run is told."""

    seconds: float  # of fault
    seed: str
    mode: str
    buyers: int
    carrier_faults: tuple[str, ...]


def read_options(arguments: list[str] | None = None) -> Options:
    """Return the options; exits with 2 and a sentence when they cannot be used."""
    parser = argparse.ArgumentParser(
        prog="python -m scripts.chaos",
        description="Start the store, put buyers on it, pull plugs at random, and check what became of it.",
        epilog="The environment may give each option too: CHAOS_SECONDS for --seconds. Empty is not given.",
    )
    given = {name: os.environ.get(f"CHAOS_{name.upper()}") for name in ("seconds", "seed", "mode", "buyers")}
    parser.add_argument("--seconds", type=float, default=given["seconds"] or "120", help="default: 120")
    parser.add_argument("--seed", default=given["seed"] or secrets.token_hex(4), help="default: a new one")
    parser.add_argument("--mode", choices=MODES, default=given["mode"] or MODES[0])
    parser.add_argument("--buyers", type=int, default=given["buyers"] or "12", help="default: 12")
    parser.add_argument(
        "--carrier-faults",
        type=_faults,
        default=os.environ.get("CHAOS_CARRIER_FAULTS") or ALL_FAULTS,
        help=f"default: {ALL_FAULTS}",
    )
    return Options(**vars(parser.parse_args(arguments)))


def _faults(text: str) -> tuple[str, ...]:
    faults = tuple(filter(None, text.split(",")))
    if unknown := set(faults) - set(FAULTS):
        raise argparse.ArgumentTypeError(f"the carrier knows no {', '.join(sorted(unknown))}")
    return faults
