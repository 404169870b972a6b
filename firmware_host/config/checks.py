"""What only a look at several tables can tell: names that lead nowhere, ports used twice."""

from collections.abc import Iterable
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from acd import MISSED
from dsp import UnknownSound, countries, tone_plan
from firmware_host.config.alert_settings import alert_mistakes
from firmware_host.config.hours import HoursError, parse_open_hours
from firmware_host.config.line_places import is_tie_line
from firmware_host.config.mistakes import Mistake, key_path, suggest
from firmware_host.config.number_plan import number_plan_mistakes
from firmware_host.config.primary_rate import ChannelsError, bearers, group_channels
from firmware_host.config.queues import queue_mistakes, queue_node_mistakes
from firmware_host.config.schema import (
    Appliance,
    CallBackTable,
    CollectTable,
    DahdiCardTable,
    DialTable,
    ExtensionTable,
    FlowTable,
    HangUpTable,
    HoursTable,
    MenuTable,
    MessageTable,
    NodeTable,
    PauseReasonTable,
    QueueNodeTable,
    SayTable,
    TrunkTable,
    VirtualCardTable,
)
from firmware_host.config.settings import disconnect_plan
from firmware_host.config.walk import NO_NUMBER

__all__ = ["check_appliance", "used_languages"]

_CAS_TIMESLOT = 16
LONGEST_PROMPT = 500
"A caller who listens to more than half a minute has forgotten the first choice."


def check_appliance(appliance: Appliance) -> list[Mistake]:
    """Every mistake between the tables."""
    return [
        *_site(appliance),
        *_ports(appliance),
        *queue_mistakes(appliance),
        *alert_mistakes(appliance),
        *_schedules(appliance),
        *_flows(appliance),
        *_codes(appliance),
        *_prompts(appliance),
    ]


def used_languages(appliance: Appliance) -> tuple[str, ...]:
    """In which callers and agents are spoken to; the site's first."""
    languages: list[str | None] = [appliance.site.language]
    languages += [trunk.language for trunk in appliance.trunk.values()]
    languages += [group.language for group in appliance.trunk_group.values()]
    languages += [called.language for called in appliance.called.values()]
    return tuple(dict.fromkeys(filter(None, languages)))


def _site(appliance: Appliance) -> Iterable[Mistake]:
    site = appliance.site
    if "\0" in site.state:
        yield Mistake("site.state", "holds a zero octet", "the name of a folder")
    if site.country not in countries():
        advice = suggest(site.country, list(countries()))
        yield Mistake("site.country", f'no tone plan for "{site.country}"', advice)
    yield from _zone(site.time_zone, "site.time_zone")
    if not appliance.card:
        yield Mistake("card", "no card", "add a table such as [card.virtual]")
    yield from _spans(appliance)
    virtual = [
        each
        for each in appliance.card.values()
        if isinstance(each, VirtualCardTable) and each.pri is None
    ]
    if len(virtual) > 1:
        problem = f"{len(virtual)} virtual cards with analog ports"
        yield Mistake("card", problem, "one such cable leads to the town; spans may be many")
    yield from _groups(appliance)
    yield from number_plan_mistakes(appliance)


def _spans(appliance: Appliance) -> Iterable[Mistake]:
    """Each card is a span of its own; by number and by name at once only the driver can tell."""
    used: dict[str, str] = {}
    for name, card in appliance.card.items():
        if not isinstance(card, DahdiCardTable):
            continue
        yield from _digital(name, card)
        for key, span in (("span", card.span), ("town_span", card.town_span)):
            if span is None or span == NO_NUMBER:
                continue
            path = key_path("card", name, key)
            if not str(span).strip() or span in (0, "0") or str(span).startswith("-"):
                yield Mistake(path, f'"{span}" is no span', "`switchroom spans` lists them, from 1")
                continue
            other = used.setdefault(str(span), path)
            if other != path:
                yield Mistake(path, f'"{span}" is taken by {other}', "each card is one span")


