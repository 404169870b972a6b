"""Two ends of a card at signal level, no ACD: what every card must let every line do.

On a `LineBench` port 0 is a trunk (FXO near, FXS far), port 1 a handset (FXS near, FXO far); a `TieBench`
has one E&M trunk. Lines, planes and media are the product's; only the cable differs from card to card:
`cables` has those whose clock is made up, `dahdi_cable` the kernel driver's, where time is real. So tests
say what they wait for and how long at most; a plain `run` is for what must not come.
"""

from collections.abc import Callable

from drivers import (
    CallerIdMode,
    CardLost,
    DigitReceived,
    Disconnect,
    EmLine,
    EmSettings,
    FxoLine,
    FxoSettings,
    FxsLine,
    FxsSettings,
    HardwareCommand,
    PortKind,
    PulseDialling,
)
from dsp import DescriptorLost, EventFetched, Law, Plane, tone_plan
from firmware_host.line_media import InlineCallerIdReader, LineMedia, ListenAlso

KINDS = {FxoLine: PortKind.FXO, FxsLine: PortKind.FXS, EmLine: PortKind.EM}
IDLE_OCTETS = {Law.ALAW: 0xD5, Law.MULAW: 0xFF}
LINE_EVENTS = (
    "CallOffered",
    "CallWaiting",
    "Alerting",
    "Proceeding",
    "Answered",
    "DigitReceived",
    "HookFlashed",
    "Cleared",
    "OutOfService",
    "InService",
)
CLEVER = {"flash_minimum_s": 0.0, "flash_maximum_s": 0.0}
"""FXS on a card that counts pulses and detects flashes, as the call server sets its lines."""


class SideOfBench:
    def __init__(self, lines, country: str, law: Law, *, is_near: bool) -> None:
        self.lines = lines
        self.is_near = is_near
        self.plane = Plane(len(lines), law=law)
        self.media = LineMedia(
            self.plane,
            tone_plan(country),
            law,
            InlineCallerIdReader(),
            listen_also=ListenAlso(progress=not is_near),
        )
        self.idle_octet = IDLE_OCTETS[law]
        self.events = [[] for _ in lines]
        self.heard = [[] for _ in lines]
        self.card = None
        self.places = ()
        self.lost = ""
        "Why the card is gone."

    def kind(self, line) -> PortKind:
        return KINDS[type(line)]

    def plug_in(self, card, cable) -> None:
        self.card, self.lost = card, ""
        self.places = cable.places(tuple(self.kind(line) for line in self.lines))
        cable.attach(self)
        for port, line in enumerate(self.lines):
            self.outputs(port, line.start(cable.now))

    def step(self, now: float) -> None:
        if self.card is None:
            return
        try:
            changes = self.card.poll()
        except CardLost as error:
            self.lost, self.card = str(error), None
            return
        for place, event in changes:
            self.receive(self.places.index(place), event, now)
        for detection in self.plane.detections():
            if isinstance(detection, EventFetched):
                place = self.places[detection.slot]
                for event in self.card.take_event(place, detection.value):
                    self.receive(detection.slot, event, now)
            elif isinstance(detection, DescriptorLost):
                self.card.take_loss(self.places[detection.slot])
            else:
                self._heard(detection, now)
        for slot, caller in self.media.read_caller_ids():
            self.receive(slot, caller, now)
        for port, line in enumerate(self.lines):
            timer = line.next_timer()
            if timer is not None and timer <= now:
                self.outputs(port, line.handle_timer(now))

    def _heard(self, detection, now: float) -> None:
        heard = self.media.heard(detection)
        if heard is not None:
            slot, what = heard
            self.heard[slot].append(what)
            self.receive(slot, what, now)

    def receive(self, port: int, event, now: float) -> None:
        self.outputs(port, self.lines[port].receive(event, now))

    def outputs(self, port: int, outputs) -> None:
        for output in outputs:
            if isinstance(output, HardwareCommand):
                if self.card is not None:
                    self.card.perform(self.places[port], output)
            elif type(output).__name__ in LINE_EVENTS:
                self.events[port].append(output)
            else:
                self.media.perform(port, output)

    def digits(self, port: int) -> str:
        told = self.events[port]
        return "".join(event.digit for event in told if isinstance(event, DigitReceived))

    @property
    def lost_speech(self) -> bool:
        """The machine was too late for blocks: nothing that depends on sound can be judged."""
        counters = self.plane.counters()
        counts = (counters.lost_blocks, counters.slips, counters.write_overruns)
        gaps = getattr(self.card, "underruns", {})
        return counters.skipped_ticks > 0 or bool(gaps) or any(each.any() for each in counts)

    def next_timer(self) -> float | None:
        timers = (line.next_timer() for line in self.lines)
        return min((timer for timer in timers if timer is not None), default=None)


