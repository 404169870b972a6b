"""The whole call over PRI: B- and D-channels on the kernel driver, a worker with libpri at each end."""

import importlib.util
import subprocess
import sys

import pytest
import soundfile
from dahdi_appliance import (
    DahdiAppliance,
    configuration,
    desk,
    judged_if_undisturbed,
    wait_until,
)
from hand import Hand
from joined_spans import joined_spans
from sound_checks import digits_by_multimon, heard_at, speech_like

import acd

pytestmark = [
    pytest.mark.timeout(420),
    pytest.mark.skipif(
        importlib.util.find_spec("drivers.pri._native") is None, reason="libpri-dev is not there"
    ),
]
SPAN, ANALOG = 0x7, 0x8
TRUNKS = """
[card.e1]
kind = "dahdi"
span = "DYN/loc/7:0"
town_span = "DYN/loc/7:1"

[card.e1.pri]
switch = "qsig"

[trunk_group.carrier]
cards = ["e1"]
flow = "main"
channels = "1,17"
"""


class OnSpan(DahdiAppliance):
    """With the PRI workers of both sides."""

    def start_workers(self) -> None:
        for name in ("pri", "town-pri"):
            with (self.state / f"{name}.log").open("ab") as log:
                self._processes[name] = subprocess.Popen(
                    [sys.executable, "-m", "drivers.pri", self.state / f"{name}.sock"],
                    stdout=log,
                    stderr=log,
                )

    def stop(self) -> dict[str, int]:
        codes = super().stop()
        for name in ("pri", "town-pri"):
            self._processes[name].terminate()
            codes[name] = self._processes[name].wait(timeout=30)
        return codes


@pytest.fixture(scope="module")
def appliance(control, tmp_path_factory):
    text = configuration({"tdm": ANALOG}, [TRUNKS], [desk("desk-1", "tdm", 1)])
    with (
        joined_spans(control, ANALOG, channels=4, near=None, far=None),
        joined_spans(control, SPAN, channels=31, near=None, far=None),
    ):
        appliance = OnSpan(tmp_path_factory.mktemp("pri"), text)
        appliance.start_workers()
        appliance.start("town", "--no-staff")
        appliance.start("callserver")
        try:
            appliance.comes_up(90)
            yield appliance
        finally:
            codes = appliance.stop()
    assert set(codes.values()) == {0}, codes


@pytest.fixture
def agent(appliance):
    """At desk-1, logged in; greets whoever calls."""
    greeting = appliance.state.parent / "greeting.wav"
    soundfile.write(greeting, speech_like(21, 0.8), 8000)
    hand = Hand(appliance, "desk-1", "--say", str(greeting))
    hand.screen.types(" ")
    hand.screen.sees("hears dial tone", 30)
    hand.screen.types("*111001#4711#")
    wait_until(lambda: "desk-1" in str(appliance.ask("callserver", "agents")), 30, "logged in")
    hand.screen.types("l")
    wait_until(lambda: appliance.agents_ready(1), 30, "ready")
    yield hand
    hand.close()


def test_a_caller_over_the_span_is_shown_to_the_agent_by_number_and_name(appliance, agent):
    with judged_if_undisturbed(appliance):
        a_caller_is_shown(appliance, agent)


def a_caller_is_shown(appliance, agent):
    voice = appliance.state.parent / "voice.wav"
    spoken = speech_like(5, 2.0)
    soundfile.write(voice, spoken, 8000)
    with appliance.dial(
        calling="12125550142", name="ADA", called="5550100", press="1", say=str(voice), stay_s=40.0
    ) as outcome:
        agent.screen.sees(r"display: .*12125550142", 60)
        agent.screen.sees(r"display: .*ADA", 5)
        agent.screen.types("l")
        wait_until(lambda: appliance.calls("talking"), 30, "a talk")
        (file,) = (appliance.state / "recordings").rglob("*.wav")
        wait_until(lambda: said(file, spoken), 30, "what the caller says is recorded")
        agent.screen.types("q")
    assert outcome["answered"]
    assert outcome["ended_by"] == "appliance"
    wait_until(lambda: appliance.facts(acd.CallEnded), 20, "the call is over")
    (offered,) = appliance.facts(acd.CallOfferedToUs)
    assert (offered.number, offered.name, offered.called) == ("12125550142", "ADA", "5550100")
    told = subprocess.run(["soxi", file], capture_output=True, text=True, check=True).stdout
    assert "Channels       : 2" in told
    assert digits_by_multimon(file, 1) == "1"
    assert digits_by_multimon(file, 2) == ""
    assert said(file, spoken)
    wait_until(appliance.all_in_service, 10, "the channel is free")


def said(file, spoken) -> bool:
    """Whether the caller's side has these words, as far as it is recorded."""
    sound, _ = soundfile.read(file, dtype="int16")
    return len(sound) > len(spoken) and heard_at(sound[:, 0], spoken)[1] > 0.95
