"""What a waiting caller hears of place and time, at signal level: the words are in the recording."""

import shutil

import numpy as np
import pytest
import soundfile
from office import DEMO_APPLIANCE, Office, answers, calls_and_presses, steps
from sound_checks import heard_at

import acd
from drivers import CallerNumber
from dsp import g711_decode
from firmware_host.callserver import compose_prompts
from firmware_host.town import HangUp, Wait

ONLY_AGENT_ONE = (
    DEMO_APPLIANCE.read_text()
    .replace('agents = ["1001", "1002"]', 'agents = ["1001"]', 1)
    .replace("wrap_up_s = 10", "wrap_up_s = 80", 1)
)
ROMANIAN, ENGLISH = "5550200", "5550100"


@pytest.fixture
def measured_office(tmp_path):
    """One agent, ten talks behind it: a call keeps her a hundred seconds; then one that stays."""
    office = Office(tmp_path, text=ONLY_AGENT_ONE)
    office.agent("desk-1", answers("*111001#4711#", stays_s=3600))
    office.run(8)
    for call in range(11):
        stays_s = 15 if call < 10 else 3600
        talks = steps(Wait(stays_s), HangUp())
        office.caller(calls_and_presses("1", then=talks), CallerNumber(number=str(100 + call)))
        office.until_fact(acd.CallConnected, 90)
        if call < 10:
            office.until_fact(acd.AgentWrappedUp, 180)
    yield office
    if office.lockstep.plane.slots:
        office.crash()


def waits(office, number: str, called: str) -> str:
    """Somebody calls and waits; returns the call."""
    script = calls_and_presses("1", then=steps(Wait(45), HangUp()), number=called)
    office.caller(script, CallerNumber(number=number))
    return office.until_fact(acd.CallerQueued).call


def heard(office, call: str) -> np.ndarray:
    """What a caller heard in the first 20 s, from the recording's right channel."""
    (file,) = office.state.glob(f"recordings/*/*-{call}.wav")
    sound, _ = soundfile.read(file, dtype="int16")
    return sound[: 20 * 8000, 1]


@pytest.mark.skipif(not shutil.which("espeak-ng"), reason="needs espeak-ng: tones are all alike")
def test_callers_hear_their_place_and_about_how_many_minutes_each_in_their_language(
    measured_office,
):
    office = measured_office
    prompts = compose_prompts(office.appliance)
    english, romanian = waits(office, "201", ENGLISH), waits(office, "202", ROMANIAN)
    office.run(60)
    told = {
        fact.call: round(fact.wait_s / 60)
        for fact in reversed(office.facts_of(acd.AnnouncementPlayed))
    }  # the first of each
    assert 2 <= told[english] < told[romanian] <= 9, (
        "a quantile: more than the mean of 100 s a call"
    )
    asked = {1: "place.1", 2: "place.2"}
    for call, language, place in ((english, "en", 1), (romanian, "ro", 2)):
        minutes = told[call]
        right = heard(office, call)
        place_at, surely = heard_at(
            right, g711_decode(prompts.prompt(asked[place], language), office.law)
        )
        assert surely > 0.95
        wait_at, surely = heard_at(
            right, g711_decode(prompts.prompt(f"wait.{minutes}", language), office.law)
        )
        assert surely > 0.95
        assert 0 < (wait_at - place_at) / 8000 < 4
        for other in range(1, 10):
            if other != minutes:
                sound = g711_decode(prompts.prompt(f"wait.{other}", language), office.law)
                assert heard_at(right, sound)[1] < 0.9, (language, other)
