"""Every mistake that a configuration can hold: where it is told, what is told, and nothing beside it."""

from pathlib import Path

import pytest

from firmware_host.config import ConfigurationError, parse_appliance

TEXT = (Path(__file__).parents[2] / "appliance.toml").read_text()


def mistakes_of(old: str, new: str, count: int = 1) -> dict[str, str]:
    assert old in TEXT
    with pytest.raises(ConfigurationError) as caught:
        parse_appliance(TEXT.replace(old, new, count))
    return {
        mistake.path: f"{mistake.problem}; {mistake.advice}" for mistake in caught.value.mistakes
    }


SITE = "[site]\n"
TRUNK_1 = '[trunk.line-1]\ncard = "virtual"\nport = 0\n'
DESK_1 = '[station.desk-1]\ncard = "virtual"\nport = 6\n'
HOURS = 'schedule = "office"\nopen = "menu"\nclosed = "closed"\n'
KEYS = 'keys = { "1" = "sales", "2" = "support" }'
EN_WELCOME = 'en = "Welcome to Switchroom."'
CLEARS_1 = 'clears_on = ["battery"]'


@pytest.mark.parametrize(
    ("old", "new", "path", "problem", "advice"),
    [
        (
            TRUNK_1,
            TRUNK_1 + 'signalling = "loopstart"\n',
            "trunk.line-1.clears_on",
            "does not drop the battery",
            "busy_tone",
        ),
        (
            TRUNK_1,
            TRUNK_1 + 'signalling = "em_wink"\npulse_dialling = true\n',
            "trunk.line-1.pulse_dialling",
            "means nothing with em_wink",
            "leave it out",
        ),
        (
            TRUNK_1,
            TRUNK_1 + 'signalling = "em_immediate"\ncall_waiting_caller_id = true\n',
            "trunk.line-1.call_waiting_caller_id",
            "means nothing with em_immediate",
            "leave it out",
        ),
        (
            DESK_1,
            DESK_1.replace("desk-1", "line-1"),
            "station.line-1",
            "a trunk has this name",
            "line names are unique",
        ),
        (
            "[trunk.line-1]",
            '[trunk."line 1"]',
            'trunk."line 1"',
            "unusable as a line's name",
            "letters, digits, - and _ only",
        ),
        (
            "[trunk.line-1]",
            '[trunk."--"]',
            "trunk.--",
            "unusable as a line's name",
            "letters, digits, - and _ only",
        ),
        (
            "[station.desk-1]",
            '[station."masă"]',
            'station."masă"',
            "unusable as a line's name",
            "letters, digits, - and _ only",
        ),
        (
            TRUNK_1,
            TRUNK_1.replace("virtual", "virtuel"),
            "trunk.line-1.card",
            'unknown card "virtuel"',
            'did you mean "virtual"?',
        ),
        (
            DESK_1,
            DESK_1.replace("virtual", "xyz"),
            "station.desk-1.card",
            'unknown card "xyz"',
            "known: virtual",
        ),
        (
            "[card.virtual]",
            '[card.second]\nkind = "virtual"\n\n[card.virtual]',
            "card",
            "2 virtual cards with analog ports",
            "one such cable",
        ),
        ('"var"', '"a\\u0000b"', "site.state", "holds a zero octet", "a folder"),
        (CLEARS_1, "clears_on = []", "trunk.line-1.clears_on", "no sign of hang-up", '["battery"]'),
        (
            'agents = ["1001", "1002"]',
            "agents = []",
            "queue.sales.agents",
            "nobody serves this queue",
            "at least one agent",
        ),
        (
            "[agent.1003]",
            '[agent.1234567890123]\nname = "A"\npin = "4711"\n\n[agent.1003]',
            "agent.1234567890123",
            "an agent's number",
            "1 to 12 digits",
        ),
        (
            'open = { "mon-sun"',
            'time_zone = "Mars"\nopen = { "mon-sun"',
            "schedule.office.time_zone",
            'unknown time zone "Mars"',
            "Europe/Bucharest",
        ),
        (
            EN_WELCOME,
            f'{EN_WELCOME}\nfr = "Bienvenue"',
            "prompt.welcome.fr",
            'unknown language "fr"',
            "one of en, ro",
        ),
        (
            SITE,
            '[pause.reasons]\n"1" = "missed"\n\n[site]\n',
            "pause.reasons.1",
            "that the appliance imposes",
            "another name",
        ),
        (
            SITE,
            '[pause.reasons]\n"1" = "rest"\n"2" = { name = "rest", paid = true }\n\n[site]\n',
            "pause.reasons.2",
            '"rest" means something else at pause.reasons.1',
            "another name",
        ),
        (
            SITE,
            '[pause.reasons]\n"1" = { name = "rest", limits_s = 5 }\n\n[site]\n',
            "pause.reasons.1.limits_s",
            "unknown key",
            'did you mean "limit_s"?',
        ),
        (
            SITE,
            '[pause.reasons]\n"1" = { name = "rest", limit_s = 0 }\n\n[site]\n',
            "pause.reasons.1.limit_s",
            "at least 1",
            "",
        ),
        (EN_WELCOME, 'en = "   "', "prompt.welcome.en", "3 characters", "1 to 500"),
        (EN_WELCOME, 'en = ""', "prompt.welcome.en", "0 characters", "1 to 500"),
        (EN_WELCOME, f'en = "{501 * "a"}"', "prompt.welcome.en", "501 characters", "1 to 500"),
        (EN_WELCOME, 'en = "a\\u0000b"', "prompt.welcome.en", "3 characters", "1 to 500"),
        (
            HOURS,
            HOURS.replace('"menu"', '"hours"'),
            "flow.main.node.hours",
            "leads back to itself",
            "let one way end",
        ),
        (
            HOURS,
            HOURS.replace("office", "offices"),
            "flow.main.node.hours.schedule",
            'unknown schedule "offices"',
            'did you mean "office"?',
        ),
        (
            'queue = "sales"',
            'queue = "sale"',
            "flow.main.node.sales.queue",
            'unknown queue "sale"',
            'did you mean "sales"?',
        ),
        (
            'timed_out = "no-agent"',
            'timed_out = "xyz"',
            "flow.main.node.sales.timed_out",
            'unknown node "xyz"',
            "known:",
        ),
        (
            'exhausted = "goodbye"',
            'exhausted = "goodby"',
            "flow.main.node.menu.exhausted",
            'unknown node "goodby"',
            'did you mean "goodbye"?',
        ),
        (KEYS, "keys = {}", "flow.main.node.menu.keys", "a menu without keys", "a say node"),
        (KEYS, 'keys = { "A" = "sales" }', "flow.main.node.menu.keys.A", "not a key", "0-9 * #"),
        (KEYS, 'keys = { "12" = "sales" }', "flow.main.node.menu.keys.12", "not a key", "0-9 * #"),
        (
            TRUNK_1,
            TRUNK_1.replace("port = 0", "port = 1"),
            "trunk.line-2.port",
            "port 1 is taken by trunk.line-1",
            "each port carries one line",
        ),
        (
            DESK_1,
            DESK_1.replace("6", "0"),
            "station.desk-1.port",
            "port 0 is taken by trunk.line-1",
            "each port carries one line",
        ),
    ],
)
def test_a_mistake_between_tables_is_told_where_it_stands_and_alone(
    old, new, path, problem, advice
):
    told = mistakes_of(old, new)
    assert set(told) == {path}
    assert problem in told[path].split("; ")[0]
    assert advice in told[path]