def _groups(appliance: Appliance) -> Iterable[Mistake]:
    """Groups of B-channels: their cards and channels."""
    for name, group in appliance.trunk_group.items():
        for index, card in enumerate(group.cards):
            path = key_path("trunk_group", name, "cards", index)
            table = appliance.card.get(card)
            if table is None:
                yield Mistake(path, f'unknown card "{card}"', suggest(card, list(appliance.card)))
                continue
            if card in group.cards[:index]:
                yield Mistake(path, f'card "{card}" stands here twice', "once is enough")
            if table.pri is None:
                advice = f"add a table {key_path('card', card, 'pri')}"
                yield Mistake(path, f'card "{card}" has no D-channel', advice)
                continue
            try:
                group_channels(group, table.pri)
            except ChannelsError as error:
                yield Mistake(key_path("trunk_group", name, "channels"), str(error))
    for name, card_table in appliance.card.items():
        if card_table.pri is None:
            continue
        law = "alaw" if card_table.pri.switch in ("euroisdn_e1", "qsig") else "mulaw"
        if not any(name in group.cards for group in appliance.trunk_group.values()):
            advice = f'add [trunk_group.{name}] with cards = ["{name}"]'
            yield Mistake(key_path("card", name, "pri"), "no trunk group uses its channels", advice)
        framing = card_table.framing if isinstance(card_table, DahdiCardTable) else None
        if framing is not None and (framing == "ccs") is not (law == "alaw"):
            problem = f'switch "{card_table.pri.switch}" on a span with {framing} framing'
            advice = "an E1 has ccs, a T1 esf or d4"
            yield Mistake(key_path("card", name, "pri", "switch"), problem, advice)


_CODINGS = {
    "d4": ("ami", "b8zs"),
    "esf": ("ami", "b8zs"),
    "ccs": ("ami", "hdb3"),
    "cas": ("ami", "hdb3"),
}


def _digital(name: str, card: DahdiCardTable) -> Iterable[Mistake]:
    """What a digital line can't be."""
    path = key_path("card", name, "coding")
    if (card.framing is None) is not (card.coding is None):
        yield Mistake(path, "framing and coding go together", "give both, or none: as it is")
    elif card.framing is not None and card.coding not in _CODINGS[card.framing]:
        codings = " or ".join(_CODINGS[card.framing])
        yield Mistake(path, f'"{card.coding}" with {card.framing} framing', codings)
    if card.crc4 and card.framing not in ("ccs", "cas"):
        yield Mistake(key_path("card", name, "crc4"), "only an E1 has it", "leave it out")
    dynamic = card.dynamic
    if dynamic is not None and card.span != f"DYN/{dynamic.driver}/{dynamic.address}":
        wanted = f'span = "DYN/{dynamic.driver}/{dynamic.address}"'
        yield Mistake(
            key_path("card", name, "span"), "another name than the dynamic span's", wanted
        )


def _zone(name: str, path: str) -> Iterable[Mistake]:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        yield Mistake(path, f'unknown time zone "{name}"', 'for example "Europe/Bucharest"')


def _disconnect_tone(name: str, trunk: TrunkTable, country: str) -> Iterable[Mistake]:
    tone = trunk.disconnect_tone
    if country not in countries() or tone is None:
        return
    if NO_NUMBER in (*tone.frequencies_hz, *tone.cadence_ms):
        return  # told already
    try:
        disconnect_plan(trunk, tone_plan(country))
    except UnknownSound as error:
        path = key_path("trunk", name, "disconnect_tone")
        yield Mistake(path, str(error), "let `switchroom line learn` find it")


