"""Alerts and receivers in appliance.toml: what they become, and every mistake with its place and advice."""

from pathlib import Path

import pytest

from acd import (
    AgentId,
    AlertSettings,
    Formula,
    PortId,
    QueueName,
    ReceiverSettings,
    ServiceLevelLow,
    Severity,
    StationUnusable,
)
from firmware_host.config import (
    ConfigurationError,
    center_settings,
    parse_appliance,
    receivers_that,
)

TEXT = (Path(__file__).parents[2] / "appliance.toml").read_text()
RECEIVERS = """
[receiver.log]
log = true

[receiver.mail]
command = ["/usr/bin/notify", "{alert}", "{subject}: {why}"]
"""


def alert(lines: str, name: str = "watch") -> str:
    return f'{RECEIVERS}\n[alert.{name}]\nreceivers = ["log"]\n{lines}\n'


def mistakes_of(text: str) -> dict[str, str]:
    with pytest.raises(ConfigurationError) as caught:
        parse_appliance(TEXT + text)
    return {
        mistake.path: f"{mistake.problem}; {mistake.advice}" for mistake in caught.value.mistakes
    }


@pytest.mark.parametrize(
    ("text", "path", "message"),
    [
        (alert('kind = "coffee"'), "alert.watch.kind", "is unknown; one of pause, missed"),
        (alert("longer_than_s = 5"), "alert.watch.kind", "is missing"),
        (alert('kind = "call"'), "alert.watch.longer_than_s", "is missing; a number at least 1"),
        (alert('kind = "handset"\nlonger_than_s = 5'), "alert.watch.longer_than_s", "unknown key"),
        (
            alert('kind = "queue"\nwaiting = 5\nagents = ["1001"]'),
            "alert.watch.agents",
            "unknown key",
        ),
        (
            alert('kind = "handset"').replace('["log"]', '["logs"]'),
            "alert.watch.receivers[0]",
            'unknown receiver "logs"; did you mean "log"?',
        ),
        (
            alert('kind = "handset"').replace('["log"]', "[]"),
            "alert.watch.receivers",
            "Expected `array` of length >= 1",
        ),
        (
            alert('kind = "handset"\nescalate_after_s = 60\nescalate_to = ["male"]'),
            "alert.watch.escalate_to[0]",
            'unknown receiver "male"; did you mean "mail"?',
        ),
        (
            alert('kind = "handset"\nescalate_to = ["mail"]'),
            "alert.watch.escalate_to",
            "never told; add escalate_after_s",
        ),
        (
            alert('kind = "handset"\nescalate_after_s = 60'),
            "alert.watch.escalate_after_s",
            "nobody is told then; add escalate_to",
        ),
        (
            alert('kind = "handset"\nrepeat_s = 5'),
            "alert.watch.repeat_s",
            "5; 0 for once, or at least 10",
        ),
        (
            alert('kind = "handset"\nclears_below = 2'),
            "alert.watch.clears_below",
            "must be a number at least 0, at most 1",
        ),
        (
            alert('kind = "handset"\nagents = ["1009"]'),
            "alert.watch.agents[0]",
            'unknown agent "1009"; did you mean',
        ),
        (
            alert('kind = "queue"\nwaiting = 5\nqueues = ["sale"]'),
            "alert.watch.queues[0]",
            'unknown queue "sale"; did you mean "sales"?',
        ),
        (alert('kind = "queue"'), "alert.watch", "never happens; waiting, longest_wait_s or"),
        (
            alert('kind = "pause"'),
            "alert.watch",
            "no reason has a limit; longer_than_s, or limit_s",
        ),
        (
            alert('kind = "pause"\nlonger_than_s = 5\nreasons = ["brake"]'),
            "alert.watch.reasons[0]",
            'unknown reason "brake"; did you mean "break"?',
        ),
        (
            alert('kind = "missed"\nin_row = 3'),
            "alert.watch.in_row",
            "never happens: after 2 comes a pause; a smaller number",
        ),
        (
            alert('kind = "call"\nlonger_than_s = 14400'),
            "alert.watch.longer_than_s",
            "never happens: limits.talk_limit_s ends calls after 14400 s",
        ),
        (
            alert('kind = "wrap_up"\nlonger_than_s = 600'),
            "alert.watch.longer_than_s",
            "never happens: no queue's wrap_up_s is longer",
        ),
        (
            alert('kind = "service_level"\nbelow_percent = 101'),
            "alert.watch.below_percent",
            "more than 0, at most 100",
        ),
        (
            alert('kind = "service_level"\nbelow_percent = 80\nformula = "best"'),
            "alert.watch.formula",
            'one of "answered", "all", "without_short"',
        ),
        (
            alert('kind = "nobody"\nschedule = "offices"'),
            "alert.watch.schedule",
            'unknown schedule "offices"; did you mean "office"?',
        ),
        ("\n[receiver.x]\n", "receiver.x", "is told in no way; one of log, console, command, tel"),
        (
            "\n[receiver.x]\nlog = true\nconsole = true\n",
            "receiver.x",
            "has several ways: log, console",
        ),
        (
            '\n[receiver.x]\ncommand = ["notify", "{why}"]\n',
            "receiver.x.command[0]",
            '"notify" is no path; it begins with /',
        ),
        (
            '\n[receiver.x]\ncommand = ["/bin/{alert}"]\n',
            "receiver.x.command[0]",
            "may not depend on the alert",
        ),
        (
            '\n[receiver.x]\ncommand = ["/bin/x", "{wy}"]\n',
            "receiver.x.command[1]",
            'nothing is known as {wy}; did you mean "why"?',
        ),
        (
            '\n[receiver.x]\ncommand = ["/bin/x", "\\u0000"]\n',
            "receiver.x.command[1]",
            "holds a zero octet",
        ),
        (
            '\n[receiver.x]\ncommand = ["/bin/x"]\ntime_limit_s = 0\n',
            "receiver.x.time_limit_s",
            "at least 1, at most 300",
        ),
        (
            '\n[receiver.x]\nstation = "desk-9"\n',
            "receiver.x.station",
            'unknown station "desk-9"; did you mean',
        ),
        (
            '\n[receiver.x]\ntelephone = "12"\n',
            "receiver.x.telephone",
            '"12" is no number; as dialled here',
        ),
        ('\n[receiver.x]\ntelephone = "911"\n', "receiver.x.telephone", "an emergency number"),
        (
            "\n[receiver.x]\nlog = true\nattempts = 0\n",
            "receiver.x.attempts",
            "at least 1, at most 100",
        ),
    ],
)
def test_a_mistake_is_told_at_its_place_with_advice(text, path, message):
    told = mistakes_of(text)
    assert list(told) == [path]
    assert message in told[path]