def test_star_codes_of_which_one_begins_another_are_told_once():
    told = mistakes_of(SITE, f'[star_codes]\nlog_in = "*1"\n\n{SITE}')
    others = ("log_out", "pause", "resume", "wrap_up")
    assert set(told) == {f"star_codes.{name}" for name in others}


def test_a_prompt_may_be_as_long_as_the_limit_and_say_anything():
    parse_appliance(TEXT.replace(EN_WELCOME, f'en = "{500 * "ă"}"'))


def test_a_line_without_a_flow_and_no_line_at_all_are_told():
    start = TEXT.index("[trunk.line-1]")
    end = TEXT.index(
        "# ---------------------------------------------------------------- telephones"
    )
    with pytest.raises(ConfigurationError) as caught:
        parse_appliance(TEXT[:start] + "[trunk]\n" + TEXT[end:])
    assert [mistake.path for mistake in caught.value.mistakes] == ["trunk"]
    assert "nobody can call in" in str(caught.value)


def hours_node(name: str, closed: str) -> str:
    head = f"[flow.main.node.{name}]"
    return f'{head}\nkind = "hours"\nschedule = "office"\nopen = "menu"\nclosed = "{closed}"\n\n'


CLOSED = "[flow.main.node.closed]"


def test_hours_that_lead_round_in_a_circle_of_three_are_told_at_each():
    ring = hours_node("a", "b") + hours_node("b", "c") + hours_node("c", "a")
    told = mistakes_of(CLOSED, ring + CLOSED)
    assert set(told) == {f"flow.main.node.{name}" for name in "abc"}


def test_a_circle_is_told_though_the_way_to_it_is_none():
    told = mistakes_of(CLOSED, hours_node("a", "b") + hours_node("b", "b") + CLOSED)
    assert set(told) == {"flow.main.node.b"}


def say_node(prompts: str, following: str) -> str:
    return f'[flow.main.node.tell]\nkind = "say"\nprompts = {prompts}\nnext = "{following}"\n\n'