def _signalling(appliance: Appliance, name: str, trunk: TrunkTable) -> Iterable[Mistake]:
    """What a kind of signalling makes impossible."""
    if trunk.signalling == "loopstart" and "battery" in trunk.clears_on:
        path = key_path("trunk", name, "clears_on")
        problem = "a loopstart exchange does not drop the battery when the far end hangs up"
        yield Mistake(path, problem, 'such as ["busy_tone"], or signalling = "kewlstart"')
    if not is_tie_line(trunk):
        return
    card = appliance.card.get(trunk.card)
    if isinstance(card, DahdiCardTable) and card.framing == "ccs":
        problem = "an E1 with ccs framing carries no signalling bits"
        yield Mistake(key_path("trunk", name, "signalling"), problem, 'framing = "cas"')
    if isinstance(card, DahdiCardTable) and card.framing == "cas" and trunk.port == _CAS_TIMESLOT:
        problem = "timeslot 16 of an E1 carries the others' signalling"
        yield Mistake(key_path("trunk", name, "port"), problem, "another port")
    for key, meant in (
        ("pulse_dialling", trunk.pulse_dialling),
        ("call_waiting_caller_id", trunk.call_waiting_caller_id),
        ("disconnect_tone", trunk.disconnect_tone is not None),
        ("hybrid", trunk.hybrid is not None),
    ):
        if meant:
            problem = f"means nothing with {trunk.signalling}: the trunk tells by its leads"
            yield Mistake(key_path("trunk", name, key), problem, "leave it out")


def _ports(appliance: Appliance) -> Iterable[Mistake]:
    used: dict[tuple[str, int], str] = {}
    if not appliance.trunk and not appliance.trunk_group:
        yield Mistake("trunk", "no trunk: nobody can call in", "add a table such as [trunk.line-1]")
    lines = [("trunk", name, trunk.card, trunk.port) for name, trunk in appliance.trunk.items()]
    lines += [
        ("trunk_group", each.group, each.card, each.channel) for each in bearers(appliance).values()
    ]
    lines += [
        ("station", name, table.card, table.port) for name, table in appliance.station.items()
    ]
    for kind, name, card, port in lines:
        path = key_path(kind, name, "port")
        if port == NO_NUMBER:
            continue
        if card not in appliance.card:
            advice = suggest(card, list(appliance.card))
            yield Mistake(key_path(kind, name, "card"), f'unknown card "{card}"', advice)
        elif kind != "trunk_group" and appliance.card[card].pri is not None:
            problem = f'card "{card}" is a primary rate span: its channels belong to trunk groups'
            yield Mistake(key_path(kind, name, "card"), problem, "another card")
        elif port == 0 and isinstance(appliance.card[card], DahdiCardTable):
            yield Mistake(path, "port 0", "a DAHDI span's channels are numbered from 1")
        other = used.setdefault((card, port), key_path(kind, name))
        if other != key_path(kind, name) and kind == "trunk_group":
            path = key_path(kind, name, "channels")
        if other != key_path(kind, name):
            yield Mistake(path, f"port {port} is taken by {other}", "each port carries one line")
    for name in (appliance.trunk.keys() | appliance.station.keys()) & bearers(appliance).keys():
        kind = "trunk" if name in appliance.trunk else "station"
        yield Mistake(key_path(kind, name), "a B-channel has this name", "line names are unique")
    for name in appliance.trunk.keys() & appliance.station.keys():
        yield Mistake(key_path("station", name), "a trunk has this name", "line names are unique")
    for name, trunk in appliance.trunk.items():
        yield from _disconnect_tone(name, trunk, appliance.site.country)
        yield from _signalling(appliance, name, trunk)
        if not trunk.clears_on and trunk.disconnect_tone is None:
            path = key_path("trunk", name, "clears_on")
            yield Mistake(
                path, "no sign of hang-up: the line would stay busy", 'such as ["battery"]'
            )
    named: tuple[tuple[str, str, Iterable[str]], ...] = (
        ("trunk", "line", appliance.trunk),
        ("station", "line", appliance.station),
        ("card", "card", appliance.card),
        ("trunk_group", "trunk group", appliance.trunk_group),
    )
    for kind, what, table in named:
        for name in table:
            if not name.isascii() or not name.replace("-", "").replace("_", "").isalnum():
                advice = "letters, digits, - and _ only"
                yield Mistake(key_path(kind, name), f"unusable as a {what}'s name", advice)


