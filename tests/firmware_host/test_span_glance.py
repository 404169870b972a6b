"""`span show`: a span's layers and channels on a few lines."""

from firmware_host.look.span_glance import glance

E1 = {
    "span": "e1",
    "switch": "euroisdn_e1",
    "side": "user",
    "worker": "there",
    "layer_1": "ok",
    "layer_2": "up",
    "timeslots": 31,
    "d_channel": 16,
    "channels": [],
}


def channel(number: int, state: str = "idle", call: str = "") -> dict:
    return {"channel": number, "state": state, "call": call}


def test_every_timeslot_has_its_sign_and_each_sign_that_is_there_its_meaning():
    channels = [
        channel(1),
        channel(2, "busy", "in"),
        channel(3, "busy", "out"),
        channel(4, "busy"),
        channel(5, "locked"),
        channel(31, "kept"),
    ]
    assert glance({**E1, "channels": channels}) == [
        "e1: euroisdn_e1, we are user; layer 1 ok, layer 2 up, worker there",
        "   1 . i o b X _ _ _ _ _",
        "  11 _ _ _ _ _ D _ _ _ _",
        "  21 _ _ _ _ _ _ _ _ _ _",
        "  31 k",
        "  . idle, i call came in, o call goes out, b busy, X its restart is not acknowledged,"
        " k talks, nobody supervises, D D-channel, _ no line of ours",
    ]


def test_a_state_that_is_not_known_is_a_question_mark():
    t1 = {**E1, "timeslots": 24, "d_channel": 24, "channels": [channel(1, "bewitched")]}
    assert glance(t1)[1] == "   1 ? _ _ _ _ _ _ _ _ _"
    assert glance(t1)[3] == "  21 _ _ _ D"