def test_a_say_node_that_says_nothing_and_leads_to_itself_is_told():
    assert set(mistakes_of(CLOSED, say_node("[]", "tell") + CLOSED)) == {"flow.main.node.tell"}


def test_a_circle_in_which_something_is_said_is_allowed():
    parse_appliance(TEXT.replace(CLOSED, say_node('["welcome"]', "tell") + CLOSED))


def test_a_say_node_that_leads_nowhere_is_told():
    told = mistakes_of(CLOSED, say_node('["welcome"]', "nowhere") + CLOSED)
    assert set(told) == {"flow.main.node.tell.next"}


# ---------------------------------------------------------------- the shape of single values


@pytest.mark.parametrize(
    ("old", "new", "path", "message"),
    [
        (SITE, "site = 3\n[sight]\n", "site", "must be a table, not a number (3)"),
        ("[agent.1003]\n", "[[agent.1003]]\n", "agent.1003", "must be a table, not a list"),
        (KEYS, "keys = 5", "flow.main.node.menu.keys", "must be a table, not a number (5)"),
        (KEYS, 'keys = "1"', "flow.main.node.menu.keys", "must be a table, not a text (1)"),
        (
            'agents = ["1001", "1002"]',
            'agents = "1001"',
            "queue.sales.agents",
            "must be a list in [ ], not a text (1001)",
        ),
        (
            'agents = ["1001", "1002"]',
            "agents = { a = 1 }",
            "queue.sales.agents",
            "must be a list in [ ], not a table",
        ),
        (
            'agents = ["1001", "1002"]',
            'agents = ["1001", 1002]',
            "queue.sales.agents[1]",
            "must be a text, not a number (1002)",
        ),
        (
            f"{CLOSED}\n",
            f"{CLOSED[:-7]}extra]\n\n{CLOSED}\n",
            "flow.main.node.extra.kind",
            "is missing; one of hours, menu, say, collect, queue, extension, call_back, message, dial,"
            " hang_up",
        ),
        (
            f"{CLOSED}\n",
            f"[flow.main.node]\nextra = 3\n\n{CLOSED}\n",
            "flow.main.node.extra",
            "must be a table, not a number (3)",
        ),
        (
            'kind = "menu"',
            "kind = 3",
            "flow.main.node.menu.kind",
            "a number (3) is unknown; one of hours",
        ),
        (
            'kind = "menu"',
            'kind = ["menu"]',
            "flow.main.node.menu.kind",
            "a list is unknown; one of hours",
        ),
        ("attempts = 3", "attempts = 0", "flow.main.node.menu.attempts", "at least 1, at most 100"),
        ("attempts = 3", "attempts = true", "flow.main.node.menu.attempts", "not true"),
        (
            "port = 0\n",
            'port = "0"\n',
            "trunk.line-1.port",
            "must be a number at least 0, at most 1023, not a text (0)",
        ),
        ("port = 0\n", "", "trunk.line-1.port", "is missing; a number at least 0, at most 1023"),
        ('flow = "main"\n', "", "trunk.line-1.flow", "is missing; a text"),
        ('pin = "4711"', 'pin = "47"', "agent.1001.pin", "a text of the form ^[0-9]{4,12}$"),
        ('language = "en"', 'language = "de"', "site.language", 'one of "en", "ro"'),
        ('language = "ro"', 'language = "de"', "trunk.line-6.language", 'one of "en", "ro"'),
        ('prompts = ["welcome", "menu"]\n', "", "flow.main.node.menu.prompts", "a list in [ ]"),
        (SITE, f"[limits]\nrecord_calls = 1\n\n{SITE}", "limits.record_calls", "true or false"),
        (
            SITE,
            f"[recordings]\ngain_control = 1\n\n{SITE}",
            "recordings.gain_control",
            "true or false",
        ),
        (
            SITE,
            f"[recordings]\ngain = true\n\n{SITE}",
            "recordings.gain",
            "known: gain_control",
        ),
        (SITE, f"{SITE}colour = 1\n", "site.colour", 'unknown key; did you mean "country"?'),
    ],
)
def test_a_value_of_another_shape_is_told_at_its_place(old, new, path, message):
    assert message in mistakes_of(old, new)[path]


def test_a_missing_table_is_told_with_what_to_do():
    old = "[card.virtual]"
    told = mistakes_of(old, "[cart.virtual]")
    assert told["card"] == "is missing; add the table"
    assert told["cart"] == 'unknown key; did you mean "card"?'


def test_a_port_that_can_not_be_read_takes_no_other_lines_port():
    ports = 'port = "x"\ncalled = "5550100"\n'
    old = TEXT[TEXT.index("port = 0\n") : TEXT.index("port = 1\n") + len("port = 1\n")]
    new = old.replace('port = 0\ncalled = "5550100"\n', ports).replace("port = 1\n", "port = 0\n")
    assert set(mistakes_of(old, new)) == {"trunk.line-1.port"}
