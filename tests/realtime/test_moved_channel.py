"""The far end gives a call of ours another channel than we asked for: speech moves with it, both ways."""

import importlib.util
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from waiting import wait_until

from drivers.pri.messages import (
    AcceptCall,
    CallArrived,
    CallConnected,
    PlaceCall,
    ReleaseCall,
)
from dsp import ActivityChanged, DigitHeard
from scripts.pri_load.appliance import LoadedAppliance, configuration
from scripts.pri_load.far_end import FarEnd

pytestmark = [
    pytest.mark.realtime,
    pytest.mark.faults,
    pytest.mark.timeout(90),
    pytest.mark.skipif(
        importlib.util.find_spec("drivers.pri._native") is None, reason="libpri-dev is not there"
    ),
]

TRUNKS = """
[trunk_group.carrier]
cards = ["e1-1"]
flow = "main"
choice = "up"

[trunk_group.office]
cards = ["e1-2"]
calls_through = true

[route.world]
via = [{ group = "carrier" }]
"""


def text() -> str:
    """Two spans: an office, whose calls go through to a carrier that may choose another channel."""
    plain = configuration(2, brief=True)
    begin = plain.index("[trunk_group.carrier]")
    end = plain.index("[prompt.greeting]")
    plain = plain[:begin] + TRUNKS + plain[end:]
    return plain.replace(
        '[card.e1-1.pri]\nswitch = "euroisdn_e1"\n',
        '[card.e1-1.pri]\nswitch = "euroisdn_e1"\nexclusive = false\n',
    )


@pytest.fixture
def far():
    with (
        TemporaryDirectory() as folder,
        LoadedAppliance(Path(folder), text()) as appliance,
        FarEnd(appliance, {"e1-1": {1}}) as far,
    ):
        appliance.start()
        far.bring_up()
        far.appliance = appliance
        yield far


def told(span, kind: type, limit_s: float = 10.0):
    return wait_until(
        lambda: next((each for each in span.receive() if isinstance(each, kind)), None),
        limit_s,
        kind.__name__,
    )


def test_speech_goes_over_the_channel_that_the_far_end_has_chosen(far):
    carrier, office = far.spans
    office.link.send(PlaceCall(call=2, channel=5, called="0212345678"))
    arrived = told(carrier, CallArrived)
    assert (arrived.called, arrived.channel) == ("40212345678", 2)
    carrier.link.send(AcceptCall(call=arrived.call))
    told(office, CallConnected)
    (call,) = far.appliance.ask("calls")
    assert (call["stage"], call["goes_by"]) == ("through", "carrier-1")
    (span, _) = far.appliance.ask("primary_rate")
    assert {each["channel"]: each["call"] for each in span["channels"] if each["call"]} == {
        2: "out"
    }

    at_carrier, at_office = far.slot("e1-1", 2), far.slot("e1-2", 5)
    for slot, other in ((at_carrier, at_office), (at_office, at_carrier)):
        far.plane.listen(other, digits=True)
        far.plane.send_digits(slot, "159", play_id=slot + 1)
        heard = []

        def all_heard(heard=heard, other=other) -> bool:
            found = [each for each in far.plane.detections() if isinstance(each, DigitHeard)]
            heard.extend(each.digit for each in found if each.slot == other)
            return heard == ["1", "5", "9"]

        wait_until(all_heard, 5, f"digits from slot {slot} at slot {other}")

    # The port that has that channel now keeps it: a caller who comes on it hears the greeting.
    office.link.send(ReleaseCall(call=2))
    wait_until(lambda: far.appliance.ask("calls") == [], 5, "the call is over")
    wait_until(lambda: carrier.receive() is not None and 2 in carrier.idle, 5, "channel 2 rests")
    carrier.link.send(PlaceCall(call=4, channel=2, called="5550100"))
    told(carrier, CallConnected)
    assert [each["line"] for each in far.appliance.ask("calls")] == ["carrier-1"]
    far.plane.listen(at_carrier, activity=True)
    wait_until(
        lambda: any(
            isinstance(each, ActivityChanged) and each.slot == at_carrier
            for each in far.plane.detections()
        ),
        5,
        "the greeting on channel 2",
    )