def _schedules(appliance: Appliance) -> Iterable[Mistake]:
    for name, schedule in appliance.schedule.items():
        if schedule.time_zone is not None:
            yield from _zone(schedule.time_zone, key_path("schedule", name, "time_zone"))
        for days, hours in schedule.open.items():
            try:
                parse_open_hours(days, hours)
            except HoursError as error:
                advice = 'for example "mon-fri" = "09:00-18:00"'
                yield Mistake(key_path("schedule", name, "open", days), str(error), advice)


def _flows(appliance: Appliance) -> Iterable[Mistake]:
    for name, trunk in appliance.trunk.items():
        if trunk.flow not in appliance.flow:
            advice = suggest(trunk.flow, list(appliance.flow))
            yield Mistake(key_path("trunk", name, "flow"), f'unknown flow "{trunk.flow}"', advice)
    for name, flow in appliance.flow.items():
        if flow.start not in flow.node:
            advice = suggest(flow.start, list(flow.node))
            yield Mistake(key_path("flow", name, "start"), f'unknown node "{flow.start}"', advice)
        for node_name, node in flow.node.items():
            path = ("flow", name, "node", node_name)
            yield from _node(appliance, flow, node, path)
            if _comes_back(flow, node_name):
                problem = "leads back to itself without ever playing or asking anything"
                yield Mistake(key_path(*path), problem, "let one way end, ask or wait")


def _node(
    appliance: Appliance, flow: FlowTable, node: NodeTable, path: tuple[str, ...]
) -> Iterable[Mistake]:
    for key, target in _ways_on(node):
        if target not in flow.node:
            advice = suggest(target, list(flow.node))
            yield Mistake(key_path(*path, *key), f'unknown node "{target}"', advice)
    match node:
        case HoursTable(schedule=schedule) if schedule not in appliance.schedule:
            advice = suggest(schedule, list(appliance.schedule))
            yield Mistake(key_path(*path, "schedule"), f'unknown schedule "{schedule}"', advice)
        case QueueNodeTable():
            yield from queue_node_mistakes(appliance, node, path)
        case CallBackTable(queue=queue):
            if queue not in appliance.queue:
                advice = suggest(queue, list(appliance.queue))
                yield Mistake(key_path(*path, "queue"), f'unknown queue "{queue}"', advice)
            if not appliance.route:
                advice = "add a table such as [route.world]"
                yield Mistake(key_path(*path), "nobody can be called: there is no route", advice)
        case CollectTable() if node.least_digits > node.most_digits:
            problem = f"more than most_digits, {node.most_digits}"
            yield Mistake(key_path(*path, "least_digits"), problem, "")
        case MenuTable(keys=keys):
            for digit in keys:
                if len(digit) != 1 or digit not in "0123456789*#":
                    yield Mistake(key_path(*path, "keys", digit), "not a key", "one of 0-9 * #")
            if not keys:
                yield Mistake(key_path(*path, "keys"), "a menu without keys", "use a say node")
        case _:
            pass


def _comes_back(flow: FlowTable, start: str) -> bool:
    """Whether a caller can go round through this node for ever, hearing nothing."""
    seen: set[str] = set()
    reached = [start]
    while reached:
        node = flow.node.get(reached.pop())
        silent = isinstance(node, HoursTable) or (isinstance(node, SayTable) and not node.prompts)
        if node is None or not silent:
            continue
        for _, target in _ways_on(node):
            if target == start:
                return True
            if target not in seen:
                seen.add(target)
                reached.append(target)
    return False


def _ways_on(node: NodeTable) -> list[tuple[tuple[str, ...], str]]:
    match node:
        case HoursTable():
            return [(("open",), node.open), (("closed",), node.closed)]
        case MenuTable():
            keys = [(("keys", key), target) for key, target in node.keys.items()]
            return [*keys, (("exhausted",), node.exhausted)]
        case SayTable():
            return [(("next",), node.next)]
        case QueueNodeTable():
            refused = [("full", node.full), ("nobody", node.nobody), ("too_long", node.too_long)]
            return [
                (("timed_out",), node.timed_out),
                *((("keys", key), target) for key, target in node.keys.items()),
                *(((way,), target) for way, target in refused if target),
            ]
        case DialTable():
            return [(("failed",), node.failed)]
        case MessageTable():
            return [(("next",), node.next)]
        case CollectTable():
            return [(("next",), node.next), (("exhausted",), node.exhausted)]
        case ExtensionTable():
            return [
                (("exhausted",), node.exhausted),
                (("unknown",), node.unknown),
                (("absent",), node.absent),
                (("timed_out",), node.timed_out),
            ]
        case CallBackTable():
            return [(("next",), node.next), (("failed",), node.failed)]
        case HangUpTable():
            return []


