"""The first whole call, trunks and handsets both on the real kernel driver: menu, queue, handset, record."""

import random
import subprocess

import pytest
import soundfile
from dahdi_appliance import (
    DahdiAppliance,
    Witness,
    configuration,
    desk,
    judged_if_undisturbed,
    trunk,
    wait_until,
)
from joined_spans import joined_spans
from sound_checks import digits_by_multimon, heard_at, speech_like

import acd

pytestmark = pytest.mark.timeout(240)
KEY = 3


@pytest.fixture(scope="module")
def appliance(control, tmp_path_factory):
    trunks = [
        trunk("line-1", "tdm", 1, caller_id="fsk_after_first_ring"),
        trunk("line-2", "tdm", 2, signalling='"loopstart"', clears_on='["busy_tone"]'),
        trunk("line-3", "tdm", 3, signalling='"em_wink"', caller_id="none"),
    ]
    desks = [desk(f"desk-{n}", "tdm", 6 + n) for n in (1, 2, 3)]
    with joined_spans(control, KEY, channels=24, near=None, far=None):
        folder = tmp_path_factory.mktemp("dahdi")
        appliance = DahdiAppliance(folder, configuration({"tdm": KEY}, trunks, desks))
        appliance.start("town")
        appliance.start("callserver")
        try:
            appliance.comes_up(60)
            wait_until(lambda: appliance.agents_ready(3), 60, "agents logged in by their handsets")
            yield appliance
        finally:
            codes = appliance.stop()
    assert codes == {"callserver": 0, "town": 0}


def test_a_caller_is_recognised_served_and_on_record(appliance):
    with judged_if_undisturbed(appliance):
        a_caller_is_served(appliance)


def a_caller_is_served(appliance):
    chance = random.Random()
    number = "".join(chance.choices("123456789", k=10))
    key = chance.choice("12")
    voice = appliance.state.parent / "voice.wav"
    spoken = speech_like(chance.randrange(1000), 2.0)
    soundfile.write(voice, spoken, 8000)
    lost = lost_blocks(appliance)
    with (
        Witness() as witness,
        appliance.dial(
            calling=number, called="5550100", press=key, say=str(voice), stay_s=6.0
        ) as outcome,
    ):
        pass
    assert lost_blocks(appliance) == lost or witness.gaps
    assert outcome == {"answered": True, "pressed": key, "spoke": True, "ended_by": "caller"}
    wait_until(lambda: appliance.facts(acd.CallEnded), 20, "the call is over")
    (offered,) = appliance.facts(acd.CallOfferedToUs)
    assert offered.number == number
    (pressed,) = appliance.facts(acd.KeyPressed)
    assert (pressed.key, pressed.accepted) == (key, True)
    (connected,) = appliance.facts(acd.CallConnected)
    assert connected.queue == {"1": "sales", "2": "support"}[key]

    (file,) = (appliance.state / "recordings").rglob("*.wav")
    told = subprocess.run(["soxi", file], capture_output=True, text=True, check=True).stdout
    assert "Channels       : 2" in told
    assert digits_by_multimon(file, 1) == key
    assert digits_by_multimon(file, 2) == ""
    sound, _ = soundfile.read(file, dtype="int16")
    assert heard_at(sound[:, 0], spoken)[1] > 0.95
    assert heard_at(sound[:, 1], spoken)[1] < 0.5


def lost_blocks(appliance: DahdiAppliance) -> dict[str, int]:
    return {name: line["lost_blocks"] for name, line in appliance.lines().items()}
