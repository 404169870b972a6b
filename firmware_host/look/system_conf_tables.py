"""What a `system.conf` says, as tables of appliance.toml, and the other way round. Pure.

A `system.conf` numbers channels through all spans and does not say how many each span has; the driver
does. Without one, a ``span=`` with HDB3 has 31 channels and another 24, and channels of no such span are one
analog card.
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import count

from drivers import (
    SystemConf,
    SystemConfDynamic,
    SystemConfSpan,
    parse_system_conf,
    write_system_conf,
)
from dsp import countries
from firmware_host.config import Appliance, DahdiCardTable, LinePlace, line_places

__all__ = ["SpanSize", "exported", "imported"]

_ANALOG = {
    "fxsks": ("trunk", "kewlstart"),
    "fxsls": ("trunk", "loopstart"),
    "fxsgs": ("trunk", "groundstart"),
    "fxoks": ("station", "kewlstart"),
    "fxols": ("station", "loopstart"),
    "fxogs": ("station", "groundstart"),
    "e&m": ("trunk", "em_wink"),
    "e&me1": ("trunk", "em_wink"),
}
_STARTS = {
    ("fxo", "kewlstart"): "fxsks",
    ("fxo", "loopstart"): "fxsls",
    ("fxo", "groundstart"): "fxsgs",
    ("fxs", "kewlstart"): "fxoks",
}
_DIGITAL = ("bchan", "dchan", "hardhdlc", "cas", "rawhdlc", "mtp2")
_ZONES = {
    "gb": "uk",
}
_CANCELLERS = ("oslec", "mg2", "kb1", "sec2", "jpah", "hwec", "hpec")


@dataclass(frozen=True, slots=True)
class SpanSize:
    """One span of the driver, in the order of its channels."""

    number: int
    name: str
    first_channel: int
    channels: int


@dataclass(slots=True)
class _Card:
    name: str
    span: int | str
    first_channel: int
    channels: int
    table: SystemConfSpan | None = None
    dynamic: SystemConfDynamic | None = None
    canceller: str = "none"
    "What most of its channels have; lines that differ say so."


def imported(text: str, spans: Sequence[SpanSize] = ()) -> tuple[str, list[str]]:
    """Tables for appliance.toml, and what could not be taken over, a sentence each.

    Args:
        text: Of a `system.conf`.
        spans: What the driver has; none: guessed from the file.
    """
    conf = parse_system_conf(text)
    told = [f"line {each.number}, `{each.text}`: {each.reason}" for each in conf.unread]
    cards = _cards(conf, spans, told)
    lines: list[str] = []
    country = _ZONES.get(conf.default_zone, conf.default_zone)
    if country in countries():
        lines.append(f"# defaultzone={conf.default_zone}: in [site], country = {_quoted(country)}")
    elif country:
        told.append(
            f"defaultzone={conf.default_zone}: no tones of that country; there are {', '.join(countries())}"
        )
    laws = set(conf.law.values()) - {"deflaw"}
    if len(laws) == 1:
        law = laws.pop()
        lines.append(f"# {law}=: in [site], law = {_quoted(law)}")
    lines += [""] if lines else []
    for card in cards:
        lines += [*_card_table(conf, card, told), ""]
    trunks, stations = count(1), count(1)
    placed: set[int] = set()
    ties: list[str] = []
    for card in cards:
        for channel in range(card.first_channel, card.first_channel + card.channels):
            placed.add(channel)
            word = conf.signalling.get(channel)
            if word in _ANALOG:
                role, start = _ANALOG[word]
                name = f"line-{next(trunks)}" if role == "trunk" else f"desk-{next(stations)}"
                port = channel - card.first_channel + 1
                lines += _line_table(role, name, card.name, port, start)
                canceller = _canceller(conf, channel)
                lines += (
                    [f"echo_canceller = {_quoted(canceller)}"]
                    if canceller != card.canceller
                    else []
                )
                lines.append("")
                if role == "station" and start != "kewlstart":
                    told.append(f"channel {channel}, {word}: {name} will signal by kewlstart")
                ties += [name] if word in ("e&m", "e&me1") else []
    if ties:
        told.append(
            f"{_from_to(ties)}: a tie line's table does not say whether the far end winks; taken for so,"
            ' else signalling = "em_immediate"'
        )
    told += _not_taken(conf, placed)
    return "\n".join(lines).rstrip("\n") + "\n" if lines else "", told


def _from_to(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{names[0]} to {names[-1]}"


def _line_table(role: str, name: str, card: str, port: int, start: str) -> list[str]:
    table = [f"[{role}.{name}]", f'card = "{card}"', f"port = {port}"]
    if role == "trunk":
        table += [] if start == "kewlstart" else [f'signalling = "{start}"']
        # A loop start exchange drops no battery when the far end hangs up.
        table += ['clears_on = ["busy_tone"]'] if start == "loopstart" else []
        table.append('flow = "main"                        # the flow that its callers meet')
    return table


def _card_table(conf: SystemConf, card: _Card, told: list[str]) -> list[str]:
    span = _quoted(card.span) if isinstance(card.span, str) else str(card.span)
    lines = [f"[card.{card.name}]", 'kind = "dahdi"', f"span = {span}"]
    table = card.table
    if table is not None:
        lines += [f'framing = "{table.framing}"', f'coding = "{table.coding}"']
        lines += ["crc4 = true"] if "crc4" in table.options else []
        lines += [f"line_build_out = {table.line_build_out}"] if table.line_build_out else []
        lines += [f"timing = {table.timing}"] if table.timing else []
        told += [
            f"span {table.number}, option `{option}`: the card decides by itself"
            for option in table.options
            if option != "crc4"
        ]
    if card.dynamic is not None:
        each = card.dynamic
        lines.append(
            f"dynamic = {{ driver = {_quoted(each.driver)}, address = {_quoted(each.address)},"
            f" channels = {each.channels}, timing = {each.timing} }}"
        )
    numbers = range(card.first_channel, card.first_channel + card.channels)
    used = Counter(_canceller(conf, each) for each in numbers if each in conf.signalling)
    card.canceller = used.most_common(1)[0][0] if used else "none"
    if card.canceller != "none":
        lines.append(f"echo_canceller = {_quoted(card.canceller)}")
    named = {conf.echo_canceller[each] for each in numbers if each in conf.echo_canceller}
    told += [
        f"echocanceller={name}: no echo canceller of that name is known to appliance.toml"
        for name in sorted(named - set(_CANCELLERS))
    ]
    return lines


def _canceller(conf: SystemConf, channel: int) -> str:
    name = conf.echo_canceller.get(channel, "none")
    return name if name in _CANCELLERS else "none"


def _quoted(text: str) -> str:
    """The text as a TOML string: what JSON escapes, TOML reads."""
    return json.dumps(text, ensure_ascii=False)


def _cards(conf: SystemConf, spans: Sequence[SpanSize], told: list[str]) -> list[_Card]:
    tables = {each.number: each for each in conf.spans}
    told += [
        f"span={number} stands {times} times: the last counts"
        for number, times in Counter(each.number for each in conf.spans).items()
        if times > 1
    ]
    if spans:
        dynamic = {f"DYN/{each.driver}/{each.address}": each for each in conf.dynamic}
        cards = [
            _Card(
                f"span-{each.number}",
                each.name or each.number,
                each.first_channel,
                each.channels,
                tables.pop(each.number, None),
                dynamic.pop(each.name, None),
            )
            for each in spans
        ]
        told += [f"span={number}: the driver has no such span" for number in tables]
        told += [f"dynamic span {name}: the driver has none such yet" for name in dynamic]
        return cards
    return _guessed(conf, tables, told)


def _guessed(
    conf: SystemConf, tables: Mapping[int, SystemConfSpan], told: list[str]
) -> list[_Card]:
    """dahdi_cfg makes dynamic spans first-come first-served after the cards'."""
    cards: list[_Card] = []
    first = 1
    highest = max(conf.signalling, default=0)
    for number, table in sorted(tables.items()):
        if number > len(cards) + 1:
            before = list(range(len(cards) + 1, number))
            size = _analog_from(conf, first)
            cards.append(_Card("analog-1", before[0], first, size))
            told.append(
                f"span {before[0]} has no span= line: the first {size} channels are taken for its card;"
                " load the driver and import again, it knows the spans"
            )
            cards += [_Card(f"span-{each}", each, first + size, 0) for each in before[1:]]
            first += size
        size = 31 if table.coding == "hdb3" else 24
        cards.append(_Card(f"span-{number}", number, first, size, table))
        first += size
    dynamic_channels = sum(each.channels for each in conf.dynamic)
    analog = highest - dynamic_channels - first + 1
    if analog > 0:
        cards.append(_Card("analog", len(cards) + 1, first, analog))
        told.append(
            f"channels {first} to {first + analog - 1} are of no span= and no dynamic=: taken for one"
            " analog card; with the driver loaded, `switchroom spans` names its spans"
        )
        first += analog
    for each in conf.dynamic:
        number = len(cards) + 1
        cards.append(_Card(f"span-{number}", number, first, each.channels, None, each))
        first += each.channels
    return cards


