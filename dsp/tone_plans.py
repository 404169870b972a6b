"""Tones: what they are made of, and each country's set of progress tones.

Sources: ITU-T E.180 supplement 2 and national practice; frequencies and cadences of most countries
agree with libtonezone's zones. Romania's are from public PBX tone tables; its busy tone is faster
than most countries' congestion, so the names follow the country and never the speed.
"""

from dataclasses import dataclass, replace

from dsp.errors import UnknownCountry, UnknownSound

__all__ = [
    "CALLER_ALERTING_TONE",
    "CONFIRMATION_TONE",
    "ERROR_TONE",
    "HOWLER_TONE",
    "ON_HOOK_ALERTING_TONE",
    "Segment",
    "Tone",
    "TonePlan",
    "countries",
    "tone_plan",
    "with_disconnect_tone",
]


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of one or two sines, or of silence."""

    frequencies_hz: tuple[float, ...]
    """None (silence), one or two."""
    duration_ms: int
    level_dbm0: float = -13.0
    """Of each frequency by itself."""


@dataclass(frozen=True, slots=True)
class Tone:
    """Segments one after the other, once or again and again."""

    name: str
    segments: tuple[Segment, ...]
    repeat: bool


@dataclass(frozen=True, slots=True)
class TonePlan:
    """A country's tones, and how its telephones ring."""

    country: str
    dial: Tone
    ringback: Tone
    busy: Tone
    congestion: Tone
    call_waiting: Tone
    ring_cadence_ms: tuple[int, ...]
    """On and off in turn."""


def _tone(name: str, frequencies_hz: tuple[float, ...], cadence_ms: tuple[int, ...]) -> Tone:
    """A repeated tone; no cadence: a continuous one."""
    if not cadence_ms:
        return Tone(name, (Segment(frequencies_hz, 1000),), repeat=True)
    segments = tuple(
        Segment(frequencies_hz if place % 2 == 0 else (), length)
        for place, length in enumerate(cadence_ms)
    )
    return Tone(name, segments, repeat=True)


def _alternating(tone: Tone, softer_db: float) -> Tone:
    """The tone with every other burst softer."""
    segments = tuple(
        replace(each, level_dbm0=each.level_dbm0 - softer_db * (place % 4 == 2))
        for place, each in enumerate(tone.segments)
    )
    return replace(tone, segments=segments)


_Row = tuple[tuple[float, ...], tuple[int, ...]]


def _plan(
    country: str,
    *,
    dial: _Row,
    ringback: _Row,
    busy: _Row,
    congestion: _Row,
    softer_db: float = 0.0,
) -> TonePlan:
    """softer_db: of every other burst of the congestion tone."""
    frequency = busy[0][:1]
    waiting = Tone("call_waiting", (Segment(frequency, 200), Segment((), 3800)), repeat=True)
    return TonePlan(
        country=country,
        dial=_tone("dial", *dial),
        ringback=_tone("ringback", *ringback),
        busy=_tone("busy", *busy),
        congestion=_alternating(_tone("congestion", *congestion), softer_db),
        call_waiting=waiting,
        ring_cadence_ms=ringback[1],
    )


def _single(
    country: str,
    frequency_hz: float,
    ring_ms: tuple[int, ...],
    busy_ms: tuple[int, ...],
    congestion_ms: tuple[int, ...],
    dial_ms: tuple[int, ...] = (),
) -> TonePlan:
    """A country that makes all its tones of one frequency, as most of Europe does."""
    tone = (frequency_hz,)
    return _plan(
        country,
        dial=(tone, dial_ms),
        ringback=(tone, ring_ms),
        busy=(tone, busy_ms),
        congestion=(tone, congestion_ms),
    )


