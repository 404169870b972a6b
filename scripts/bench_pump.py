"""Prints what the pump costs in real time: descriptors read, tick, descriptors written.

    python scripts/bench_pump.py [--json] [--ports 480] [--seconds 30]

A second process is the far end of a virtual card: another plane on the other ends of the card's pipes,
which says digits or noise on every line. The near end listens for digits and progress tones on all of them,
bridges them in pairs and has a conference of ten. It runs in its own process, so a processor that both
share shows as lateness, not as duration.
"""

import argparse
import json
import os
import resource
import select
import signal
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from drivers import CableListener, PortKind, SocketCableEnd, connect_cable
from dsp import Counters, Law, Plane, g711_encode, tone_plan

CONFERENCE = 10
WARM_UP_S = 3.0
PERIOD_S = 0.02


def far_end(listener: CableListener, end: SocketCableEnd) -> None:
    """Says something on every line until killed."""
    chance = np.random.default_rng(1)
    ports = len(end.kinds)
    select.select([listener.descriptor], [], [])
    listener.accept()
    with Plane(ports) as plane:
        noise = g711_encode((chance.normal(0, 600, 16000)).astype(np.int16), Law.ALAW)
        for slot, speech in end.speech_descriptors.items():
            plane.attach(slot, speech.read, write_descriptor=speech.write)
            if slot % 2:
                plane.play(slot, noise, play_id=slot, loop=True)
        plane.start()
        while True:
            for slot in range(0, ports, 2):
                plane.send_digits(slot, "1234567890", play_id=slot, on_ms=100, off_ms=100)
            time.sleep(2.0)
            plane.detections()


def near_end(cable: SocketCableEnd, seconds: float) -> dict[str, Any]:
    """Follows the far end's clock and measures."""
    plan = tone_plan("us")
    ports = len(cable.kinds)
    with Plane(ports) as plane:
        for slot, speech in cable.speech_descriptors.items():
            plane.attach(slot, speech.read, write_descriptor=speech.write, clock=True)
            plane.listen(slot, digits=True, progress=plan)
        members = range(min(CONFERENCE, ports))
        for one in members:
            for other in members:
                if one != other:
                    plane.connect(one, other)
        for slot in range(len(members), ports - 1, 2):
            plane.connect(slot, slot + 1)
            plane.connect(slot + 1, slot)
        privileges = plane.start()
        _drain(plane, WARM_UP_S)
        before = plane.counters()
        began = time.monotonic()
        digits = _drain(plane, seconds)
        lasted_s = time.monotonic() - began
        return {
            "ports": ports,
            "seconds": round(lasted_s, 1),
            "real_time": privileges.real_time,
            "digits": digits,
            **_figures(before, plane.counters(), lasted_s),
        }


def _drain(plane: Plane, seconds: float) -> int:
    heard, until = 0, time.monotonic() + seconds
    while time.monotonic() < until:
        time.sleep(0.05)
        heard += sum(type(each).__name__ == "DigitHeard" for each in plane.detections())
    return heard


def _figures(before: Counters, after: Counters, lasted_s: float) -> dict[str, Any]:
    busy, lateness = after.busy - before.busy, after.lateness - before.lateness
    return {
        "ticks": after.ticks - before.ticks,
        "busy_ms": {f"p{percent}": round(busy.percentile_ms(percent), 3) for percent in (50, 99)},
        "lateness_ms": {
            f"p{percent}": round(lateness.percentile_ms(percent), 3) for percent in (50, 99)
        },
        "of_a_core": round((after.processor_s - before.processor_s) / lasted_s, 4),
        "lost_blocks": int((after.lost_blocks - before.lost_blocks).sum()),
        "slips": int((after.slips - before.slips).sum()),
        "write_overruns": int((after.write_overruns - before.write_overruns).sum()),
        "clock": "line" if after.clock_slot is not None else "monotonic",
    }


def measure(ports: int, seconds: float) -> dict[str, Any]:
    """Starts the far end, measures at the near end, ends the far end."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, max(soft, 8 * ports + 64)), hard))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "cable.sock"
        end = SocketCableEnd((PortKind.FXS,) * ports)
        listener = CableListener(path, end)
        child = os.fork()
        if child == 0:
            far_end(listener, end)
        try:
            return near_end(connect_cable(path), seconds)
        finally:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)


def main() -> None:
    """Parses the arguments, measures, prints."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--ports", type=int, default=480)
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--json", action="store_true", help="one line of JSON instead of a table")
    arguments = parser.parse_args()
    result = measure(arguments.ports, arguments.seconds)
    if arguments.json:
        print(json.dumps(result))
        return
    print(f"the pump, {result['ports']} ports, {result['seconds']} s, system calls included")
    for name in ("busy_ms", "lateness_ms"):
        print(f"  {name:14} " + "  ".join(f"{k} {v:.3f}" for k, v in result[name].items()))
    print(f"  of a core      {result['of_a_core']:.1%}")
    print(
        f"  lost blocks    {result['lost_blocks']}   slips {result['slips']}"
        f"   write overruns {result['write_overruns']}"
    )
    print(
        f"  clock          {result['clock']}   digits heard {result['digits']}"
        f"   real-time priority {'yes' if result['real_time'] else 'no'}"
    )


if __name__ == "__main__":
    main()