def _analog_from(conf: SystemConf, first: int) -> int:
    """How many channels from this one on signal as analog ones do."""
    size = 0
    while conf.signalling.get(first + size, "").startswith(("fxs", "fxo")):
        size += 1
    return size


def _not_taken(conf: SystemConf, placed: set[int]) -> list[str]:
    told: list[str] = []
    words: dict[str, list[int]] = {}
    for channel, word in sorted(conf.signalling.items()):
        if channel not in placed:
            words.setdefault(f"{word}, of no span that is known", []).append(channel)
        elif word not in _ANALOG and word != "unused":
            words.setdefault(word, []).append(channel)
    for word, channels in words.items():
        which = f"channel {channels[0]}" + (f" to {channels[-1]}" if len(channels) > 1 else "")
        kind = word.split(",")[0]
        reason = "appliance.toml has no table for it yet" if kind in _DIGITAL else "not used here"
        told.append(f"{which} ({len(channels)}), {word}: {reason}")
    if len(set(conf.law.values())) > 1:
        told.append("several laws: appliance.toml has one for the site, `site.law`")
    told += [f"loadzone={zone}: only the default zone counts" for zone in conf.zones[1:]]
    return told


# ---------------------------------------------------------------- the other way


def exported(appliance: Appliance, spans: Sequence[SpanSize] = ()) -> tuple[str, list[str]]:
    """A `SystemConf` in words, and what it can't say, a sentence each.

    Args:
        appliance: The configuration.
        spans: What the driver has; none: cards have their channels in the order of the configuration.
    """
    conf = SystemConf()
    told: list[str] = []
    places = line_places(appliance)
    first = 1
    for name, table in appliance.card.items():
        if not isinstance(table, DahdiCardTable):
            told.append(f"card {name} is virtual: dahdi_cfg knows nothing of it")
            continue
        known = next(
            (each for each in spans if table.span in (each.number, each.name, str(each.number))),
            None,
        )
        highest = max((place.port for place in places.values() if place.card == name), default=0)
        size = max(highest, _size(table))
        if known is not None:
            first, size = known.first_channel, known.channels
        elif len(appliance.card) > 1 and not _size(table):
            told.append(f"card {name}: the driver does not tell its channels; {size} are assumed")
        number = known.number if known is not None else _span_number(table, len(conf.spans) + 1)
        _export_card(conf, name, table, number)
        for place in places.values():
            if place.card == name and place.port <= size:
                _export_line(conf, appliance, table, place, first + place.port - 1)
            elif place.card == name:
                told.append(f"{place.name}: left out; card {name} has no channel {place.port}")
        first += size
    zone = {country: zone for zone, country in _ZONES.items()}
    conf.default_zone = zone.get(appliance.site.country, appliance.site.country)
    conf.zones = (conf.default_zone,)
    head = "# Made by `switchroom card export`: Switchroom itself needs no such file.\n"
    return head + write_system_conf(conf), told


