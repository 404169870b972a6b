"""Afterwards: what the journal and the recordings say, held against what the callers did."""

import statistics
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import soundfile
from callers import Tally
from office import Office

import acd
from firmware_host.journal_format import read_segment, segments

__all__ = ["Audit", "Bursts", "Recordings", "audit_journal"]

_RING_LIMIT_S = 1.0
_LENGTH_TOLERANCE_S = 0.15
_RATE_HZ = 8000


class Recordings:
    """Measures and removes complete recordings, so that an hour fits on the disk."""

    def __init__(self, folder: Path) -> None:
        self.lengths_s: dict[str, float] = {}
        """Of each recording, by its file's name within the folder."""
        self.unreadable: list[str] = []
        self._folder = folder

    def collect(self, older_than: float) -> None:
        """Takes those that nobody has written to since then, a time of the wall clock."""
        for path in self._folder.rglob("*.wav"):
            if path.stat().st_mtime > older_than:
                continue
            name = str(path.relative_to(self._folder))
            try:
                self.lengths_s[name] = soundfile.info(path).frames / _RATE_HZ
            except soundfile.LibsndfileError:
                self.unreadable.append(name)
            path.unlink()


class Bursts:
    """Ring bursts as the far end saw them, fetched before it forgets them."""

    def __init__(self) -> None:
        self.seen: list[tuple[float, str]] = []

    def collect(self, office: Office) -> None:
        """Takes those that came since the last time."""
        since_s = self.seen[-1][0] if self.seen else 0.0
        self.seen += [(at_s, port) for at_s, port in office.ask("town", "bursts", since_s=since_s)]


@dataclass(frozen=True)
class Audit:
    """What came out."""

    calls: int
    ended: int
    causes: dict[str, int]
    talked: int
    wrong_keys: int
    """Answered calls whose keys on record are not what the caller pressed."""
    unknown_numbers: int
    """Calls on record without the caller's number."""
    recordings: int
    recordings_unreadable: int
    recordings_of_wrong_length: int
    recordings_lost: int
    rings: int
    rings_unseen: int
    """Handsets asked to ring whose far end saw no ringing within a second."""
    ring_ms: dict[str, float]
    """From the decision to the far end: p50, p99, max."""
    damage: int

    def as_dict(self) -> dict[str, Any]:
        """Plain values."""
        return asdict(self)


def audit_journal(
    folder: Path, tally: Tally, recordings: Recordings, bursts: list[tuple[float, str]]
) -> Audit:
    """Reads the whole journal; ``bursts`` are the far end's ring bursts, by the monotonic clock."""
    numbers: dict[str, str | None] = {}
    keys: dict[str, str] = {}
    causes: Counter[str] = Counter()
    recorded: dict[str, tuple[str, float, float]] = {}
    offers: list[tuple[float, str]] = []
    connected: set[str] = set()
    answered: set[str] = set()
    lost = 0
    damage: list[Any] = []
    for segment in segments(folder):
        for entry, _ in read_segment(segment, damage):
            match entry.fact():
                case acd.CallOfferedToUs(call=call, number=number):
                    numbers[call] = number
                case acd.CallAnswered(call=call):
                    answered.add(call)
                case acd.KeyPressed(call=call, key=key):
                    keys[call] = keys.get(call, "") + key
                case acd.OfferMade(station=station):
                    offers.append((entry.monotonic_s, station))
                case acd.CallConnected(call=call):
                    connected.add(call)
                case acd.RecordingStarted(call=call, file=file):
                    recorded[call] = (file, entry.monotonic_s, 0.0)
                case acd.RecordingStopped(call=call):
                    file, began, _ = recorded[call]
                    recorded[call] = (file, began, entry.monotonic_s)
                case acd.RecordingLost():
                    lost += 1
                case acd.CallEnded(cause=cause):
                    causes[cause] += 1
                case _:
                    pass
    rings = _ring_times_s(offers, bursts)
    seen = [each for each in rings if each is not None]
    wrong = sum(
        keys.get(call, "") != tally.pressed.get(number or "", "")
        for call, number in numbers.items()
        if call in answered and number in tally.pressed
    )
    return Audit(
        calls=len(numbers),
        ended=causes.total(),
        causes=dict(causes),
        talked=len(connected),
        wrong_keys=wrong,
        unknown_numbers=sum(number is None for number in numbers.values()),
        recordings=len(recordings.lengths_s),
        recordings_unreadable=len(recordings.unreadable),
        recordings_of_wrong_length=_wrong_lengths(recorded, recordings),
        recordings_lost=lost,
        rings=len(rings),
        rings_unseen=len(rings) - len(seen),
        ring_ms=_percentiles_ms(seen),
        damage=len(damage),
    )


def _ring_times_s(
    offers: list[tuple[float, str]], bursts: list[tuple[float, str]]
) -> list[float | None]:
    """How long after each decision the handset rang; None: it did not within a second."""
    by_station: dict[str, list[float]] = {}
    for at_s, station in sorted(bursts):
        by_station.setdefault(station, []).append(at_s)
    found: list[float | None] = []
    for at_s, station in offers:
        after = [burst - at_s for burst in by_station.get(station, []) if burst >= at_s]
        found.append(after[0] if after and after[0] < _RING_LIMIT_S else None)
    return found


def _wrong_lengths(recorded: dict[str, tuple[str, float, float]], recordings: Recordings) -> int:
    wrong = 0
    for file, began, ended in recorded.values():
        if ended and file in recordings.lengths_s:
            wrong += abs(recordings.lengths_s[file] - (ended - began)) > _LENGTH_TOLERANCE_S
    return wrong


def _percentiles_ms(times_s: list[float]) -> dict[str, float]:
    if len(times_s) < 2:
        return {}
    cuts = statistics.quantiles(times_s, n=100, method="inclusive")
    figures = {"p50": cuts[49], "p99": cuts[98], "max": max(times_s)}
    return {name: round(value * 1000, 2) for name, value in figures.items()}