class Bench:
    def __init__(self, cable, country: str, law: Law, near_lines: list, far_lines: list) -> None:
        self.cable = cable
        with cable.setting_up():
            self.near = SideOfBench(near_lines, country, law, is_near=True)
            self.far = SideOfBench(far_lines, country, law, is_near=False)
            kinds = tuple(self.near.kind(line) for line in near_lines)
            near_card, far_card = cable.cards(kinds, law)
            self.far.plug_in(far_card, cable)
            self.near.plug_in(near_card, cable)
        sides = (self.near, self.far)
        self.until(lambda: all(events for side in sides for events in side.events), 2.0)

    @property
    def now(self) -> float:
        return self.cable.now

    def run(self, seconds: float) -> None:
        self.cable.pass_time(self.near, self.far, seconds, lambda: False)

    def until(self, over: Callable[[], bool], within_s: float) -> None:
        """Time passes until it is so, or for this long; whether it is so then is the test's to say."""
        self.cable.pass_time(self.near, self.far, within_s, over)

    def comes(self, side: SideOfBench, port: int, event, *, within_s: float) -> None:
        """The line tells this, and nothing after it."""
        told = side.events[port]
        self.until(lambda: told[-1:] == [event], within_s)
        assert told[-1:] == [event], told

    def dialled(self, side: SideOfBench, port: int, digits: str, *, within_s: float) -> None:
        """The line tells these digits, and no more."""
        self.until(lambda: side.digits(port) == digits, within_s)
        assert side.digits(port) == digits

    def rests(self, side: SideOfBench, port: int, state, *, within_s: float) -> None:
        """The line comes to this state."""
        line = side.lines[port]
        self.until(lambda: line.state is state, within_s)
        assert line.state is state

    def hears(self, side: SideOfBench, port: int, sound, *, within_s: float) -> None:
        """The line hears this."""
        heard = side.heard[port]
        self.until(lambda: sound in heard, within_s)
        assert sound in heard

    def command(self, side: SideOfBench, port: int, command) -> None:
        side.outputs(port, side.lines[port].command(command, self.now))

    def mute_far_end(self) -> None:
        """From here on what the far end says is lost on its way."""
        self.cable.mute(self.far)

    def break_line(self) -> None:
        self.cable.break_line(self.near, self.far)

    def mend_line(self) -> None:
        self.cable.mend_line(self.near, self.far)

    def close(self) -> None:
        self.near.plane.close()
        self.far.plane.close()
        self.cable.close()


class LineBench(Bench):
    def __init__(
        self,
        cable,
        *,
        country: str = "us",
        law: Law = Law.MULAW,
        caller_id: CallerIdMode = CallerIdMode.FSK_AFTER_FIRST_RING,
        disconnect: Disconnect = Disconnect.BATTERY_DROP,
        fxo: dict | None = None,
        fxs: dict | None = None,
        telephone: dict | None = None,
        pulses: bool = False,
    ) -> None:
        cadence_s = tuple(part / 1000 for part in tone_plan(country).ring_cadence_ms)
        by_pulses = {}
        if pulses:
            way = PulseDialling.BY_CARD if cable.clever else PulseDialling.BY_LINE
            by_pulses = {"pulse_dialling": way, "dial_tone_required": False}
        clever = CLEVER if cable.clever else {}
        trunk = FxoSettings(
            **{
                "caller_id": caller_id,
                "clears_on_polarity": disconnect is Disconnect.POLARITY,
                "clears_on_busy_tone": disconnect is Disconnect.BUSY_TONE,
                **by_pulses,
                **(fxo or {}),
            }
        )
        office = FxsSettings(
            **{
                "caller_id": caller_id,
                "disconnect": disconnect,
                "flash_maximum_s": 0.0,
                "ring_cadence_s": cadence_s,
                **clever,
                **(fxs or {}),
            }
        )
        station = FxsSettings(ring_cadence_s=cadence_s, caller_id=caller_id, **clever)
        handset = FxoSettings(
            clears_on_battery_drop=False,
            caller_id=caller_id,
            guard_s=0.2,
            **by_pulses,
            **(telephone or {}),
        )
        super().__init__(
            cable,
            country,
            law,
            [FxoLine(trunk), FxsLine(station)],
            [FxsLine(office), FxoLine(handset)],
        )


class TieBench(Bench):
    """The near end yields in glare, the far end holds, unless told otherwise."""

    def __init__(self, cable, *, near: dict | None = None, far: dict | None = None, **both) -> None:
        super().__init__(
            cable,
            "us",
            Law.MULAW,
            [EmLine(EmSettings(**both, **(near or {})))],
            [EmLine(EmSettings(**both, **{"yields_in_glare": False, **(far or {})}))],
        )