def test_what_the_file_says_is_what_the_acd_is_told():
    text = alert(
        'kind = "service_level"\nbelow_percent = 80\nqueues = ["sales"]\nrepeat_s = 600\n'
        'severity = "critical"\nescalate_after_s = 900\nescalate_to = ["mail"]'
    )
    text += '\n[alert.handset]\nkind = "handset"\nreceivers = ["mail"]\nagents = ["1001"]\n'
    appliance = parse_appliance(TEXT + text)
    settings = center_settings(appliance)
    assert settings.alerts == (
        AlertSettings(
            name="watch",
            rule=ServiceLevelLow(
                below_percent=80.0,
                target_s=20.0,
                last_minutes=30.0,
                at_least=10,
                formula=Formula.ALL,
            ),
            receivers=("log",),
            queues=(QueueName("sales"),),
            severity=Severity.CRITICAL,
            repeat_s=600.0,
            escalate_after_s=900.0,
            escalate_to=("mail",),
        ),
        AlertSettings(
            name="handset",
            rule=StationUnusable(),
            receivers=("mail",),
            agents=frozenset({AgentId("1001")}),
            after_s=60.0,
        ),
    )
    assert [receiver.name for receiver in settings.receivers] == ["log", "mail"]
    assert list(receivers_that("command", appliance)) == ["mail"]


def test_a_telephone_is_called_as_the_file_says():
    text = '\n[receiver.desk]\nstation = "desk-1"\nattempts = 5\npause_s = 90\nring_s = 25\n'
    (receiver,) = center_settings(parse_appliance(TEXT + text)).receivers
    assert receiver == ReceiverSettings(
        name="desk", station=PortId("desk-1"), attempts=5, pause_s=90.0, ring_s=25.0
    )


def test_a_telephone_to_which_no_route_leads_is_told():
    text = TEXT.replace("[route.world]", '[route.world]\nprefixes = ["+44"]')
    parse_appliance(text)
    with pytest.raises(ConfigurationError) as caught:
        parse_appliance(text + '\n[receiver.x]\ntelephone = "2125550142"\n')
    assert [str(mistake) for mistake in caught.value.mistakes] == [
        "receiver.x.telephone: no route leads to this number;"
        " add a table such as [route.world] and a trunk group"
    ]


def test_a_queue_can_be_named_by_prompts_that_are_there():
    with pytest.raises(ConfigurationError) as caught:
        parse_appliance(TEXT.replace("[queue.sales]", '[queue.sales]\nsaid_as = ["salez"]'))
    assert [mistake.path for mistake in caught.value.mistakes] == ["queue.sales.said_as[0]"]


def test_the_manuals_example_can_be_pasted():
    manual = (Path(__file__).parents[2] / "docs" / "manual" / "supervisor.md").read_text()
    example = manual.partition("## Alerts")[2].partition("```toml\n")[2].partition("```")[0]
    settings = center_settings(parse_appliance(TEXT + "\n" + example))
    assert len(settings.alerts) == 7
    assert len(settings.receivers) == 3