def _size(table: DahdiCardTable) -> int:
    """How many channels the configuration tells that the span has; 0: it does not."""
    if table.dynamic is not None:
        return table.dynamic.channels
    if table.coding is None:
        return 0
    return 31 if table.coding == "hdb3" else 24


def _span_number(table: DahdiCardTable, otherwise: int) -> int:
    text = str(table.span)
    return int(text) if text.isdecimal() else otherwise


def _export_card(conf: SystemConf, name: str, table: DahdiCardTable, number: int) -> None:
    if table.dynamic is not None:
        each = table.dynamic
        conf.dynamic.append(
            SystemConfDynamic(
                driver=each.driver,
                address=each.address,
                channels=each.channels,
                timing=each.timing,
            )
        )
    if table.framing is not None and table.coding is not None:
        conf.spans.append(
            SystemConfSpan(
                number=number,
                timing=table.timing,
                line_build_out=table.line_build_out,
                framing=table.framing,
                coding=table.coding,
                options=("crc4",) if table.crc4 else (),
            )
        )


def _export_line(
    conf: SystemConf, appliance: Appliance, table: DahdiCardTable, place: LinePlace, channel: int
) -> None:
    trunk = appliance.trunk.get(place.name)
    start = trunk.signalling if trunk is not None else "kewlstart"
    tie = "e&me1" if table.framing == "cas" else "e&m"
    conf.signalling[channel] = _STARTS.get((place.kind.value, start), tie)
    conf.law[channel] = appliance.site.law
    row = appliance.trunk.get(place.name) or appliance.station[place.name]
    canceller = row.echo_canceller or table.echo_canceller
    if canceller != "none":
        conf.echo_canceller[channel] = canceller