_PLANS = {
    plan.country: plan
    for plan in (
        _plan(
            "us",
            dial=((350, 440), ()),
            ringback=((440, 480), (2000, 4000)),
            busy=((480, 620), (500, 500)),
            congestion=((480, 620), (250, 250)),
        ),
        _plan(
            "uk",
            dial=((350, 440), ()),
            ringback=((400, 450), (400, 200, 400, 2000)),
            busy=((400,), (375, 375)),
            congestion=((400,), (400, 350, 225, 525)),
        ),
        # Dial and ringback are 425 Hz modulated by 25; every other burst of congestion is softer.
        _plan(
            "au",
            dial=((413, 438), ()),
            ringback=((413, 438), (400, 200, 400, 2000)),
            busy=((425,), (375, 375)),
            congestion=((425,), (375, 375, 375, 375)),
            softer_db=10.0,
        ),
        # 400 Hz modulated by 25.
        _plan(
            "in",
            dial=((375, 425), ()),
            ringback=((375, 425), (400, 200, 400, 2000)),
            busy=((400,), (750, 750)),
            congestion=((400,), (250, 250)),
        ),
        # Ringback is 400 Hz modulated by 16; busy and congestion are one tone.
        _plan(
            "jp",
            dial=((400,), ()),
            ringback=((384, 416), (1000, 2000)),
            busy=((400,), (500, 500)),
            congestion=((400,), (500, 500)),
        ),
        _single("at", 420, (1000, 5000), (400, 400), (200, 200)),
        _single("bg", 425, (1000, 4000), (500, 500), (250, 250)),
        _single("br", 425, (1000, 4000), (250, 250), (250, 250, 750, 250)),
        _single("ch", 425, (1000, 4000), (500, 500), (200, 200)),
        _single("cn", 450, (1000, 4000), (350, 350), (700, 700)),
        _single("cz", 425, (1000, 4000), (330, 330), (165, 165), (330, 330, 660, 660)),
        _single("de", 425, (1000, 4000), (480, 480), (240, 240)),
        _single("dk", 425, (1000, 4000), (500, 500), (200, 200)),
        _single("es", 425, (1500, 3000), (200, 200), (200, 200, 200, 200, 200, 600)),
        _single("fr", 440, (1500, 3500), (500, 500), (250, 250)),
        _single("hu", 425, (1250, 3750), (300, 300), (300, 300)),
        _single("it", 425, (1000, 4000), (500, 500), (200, 200), (200, 200, 600, 1000)),
        _single("nl", 425, (1000, 4000), (500, 500), (250, 250)),
        _single("pl", 425, (1000, 4000), (500, 500), (500, 500)),
        _single("ro", 450, (1850, 4150), (167, 167), (500, 500)),
        _single("ru", 425, (1000, 4000), (350, 350), (175, 175)),
        _single("se", 425, (1000, 5000), (250, 250), (250, 750)),
    )
}

CONFIRMATION_TONE = Tone(
    "confirmation",
    (Segment((1000,), 80), Segment((), 60), Segment((1400,), 80)),
    repeat=False,
)
"""Two short rising beeps: the switch did what was asked."""

ERROR_TONE = Tone("error", (Segment((330,), 400), Segment((), 100)), repeat=False)
"""A low beep: the switch did not."""

HOWLER_TONE = Tone("howler", (Segment((1400, 2060), 100, -6.0), Segment((), 100)), repeat=True)
"""For a handset left off its hook: two of the off-hook warning's frequencies, loud (Telcordia GR-506)."""

_ALERTING_HZ, _ALERTING_DBM0 = (2130.0, 2750.0), -16.0
CALLER_ALERTING_TONE = Tone(
    "caller_alerting", (Segment(_ALERTING_HZ, 80, _ALERTING_DBM0),), repeat=False
)
"""Tells a telephone in a call that the number of another caller follows. 75 to 85 ms, -32 to -14 dBm at
the telephone (Telcordia GR-30, 2.4.1; EN 300 659-2, clause 6: dual tone alerting signal)."""

ON_HOOK_ALERTING_TONE = Tone(
    "on_hook_alerting", (Segment(_ALERTING_HZ, 100, _ALERTING_DBM0),), repeat=False
)
"""The same for a telephone on its hook, where lines send it before the number: 88 to 110 ms (BT SIN 227;
EN 300 659-1, clause 6.1.1)."""


def tone_plan(country: str) -> TonePlan:
    """Returns the country's plan.

    Args:
        country: Two letters as in `countries`; case does not matter.

    Raises:
        UnknownCountry: There is none; the message lists those there are.
    """
    try:
        return _PLANS[country.lower()]
    except KeyError:
        raise UnknownCountry(country, countries()) from None


def countries() -> tuple[str, ...]:
    """Returns the names of all plans, sorted."""
    return tuple(sorted(_PLANS))


def with_disconnect_tone(
    plan: TonePlan, frequencies_hz: tuple[float, ...], cadence_ms: tuple[int, ...]
) -> TonePlan:
    """Returns a plan for a line whose exchange tells the far end's hang-up by a tone of its own.

    In it that tone is the busy tone, and nothing else but the country's dial tone is listened for.

    Args:
        plan: The country's.
        frequencies_hz: One or two.
        cadence_ms: On and off in turn.

    Raises:
        UnknownSound: The tone has no cadence, or more than eight segments or two frequencies.
    """
    if not 1 <= len(frequencies_hz) <= 2 or not all(250 <= each <= 2000 for each in frequencies_hz):
        raise UnknownSound(
            f"{frequencies_hz} Hz: one or two frequencies of 250 to 2000 are expected"
        )
    length = len(cadence_ms)
    if length not in (2, 4, 6, 8) or not all(60 <= each <= 6000 for each in cadence_ms):
        raise UnknownSound(
            f"cadence {cadence_ms}: two to eight lengths of 60 to 6000 ms are expected, on and off in turn"
        )
    tone = _tone("busy", frequencies_hz, cadence_ms)
    return replace(plan, ringback=plan.dial, busy=tone, congestion=tone)
