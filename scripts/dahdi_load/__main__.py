"""Inside the DAHDI machine: the pump on 240 channels beside the bare loop, in one run.

Spans of 30 clear channels are joined in pairs. The bare loop reads and writes each channel every 20 ms and
does nothing else; it runs before and after each of the pump's parts, so that both meet the same
machine. Processor time is the process's or the pump's thread's own.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from drivers import DahdiCard, DahdiChannel, DahdiControl
from drivers.dahdi.abi import Event, Law, Signalling
from dsp import CardRequests, EventFetched, Plane, tone_plan
from dsp import Law as PlaneLaw

CHANNELS_PER_SPAN = 30
PARTS = ("idle", "bridged", "digits heard", "digits and tones heard")
LONG_PART = "bridged"
BARE_S = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What one part lost and cost."""

    part: str
    seconds: float
    ticks: int
    lost_blocks: int
    slips: int
    write_overruns: int
    driver_overruns: int
    driver_underruns: int
    processor_percent: float
    bare_percent: float

    @property
    def ratio(self) -> float:
        """Of the bare loop's processor time."""
        return self.processor_percent / self.bare_percent

    @property
    def is_whole(self) -> bool:
        """Whether nothing was lost on the way in or out."""
        lost = self.lost_blocks + self.slips + self.write_overruns + self.driver_overruns
        return lost == 0


def make_spans(control: DahdiControl, channels: int) -> None:
    """Joined pairs with so many channels in all."""
    for pair in range(channels // CHANNELS_PER_SPAN // 2):
        for end in (0, 1):
            control.create_dynamic_span("loc", f"{pair + 1:x}:{end}", CHANNELS_PER_SPAN, 0)
    for span in control.spans():
        for number in range(span.first_channel, span.first_channel + span.channels):
            control.configure_channel(number, Signalling.CLEAR, law=Law.ALAW)
        control.start_span(span.number)


def build_bare_loop(folder: Path) -> Path:
    """Compile it against the driver's headers."""
    source = Path(__file__).with_name("bare_loop.c")
    program = folder / "bare_loop"
    headers = os.environ["DAHDI_HEADERS"]
    subprocess.run(["gcc", "-O2", f"-I{headers}", source, "-o", program], check=True)
    return program


def bare_percent(program: Path, channels: int) -> float:
    """What the bare loop takes of a processor; it must lose nothing, either."""
    words = [str(program), str(channels), str(BARE_S)]
    told = subprocess.run(words, capture_output=True, text=True, check=True).stdout.split()
    read_errors, write_errors = int(told[2]), int(told[3])
    if read_errors or write_errors:
        sys.stderr.write(f"bare loop: {read_errors} read and {write_errors} write errors\n")
    return 100 * float(told[4]) / BARE_S


def prepare(plane: Plane, part: str) -> None:
    """Give the plane this part's work."""
    for slot in range(plane.slots):
        match part:
            case "bridged":
                plane.connect(slot, slot ^ 1)
            case "digits heard":
                plane.listen(slot, digits=True)
            case "digits and tones heard":
                plane.listen(slot, digits=True, progress=tone_plan("us"))
            case _:
                pass


def open_channels(count: int) -> list[DahdiChannel]:
    """All of them, as a card of ours opens them."""
    channels = [DahdiChannel(number) for number in range(1, count + 1)]
    for channel in channels:
        channel.set_audio_mode()
        channel.set_law(Law.ALAW)
        channel.set_buffers(8)
        channel.tell_overruns()
    return channels


def run_part(channels: list[DahdiChannel], part: str, seconds: float, bare: float) -> Figures:
    """The pump on all channels for so long."""
    asked = DahdiCard.speech_requests
    requests = CardRequests(
        event_error=asked.event_error,
        event_request=asked.event_request,
        underrun_event=asked.underrun_event,
    )
    pause = threading.Event()
    with Plane(len(channels), law=PlaneLaw.ALAW) as plane:
        prepare(plane, part)
        for slot, channel in enumerate(channels):
            channel.flush()
            plane.attach(slot, channel.descriptor, clock=True, requests=requests)
        plane.start()
        pause.wait(3.0)
        plane.detections()
        before = plane.counters()
        overruns = underruns = 0
        waited = 0.0
        while waited < seconds:
            step = min(1.0, seconds - waited)
            pause.wait(step)
            waited += step
            events = [each.value for each in plane.detections() if isinstance(each, EventFetched)]
            overruns += events.count(Event.READ_OVERRUN)
            underruns += events.count(Event.WRITE_UNDERRUN)
        after = plane.counters()
    ticks = after.ticks - before.ticks
    return Figures(
        part=part,
        seconds=ticks * 0.02,
        ticks=ticks,
        lost_blocks=int((after.lost_blocks - before.lost_blocks).sum()),
        slips=int((after.slips - before.slips).sum()),
        write_overruns=int((after.write_overruns - before.write_overruns).sum()),
        driver_overruns=overruns,
        driver_underruns=underruns,
        processor_percent=100 * (after.processor_s - before.processor_s) / (ticks * 0.02),
        bare_percent=bare,
    )


def table(figures: list[Figures]) -> str:
    """The figures for people."""
    lines = [
        f"{'part':24} {'seconds':>8} {'lost':>5} {'slips':>5} {'unsent':>6} {'overrun':>7}"
        f" {'dry':>4} {'processor':>9} {'bare loop':>9} {'ratio':>6}"
    ]
    lines += [
        f"{each.part:24} {each.seconds:8.0f} {each.lost_blocks:5} {each.slips:5}"
        f" {each.write_overruns:6} {each.driver_overruns:7} {each.driver_underruns:4}"
        f" {each.processor_percent:8.1f}% {each.bare_percent:8.1f}% {each.ratio:6.2f}"
        for each in figures
    ]
    return "\n".join(lines)


def main() -> int:
    """Run all parts; 1 when a block was lost."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--channels", type=int, default=240, help="a multiple of 60")
    parser.add_argument("--seconds", type=float, default=600.0, help="of the part in calls")
    parser.add_argument("--short", type=float, default=20.0, help="seconds of the other parts")
    asked = parser.parse_args()
    figures: list[Figures] = []
    with DahdiControl() as control, tempfile.TemporaryDirectory() as folder:
        make_spans(control, asked.channels)
        program = build_bare_loop(Path(folder))
        bare = bare_percent(program, asked.channels)
        for part in PARTS:
            sys.stderr.write(f"{part} ...\n")
            channels = open_channels(asked.channels)
            seconds = asked.seconds if part == LONG_PART else asked.short
            done = run_part(channels, part, seconds, bare)
            for channel in channels:
                channel.close()
            after = bare_percent(program, asked.channels)
            figures.append(replace(done, bare_percent=(bare + after) / 2))
            bare = after
    sys.stdout.write(table(figures) + "\n")
    out = Path("/out/dahdi-load.json")
    told = [{**asdict(each), "ratio": round(each.ratio, 3)} for each in figures]
    out.write_text(json.dumps(told, indent=2) + "\n")
    return 0 if all(each.is_whole for each in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
