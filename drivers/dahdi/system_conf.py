"""`system.conf` of dahdi-tools: what `dahdi_cfg` configures the driver by. Read and written; pure.

Source: the comments of dahdi-tools' `system.conf.sample` and what its `dahdi_cfg` accepts. A line is
``keyword=value``; ``#`` and ``;`` begin a comment. Channels are numbered through all spans, in lists of
numbers and ranges: ``1-15,17-31``. Later lines take back what earlier ones said of the same channel.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

__all__ = [
    "Channels",
    "SystemConf",
    "SystemConfDynamic",
    "SystemConfSpan",
    "Unread",
    "parse_system_conf",
    "write_system_conf",
]

_LONGEST_LINE = 1000
_HIGHEST_CHANNEL = 1023
SIGNALLINGS = [
    "fxsks",
    "fxsls",
    "fxsgs",
    "fxoks",
    "fxols",
    "fxogs",
    "e&m",
    "e&me1",
    "clear",
    "unused",
    "bchan",
    "dchan",
    "hardhdlc",
    "mtp2",
    "rawhdlc",
    "fcshdlc",
    "nethdlc",
    "indclear",
    "dacs",
    "dacsrbs",
]
LAWS = ("mulaw", "alaw", "deflaw")
_FRAMINGS = {
    "d4": ("ami", "b8zs"),
    "esf": ("ami", "b8zs"),
    "ccs": ("ami", "hdb3"),
    "cas": ("ami", "hdb3"),
}
"""And the codings that go with each."""
_HIGHEST_TIMING, _HIGHEST_BUILD_OUT, _MOST_DYNAMIC = 128, 7, 256
_OPTIONS = ("crc4", "yellow", "ntte", "term")


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemConfSpan:
    """``span=number,timing,line build-out,framing,coding[,options]``."""

    number: int
    timing: int
    line_build_out: int
    framing: str
    coding: str
    options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemConfDynamic:
    """``dynamic=driver,address,channels,timing``."""

    driver: str
    address: str
    channels: int
    timing: int


@dataclass(frozen=True, slots=True)
class Unread:
    """A line that means nothing to us, and why."""

    number: int
    text: str
    reason: str


Channels = dict[int, str]
"""By channel number."""


@dataclass(slots=True)
class SystemConf:
    """Everything that one file says."""

    spans: list[SystemConfSpan] = field(default_factory=list)
    dynamic: list[SystemConfDynamic] = field(default_factory=list)
    signalling: Channels = field(default_factory=dict)
    idle_bits: Channels = field(default_factory=dict)
    "Of ``cas`` channels: four bits as ``1101``."
    law: Channels = field(default_factory=dict)
    echo_canceller: Channels = field(default_factory=dict)
    zones: tuple[str, ...] = ()
    default_zone: str = ""
    unread: list[Unread] = field(default_factory=list)


class _Mistake(Exception):
    """Why a line can't be read."""


def parse_system_conf(text: str) -> SystemConf:
    """Everything that can be read; the other lines with their reasons in `SystemConf.unread`."""
    conf = SystemConf()
    for number, raw in enumerate(text.splitlines(), 1):
        line = re.split("[#;]", raw[:_LONGEST_LINE], maxsplit=1)[0].strip()
        if not line:
            continue
        try:
            _read_line(conf, line)
        except _Mistake as mistake:
            conf.unread.append(Unread(number, line, str(mistake)))
    return conf


def _read_line(conf: SystemConf, line: str) -> None:
    keyword, equals, value = (part.strip() for part in line.partition("="))
    keyword = keyword.lower()
    if not equals or not value:
        raise _Mistake("it is no `keyword=value`")
    match keyword:
        case "span":
            conf.spans.append(_span(value))
        case "dynamic":
            conf.dynamic.append(_dynamic(value))
        case "loadzone":
            conf.zones = tuple(dict.fromkeys((*conf.zones, value)))
        case "defaultzone":
            conf.default_zone = value
        case "cas":
            channels, _, bits = value.partition(":")
            if not re.fullmatch("[01]{4}", bits.strip()):
                raise _Mistake("idle bits must be four of 0 and 1, as in `cas=1-15:1101`")
            for channel in _channels(channels):
                conf.signalling[channel], conf.idle_bits[channel] = "cas", bits.strip()
        case "echocanceller":
            name, _, channels = value.partition(",")
            for channel in _channels(channels):
                conf.echo_canceller[channel] = name.strip().lower()
        case word if word in LAWS:
            for channel in _channels(value):
                conf.law[channel] = word
        case word if word in SIGNALLINGS:
            for channel in _channels(value.partition(":")[0]):
                conf.signalling[channel] = "bchan" if word == "clear" else word
                conf.idle_bits.pop(channel, None)
        case _:
            raise _Mistake("no keyword that we know")