def _codes(appliance: Appliance) -> Iterable[Mistake]:
    codes = {
        name: code
        for name in appliance.star_codes.__struct_fields__
        if (code := getattr(appliance.star_codes, name))
    }
    for code_name, code in codes.items():
        for other_name, other in codes.items():
            if code_name < other_name and (code.startswith(other) or other.startswith(code)):
                where = key_path("star_codes", other_name)
                problem = f'"{other}" and star_codes.{code_name} "{code}" begin alike'
                yield Mistake(where, problem, "no code may be the beginning of another")
    for wrap_up_code in appliance.wrap_up.codes:
        for longer in appliance.wrap_up.codes:
            if longer != wrap_up_code and longer.startswith(wrap_up_code):
                path = key_path("wrap_up", "codes", longer)
                problem = f'begins like "{wrap_up_code}"'
                yield Mistake(path, problem, "no code may be the beginning of another")
    named: dict[str, tuple[str, PauseReasonTable]] = {}
    for digit, reason in appliance.pause.by_digit().items():
        path = key_path("pause", "reasons", digit)
        if len(digit) != 1 or digit not in "0123456789":
            yield Mistake(path, "not a digit", "one of 0-9")
        if reason.name == MISSED:
            problem = f'"{MISSED}" is the reason of pauses that the appliance imposes'
            yield Mistake(path, problem, "another name")
        other, same = named.setdefault(reason.name, (path, reason))
        if reason.name and same != reason:
            yield Mistake(path, f'"{reason.name}" means something else at {other}', "another name")


def _prompts(appliance: Appliance) -> Iterable[Mistake]:
    languages = set(used_languages(appliance))
    for name, texts in appliance.prompt.items():
        for language, text in texts.items():
            path = key_path("prompt", name, language)
            if language not in ("en", "ro"):
                yield Mistake(path, f'unknown language "{language}"', "one of en, ro")
            if "\0" in text or not text.strip() or len(text) > LONGEST_PROMPT:
                advice = f"1 to {LONGEST_PROMPT} characters"
                yield Mistake(path, f"{len(text)} characters", advice)
    for path, prompt in _played(appliance):
        if prompt not in appliance.prompt:
            advice = suggest(prompt, list(appliance.prompt))
            yield Mistake(path, f'unknown prompt "{prompt}"', advice)
            continue
        for language in sorted(languages - appliance.prompt[prompt].keys()):
            problem = f'prompt "{prompt}" has no text in "{language}"'
            yield Mistake(path, problem, f"add {key_path('prompt', prompt, language)}")


def _played(appliance: Appliance) -> Iterable[tuple[str, str]]:
    """Every prompt that is played somewhere, after the key path of where."""
    for flow_name, flow in appliance.flow.items():
        for node_name, node in flow.node.items():
            for field in ("prompts", "invalid"):
                for index, prompt in enumerate(getattr(node, field, ())):
                    yield key_path("flow", flow_name, "node", node_name, field, index), prompt
    for name, queue in appliance.queue.items():
        for index, prompt in enumerate(queue.said_as):
            yield key_path("queue", name, "said_as", index), prompt
        for place, message in enumerate(queue.messages):
            for index, prompt in enumerate(message.prompts):
                yield key_path("queue", name, "messages", place, "prompts", index), prompt
    for number, called in appliance.called.items():
        for index, prompt in enumerate(called.greeting):
            yield key_path("called", number, "greeting", index), prompt
