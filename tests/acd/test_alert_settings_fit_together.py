"""Alerts that do not fit the rest of the settings are named."""

from dataclasses import replace

import pytest
from acd_appliance import settings

from acd import (
    AgentId,
    AlertSettings,
    CallTooLong,
    Center,
    NobodyLoggedIn,
    OffersMissed,
    QueueLoaded,
    QueueName,
    ReceiverSettings,
    ServiceLevelLow,
    SettingsError,
    StationUnusable,
    Threshold,
)

GOOD = AlertSettings(name="watch", rule=StationUnusable(), receivers=("desk",))
LEVEL = ServiceLevelLow(below_percent=80.0, target_s=20.0, last_minutes=30.0)
WRONG = {
    "there is no receiver 'nobody'": replace(GOOD, receivers=("nobody",)),
    "there is no receiver 'boss'": replace(GOOD, escalate_to=("boss",)),
    "there is no agent '9'": replace(GOOD, agents=frozenset({AgentId("9")})),
    "there is no queue 'none'": replace(GOOD, queues=(QueueName("none"),)),
    "after_s must be": replace(GOOD, after_s=-1.0),
    "repeat_s must be": replace(GOOD, repeat_s=float("nan")),
    "clears_below is a part": replace(GOOD, clears_below=1.5),
    "there is no schedule 'never'": replace(GOOD, rule=NobodyLoggedIn(schedule="never")),
    "names nothing that a queue bears": replace(
        GOOD, rule=QueueLoaded(when=Threshold(waited_s=5.0))
    ),
    "below_percent must be": replace(GOOD, rule=replace(LEVEL, below_percent=101.0)),
    "last_minutes must be": replace(GOOD, rule=replace(LEVEL, last_minutes=61.0)),
    "at_least must be": replace(GOOD, rule=replace(LEVEL, at_least=0)),
    "in_row must be 1 to 2": replace(GOOD, rule=OffersMissed(in_row=3)),
    "longer_than_s must be": replace(GOOD, rule=CallTooLong(longer_than_s=0.0)),
}


def center(*alerts):
    return Center(replace(settings(), alerts=alerts, receivers=(ReceiverSettings(name="desk"),)))


@pytest.mark.parametrize("problem", WRONG)
def test_an_alert_that_fits_nothing_is_named(problem):
    with pytest.raises(SettingsError) as caught:
        center(WRONG[problem])
    assert all(problem in line for line in caught.value.problems)


def test_an_alert_that_is_there_twice_is_named():
    with pytest.raises(SettingsError, match="'watch' is there 2 times"):
        center(GOOD, GOOD)