def _span(value: str) -> SystemConfSpan:
    words = [word.strip().lower() for word in value.split(",")]
    if len(words) < 5:
        raise _Mistake("a span has number, timing, line build-out, framing and coding")
    number, timing, build_out = (_number(word) for word in words[:3])
    framing, coding, *options = words[3:]
    if framing not in _FRAMINGS:
        raise _Mistake(f"framing `{framing}` is unknown; one of {', '.join(_FRAMINGS)}")
    if coding not in _FRAMINGS[framing]:
        raise _Mistake(f"with {framing} the coding is one of {', '.join(_FRAMINGS[framing])}")
    if not number or timing > _HIGHEST_TIMING or build_out > _HIGHEST_BUILD_OUT:
        raise _Mistake("spans count from 1, timing goes up to 128, line build-out up to 7")
    unknown = [word for word in options if word not in _OPTIONS]
    if unknown:
        raise _Mistake(f"option `{unknown[0]}` is unknown")
    return SystemConfSpan(
        number=number,
        timing=timing,
        line_build_out=build_out,
        framing=framing,
        coding=coding,
        options=tuple(options),
    )


def _dynamic(value: str) -> SystemConfDynamic:
    words = [word.strip() for word in value.split(",")]
    if len(words) != 4:
        raise _Mistake("a dynamic span has driver, address, channels and timing")
    channels, timing = (_number(word) for word in words[2:])
    if not 1 <= channels <= _MOST_DYNAMIC:
        raise _Mistake(f"a dynamic span has 1 to {_MOST_DYNAMIC} channels")
    return SystemConfDynamic(driver=words[0], address=words[1], channels=channels, timing=timing)


def _number(word: str) -> int:
    if not re.fullmatch("[0-9]{1,4}", word):
        raise _Mistake(f"`{word}` is no number")
    return int(word)


def _channels(text: str) -> Iterator[int]:
    """Numbers of a list such as ``1-15,17-31``, checked before the first is given."""
    numbers: list[int] = []
    for part in text.split(","):
        first, dash, last = (each.strip() for each in part.partition("-"))
        low = _number(first)
        high = _number(last) if dash else low
        if not 1 <= low <= high <= _HIGHEST_CHANNEL:
            raise _Mistake(f"`{part.strip()}` are no channels: they count from 1 to 1023, upwards")
        numbers.extend(range(low, high + 1))
    return iter(numbers)


def write_system_conf(conf: SystemConf) -> str:
    """The file that says the same; `unread` lines are left out."""
    lines = [
        f"dynamic={each.driver},{each.address},{each.channels},{each.timing}"
        for each in conf.dynamic
    ]
    for span in conf.spans:
        words = (span.number, span.timing, span.line_build_out, span.framing, span.coding)
        lines.append("span=" + ",".join(map(str, (*words, *span.options))))
    cas = {
        channel: f"cas:{conf.idle_bits.get(channel, '1101')}"
        for channel, word in conf.signalling.items()
        if word == "cas"
    }
    for word, channels in _grouped({**conf.signalling, **cas}):
        keyword, _, bits = word.partition(":")
        lines.append(f"{keyword}={_listed(channels)}" + (f":{bits}" if bits else ""))
    lines += [f"{word}={_listed(channels)}" for word, channels in _grouped(conf.law)]
    lines += [
        f"echocanceller={name},{_listed(channels)}"
        for name, channels in _grouped(conf.echo_canceller)
    ]
    lines += [f"loadzone={zone}" for zone in conf.zones]
    if conf.default_zone:
        lines.append(f"defaultzone={conf.default_zone}")
    return "\n".join([*lines, ""]) if lines else ""


def _grouped(channels: Channels) -> list[tuple[str, list[int]]]:
    """Channels by what is said of them, the lowest first."""
    groups: dict[str, list[int]] = {}
    for channel in sorted(channels):
        groups.setdefault(channels[channel], []).append(channel)
    return list(groups.items())


def _listed(channels: Iterable[int]) -> str:
    """``1-15,17`` for sorted numbers."""
    runs: list[list[int]] = []
    for channel in channels:
        if runs and runs[-1][1] == channel - 1:
            runs[-1][1] = channel
        else:
            runs.append([channel, channel])
    return ",".join(str(low) if low == high else f"{low}-{high}" for low, high in runs)
