"""A caller on hold, and a message left, at signal level: what is heard tells it, not the state."""

import numpy as np
import pytest
import soundfile
from office import DEMO_APPLIANCE, Office, calls_and_presses, logs_in
from sound_checks import heard_at, speech_like

import acd
from firmware_host.town import Flash, HangUp, Lift, Play, Press, Wait, WaitForRing

AGENT = "*111001#4711#"
CALLERS_VOICE, AGENTS_VOICE = speech_like(3, 2.0), speech_like(4, 2.0)
TEXT = (
    DEMO_APPLIANCE.read_text()
    .replace(
        'keys = { "1" = "sales", "2" = "support" }',
        'keys = { "1" = "sales", "2" = "support", "3" = "leave" }',
    )
    .replace(
        "[flow.main.node.sales]",
        '[flow.main.node.leave]\nkind = "message"\nprompts = ["menu"]\nnext = "goodbye"\nbox = "sales"\n\n'
        "[flow.main.node.sales]",
        1,
    )
    + '\n[wrap_up]\ncodes = { "1" = "sold", "2" = "call again" }\n'
)


@pytest.fixture
def office(tmp_path):
    office = Office(tmp_path / "state", text=TEXT)
    yield office
    if office.lockstep.plane.slots:
        office.crash()


def test_a_caller_on_hold_hears_music_and_not_the_agent_and_then_the_agent_again(office):
    def agent():
        yield from logs_in(AGENT)
        yield WaitForRing(60)
        yield Lift()
        yield Wait(2.0)
        yield Flash()
        yield Wait(2.0)
        yield Play(AGENTS_VOICE)
        yield Wait(1.0)
        yield Flash()
        yield Wait(1.0)
        yield Play(AGENTS_VOICE)
        yield Wait(1.0)
        yield Press("*152")
        yield Wait(1.0)
        yield HangUp()

    def talks():
        yield Wait(60)

    office.agent("desk-1", agent())
    office.run(8)
    office.caller(calls_and_presses("1", then=talks()))
    office.until_fact(acd.CallHeld)
    assert office.view_of_agent("1001").state == "holding"
    office.until_fact(acd.CallEnded)
    office.stop()
    (record,) = office.records()
    assert (record.wrap_up_code, record.wrap_up_meaning) == ("2", "call again")
    assert 4.5 < record.held_s < 6.0
    sound, _ = soundfile.read(office.state / "recordings" / record.recording, dtype="int16")
    heard = sound[:, 1].astype(float)
    at, likeness = heard_at(heard, AGENTS_VOICE)
    assert likeness > 0.95, "the caller hears the agent once more"
    on_hold = heard[at - 5 * 8000 : at - 3 * 8000]
    assert np.sqrt(np.mean(on_hold**2)) > 300, "music"
    _, likeness = heard_at(heard[: at - 4000], AGENTS_VOICE)
    assert likeness < 0.5, "and what the agent says meanwhile is not heard"


def test_a_message_is_in_its_file_and_on_record(office):
    def speaks():
        yield Wait(6.0)
        yield Play(CALLERS_VOICE)
        yield Press("#")
        yield Wait(3.0)

    office.caller(calls_and_presses("3", then=speaks()))
    ended = office.until_fact(acd.MessageEnded)
    assert (ended.why, ended.kept, ended.box) == ("#", True, "sales")
    office.until_fact(acd.CallEnded)
    office.stop()
    (record,) = office.records()
    assert record.message == ended.file
    assert record.message_box == "sales"
    sound, rate_hz = soundfile.read(office.state / "recordings" / record.message, dtype="int16")
    assert abs(len(sound) / rate_hz - record.message_s) < 0.3
    assert heard_at(sound[:, 0], CALLERS_VOICE)[1] > 0.95
