"""Prints how many ISDN calls a second the whole appliance sets up and clears, and what that costs.

    python -m scripts.bench_pri_calls [--rate 100] [--calls 10000] [--spans 16] [--json]

The appliance runs as its own processes, with its journal on disk and its pump on every channel, in a
temporary folder. At the far end, on the same processors, another PRI worker plays the carrier, and this
process its callers: half of them hang up, the others wait until the appliance does. Exits with 1 when
something was lost, leaked, or came out wrong at the rate asked for.
"""

import argparse
import json
import sys
from typing import Any

from firmware_host.control_socket import ControlError
from scripts.pri_load.appliance import LoadError
from scripts.pri_load.load import Load, Stage, run_load
from scripts.pri_load.report import table

RATES = (25.0, 50.0, 100.0, 150.0, 200.0, 300.0, 400.0, 500.0, 600.0)
"""Until one is not kept up."""


def stages(arguments: argparse.Namespace) -> list[Stage]:
    """What to do, one after the other."""
    if arguments.calls is not None:
        return [Stage(rate_per_s=arguments.rate or 100.0, calls=arguments.calls)]
    rates = (arguments.rate,) * arguments.repeat if arguments.rate else RATES
    return [Stage(rate_per_s=rate, seconds=arguments.seconds) for rate in rates]


def failed(arguments: argparse.Namespace, result: dict[str, Any]) -> bool:
    """Stepping upward ends where it ends; a rate that was asked for is to be kept up."""
    if arguments.rate or arguments.calls:
        return bool(result["faults"])
    return not result["sustained_per_s"]


def main() -> int:
    """Parses the arguments and runs."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--rate", type=float, help="calls a second; left out: stepping upward")
    parser.add_argument("--seconds", type=float, default=15.0, help="for each rate")
    parser.add_argument("--repeat", type=int, default=1, help="with --rate: so many times")
    parser.add_argument("--calls", type=int, help="so many calls at one rate: a soak")
    parser.add_argument("--spans", type=int, default=16, help="E1 of 30 channels")
    parser.add_argument("--brief", action="store_true", help="calls of half a second, without menu")
    parser.add_argument("--oam", action="store_true", help="with OAM writing records beside it")
    parser.add_argument("--record", action="store_true", help="with a recording of every call")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true", help="figures as JSON instead of a table")
    arguments = parser.parse_args()
    load = Load(
        stages=stages(arguments),
        spans=arguments.spans,
        brief=arguments.brief,
        oam=arguments.oam,
        record=arguments.record,
        seed=arguments.seed,
        until_fault=arguments.rate is None and arguments.calls is None,
    )
    try:
        result = run_load(load, lambda text: print(text, file=sys.stderr, flush=True))
    except (LoadError, ControlError) as error:
        print(f"The load ended: {error}", file=sys.stderr)
        return 1
    print(json.dumps(result) if arguments.json else table(result))
    for line in result["warnings"][:20]:
        print(f"  log: {line}", file=sys.stderr)
    for fault in result["faults"]:
        print(f"Not as it should be: {fault}", file=sys.stderr)
    return 1 if failed(arguments, result) else 0


if __name__ == "__main__":
    sys.exit(main())
