"""A traffic file → `Traffic`, or every mistake at once, each with its key path."""

import tomllib
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path

import msgspec
from msgspec import Struct

from firmware_host.config import (
    Appliance,
    ConfigurationError,
    Mistake,
    bearers,
    read_configuration_text,
)
from firmware_host.config.mistakes import key_path, suggest
from firmware_host.config.schema import (
    CallBackTable,
    CollectTable,
    ExtensionTable,
    QueueNodeTable,
)
from firmware_host.config.walk import collect_mistakes
from firmware_host.simulation.schema import NO_KEY, CallsTable, DurationTable, Traffic

__all__ = ["HALF_HOUR_S", "lines_called", "parse_traffic", "read_traffic", "seconds_of"]

HALF_HOUR_S = 1800.0


def read_traffic(file: Path, appliance: Appliance) -> Traffic:
    """Read and check a traffic file for this appliance.

    Raises:
        ConfigurationError: with every mistake and its key path; also when the file can't be read.
    """
    text = read_configuration_text(file, "name a file such as docs/manual/traffic.toml")
    return parse_traffic(text, appliance, str(file))


def parse_traffic(text: str, appliance: Appliance, name: str = "traffic.toml") -> Traffic:
    """Check a traffic file given as text; ``name`` is for messages.

    Raises:
        ConfigurationError: with every mistake and its key path.
    """
    try:
        tree = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise ConfigurationError(name, [Mistake("the file", f"is not TOML: {error}")]) from error
    mistakes = collect_mistakes(Traffic, tree)
    if not mistakes:
        traffic = msgspec.convert(tree, Traffic)
        mistakes = [
            *_day(traffic),
            *_calls(traffic, appliance),
            *_queues(traffic, appliance),
            *_shifts(traffic, appliance),
            *_durations(traffic),
            *_digits(traffic, appliance),
            *_exits(traffic, appliance),
            *_call_backs(traffic, appliance),
        ]
        if not mistakes:
            return traffic
    raise ConfigurationError(name, sorted(mistakes))


def seconds_of(time_of_day: str) -> float:
    """Seconds since midnight of ``"08:30"``."""
    hour, minute = time_of_day.split(":")
    return int(hour) * 3600.0 + int(minute) * 60.0


def lines_called(calls: CallsTable, appliance: Appliance) -> tuple[str, ...]:
    """The trunks on which such calls can come, in the order of the configuration."""
    every = (*appliance.trunk, *bearers(appliance))
    if calls.trunks:
        return tuple(line for line in calls.trunks if line in every)
    if calls.called is None:
        return every
    numbered = tuple(
        name for name, trunk in appliance.trunk.items() if trunk.called == calls.called
    )
    # B-channels carry the called number with each call.
    return numbered + tuple(bearers(appliance))


def _day(traffic: Traffic) -> Iterable[Mistake]:
    if seconds_of(traffic.day.end) <= seconds_of(traffic.day.begin):
        problem = f'"{traffic.day.end}" is not after day.from "{traffic.day.begin}"'
        yield Mistake("day.to", problem, 'at most "24:00"')
    if not traffic.calls:
        yield Mistake("calls", "nobody calls", "add a table such as [calls.main]")
    if not traffic.shift:
        yield Mistake("shift", "nobody works", "add a table such as [shift.day]")


def _calls(traffic: Traffic, appliance: Appliance) -> Iterable[Mistake]:
    day_s = seconds_of(traffic.day.end) - seconds_of(traffic.day.begin)
    every = (*appliance.trunk, *bearers(appliance))
    for name, calls in traffic.calls.items():
        path = ("calls", name)
        for index, trunk in enumerate(calls.trunks):
            if trunk not in every:
                where = key_path(*path, "trunks", index)
                yield Mistake(where, f'unknown trunk "{trunk}"', suggest(trunk, list(every)))
        if calls.called is not None and calls.trunks:
            yield Mistake(key_path(*path, "called"), "stands beside trunks", "leave one out")
        elif not calls.trunks and not lines_called(calls, appliance):
            known = sorted({trunk.called for trunk in appliance.trunk.values() if trunk.called})
            problem = f'no trunk has the number "{calls.called}"'
            yield Mistake(key_path(*path, "called"), problem, suggest(calls.called or "", known))
        if (calls.per_hour is None) == (calls.per_half_hour is None):
            problem = "is missing" if calls.per_hour is None else "stands beside per_half_hour"
            yield Mistake(key_path(*path, "per_hour"), problem, "either per_hour or per_half_hour")
        halves = -(-day_s // HALF_HOUR_S)
        if calls.per_half_hour is not None and day_s > 0 and len(calls.per_half_hour) != halves:
            problem = f"{len(calls.per_half_hour)} values"
            advice = f"{halves:.0f}, one for each half hour from day.from to day.to"
            yield Mistake(key_path(*path, "per_half_hour"), problem, advice)
        for key in calls.keys:
            if key != NO_KEY and (not key or set(key) - set("0123456789*#")):
                where = key_path(*path, "keys", key)
                yield Mistake(where, "not keys of a telephone", f'such as "1", "12" or "{NO_KEY}"')
        if calls.keys and not sum(calls.keys.values()) > 0:
            yield Mistake(key_path(*path, "keys"), "nobody presses any", "one share above 0")


def _queues(traffic: Traffic, appliance: Appliance) -> Iterable[Mistake]:
    for name in traffic.queue:
        if name not in appliance.queue:
            advice = suggest(name, list(appliance.queue))
            yield Mistake(key_path("queue", name), f'unknown queue "{name}"', advice)
    for name in appliance.queue:
        if name not in traffic.queue:
            problem = "is missing: how long do its callers talk?"
            advice = f"[queue.{name}] with talk and patience_s"
            yield Mistake(key_path("queue", name), problem, advice)


def _nodes(appliance: Appliance, *kinds: type[Struct]) -> list[str]:
    return [
        name
        for flow in appliance.flow.values()
        for name, node in flow.node.items()
        if isinstance(node, kinds)
    ]


def _digits(traffic: Traffic, appliance: Appliance) -> Iterable[Mistake]:
    known = _nodes(appliance, CollectTable, ExtensionTable)
    for name, calls in traffic.calls.items():
        for node, keys in calls.digits.items():
            path = ("calls", name, "digits", node)
            if node not in known:
                yield Mistake(key_path(*path), "no node asks for digits", suggest(node, known))
            for key in keys:
                if key != NO_KEY and (not key or set(key) - set("0123456789*#")):
                    problem = "not keys of a telephone"
                    yield Mistake(key_path(*path, key), problem, f'such as "4711#" or "{NO_KEY}"')
            if not sum(keys.values()) > 0:
                yield Mistake(key_path(*path), "nobody keys in any", "one share above 0")
    asked = any(
        set(calls.digits) & set(_nodes(appliance, ExtensionTable))
        for calls in traffic.calls.values()
    )
    if asked and traffic.extensions is None:
        problem = "is missing: how long do those talk who ask for an agent?"
        yield Mistake("extensions", problem, "[extensions] with talk and patience_s")


def _exits(traffic: Traffic, appliance: Appliance) -> Iterable[Mistake]:
    for name, queue in traffic.queue.items():
        known = sorted(
            {
                key
                for flow in appliance.flow.values()
                for node in flow.node.values()
                if isinstance(node, QueueNodeTable) and node.queue == name
                for key in node.keys
            }
        )
        for key in queue.exits:
            if key not in known:
                where, problem = (
                    key_path("queue", name, "exits", key),
                    "leads nowhere in this queue",
                )
                yield Mistake(where, problem, suggest(key, known))
        if sum(each.share for each in queue.exits.values()) > 1:
            yield Mistake(
                key_path("queue", name, "exits"), "more than all press a key", "1 at most"
            )


def _call_backs(traffic: Traffic, appliance: Appliance) -> Iterable[Mistake]:
    if traffic.call_backs is not None and not _nodes(appliance, CallBackTable):
        yield Mistake("call_backs", "no flow offers a call-back", "leave it out")


def _shifts(traffic: Traffic, appliance: Appliance) -> Iterable[Mistake]:
    at_work: dict[str, list[tuple[float, float, str]]] = {}
    for name, shift in traffic.shift.items():
        path = ("shift", name)
        begin_s, end_s = seconds_of(shift.begin), seconds_of(shift.end)
        if end_s <= begin_s:
            problem = f'"{shift.end}" is not after from "{shift.begin}"'
            yield Mistake(key_path(*path, "to"), problem, "a shift ends on the day it begins")
        for index, agent in enumerate(shift.agents):
            where = key_path(*path, "agents", index)
            if agent not in appliance.agent:
                advice = suggest(agent, list(appliance.agent))
                yield Mistake(where, f'unknown agent "{agent}"', advice)
            at_work.setdefault(agent, []).append((begin_s, end_s, where))
        for index, pause in enumerate(shift.pauses):
            at_s = seconds_of(pause.at)
            if not begin_s <= at_s < end_s:
                where = key_path(*path, "pauses", index, "at")
                yield Mistake(where, f'"{pause.at}" lies outside the shift', "")
            known = [reason.name for reason in appliance.pause.by_digit().values()]
            if pause.reason and pause.reason not in known:
                where = key_path(*path, "pauses", index, "reason")
                advice = suggest(pause.reason, known)
                yield Mistake(where, f'unknown reason "{pause.reason}"', advice)
        pauses = sorted((seconds_of(each.at), 60 * each.minutes) for each in shift.pauses)
        for (at_s, length_s), (next_s, _) in pairwise(pauses):
            if at_s + length_s > next_s:
                where = key_path(*path, "pauses")
                yield Mistake(where, "one begins before the other ends", "make them one pause")
    for agent, spells in at_work.items():
        for (_, end_s, _), (begin_s, _, where) in pairwise(sorted(spells)):
            if begin_s < end_s:
                yield Mistake(where, f'agent "{agent}" works in another shift then', "")


def _durations(traffic: Traffic) -> Iterable[Mistake]:
    tables: list[tuple[tuple[str, ...], DurationTable | None]] = [
        (("agents", "answer"), traffic.agents.answer)
    ]
    tables += [(("calls", name, "key_after"), c.key_after) for name, c in traffic.calls.items()]
    tables += [(("queue", name, "talk"), q.talk) for name, q in traffic.queue.items()]
    tables += [(("queue", name, "after_call"), q.after_call) for name, q in traffic.queue.items()]
    for name, q in (*traffic.queue.items(), ("extensions", traffic.extensions)):
        if q is not None:
            tables += [((name, "exits", key, "after"), each.after) for key, each in q.exits.items()]
    if traffic.call_backs is not None:
        tables.append((("call_backs", "answer"), traffic.call_backs.answer))
    if traffic.extensions is not None:
        tables.append((("extensions", "talk"), traffic.extensions.talk))
    for path, table in tables:
        if table is not None and table.deviation_s is not None and table.shape != "lognormal":
            problem = f"means nothing with the shape {table.shape}"
            yield Mistake(key_path(*path, "deviation_s"), problem, 'shape = "lognormal"')
