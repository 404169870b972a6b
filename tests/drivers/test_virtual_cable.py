"""The crossed cable, within a process and between two: what one end does, the other sees."""

import os
import select
import socket
import threading

import pytest

from drivers import (
    BatteryChanged,
    CableListener,
    CardError,
    CardLost,
    DialPulses,
    HookChanged,
    LockstepCable,
    PolarityReversed,
    PortKind,
    ReversePolarity,
    RingBurstEnded,
    RingBurstStarted,
    SetBattery,
    SetHook,
    SetMessageWaiting,
    SetRinger,
    SocketCableEnd,
    TransmitOnHook,
    connect_cable,
)

KINDS = (PortKind.FXO, PortKind.FXS, PortKind.EM)
FAR_KINDS = (PortKind.FXS, PortKind.FXO, PortKind.EM)


def socket_cable(tmp_path):
    far = SocketCableEnd(FAR_KINDS)
    listener = CableListener(tmp_path / "cable.sock", far)
    near = plug(listener, tmp_path)
    return near, far, listener


def plug(listener, tmp_path):

    accepted = threading.Thread(
        target=lambda: select.select([listener.descriptor], [], [], 5) and listener.accept()
    )
    accepted.start()
    near = connect_cable(tmp_path / "cable.sock")
    accepted.join(5)
    return near


@pytest.fixture(params=["lockstep", "socket"])
def ends(request, tmp_path):
    if request.param == "lockstep":
        cable = LockstepCable(KINDS)
        yield cable.near, cable.far
        return
    near, far, listener = socket_cable(tmp_path)
    yield near, far
    near.unplug()
    listener.close()


def test_an_end_that_is_plugged_in_sees_how_each_line_stands(ends):
    near, far = ends
    assert near.kinds == KINDS
    tie_line = (2, HookChanged(off_hook=False))
    assert near.poll() == [
        (0, BatteryChanged(present=False)),
        (1, HookChanged(off_hook=False)),
        tie_line,
    ]
    assert far.poll() == [
        (0, HookChanged(off_hook=False)),
        (1, BatteryChanged(present=False)),
        tie_line,
    ]


def test_each_end_of_a_tie_line_has_a_lead_of_its_own(ends):
    near, far = ends
    near.poll(), far.poll()
    near.perform(2, SetHook(off_hook=True))
    assert (near.poll(), far.poll()) == ([], [(2, HookChanged(off_hook=True))])
    far.perform(2, SetHook(off_hook=True))
    near.perform(2, SetHook(off_hook=False))
    assert near.poll() == [(2, HookChanged(off_hook=True))]
    assert far.poll() == [(2, HookChanged(off_hook=False))]


def test_what_only_other_cards_can_do_a_cable_ignores(ends):
    near, far = ends
    near.poll(), far.poll()
    far.perform(0, TransmitOnHook(seconds=3.0))
    far.perform(0, SetMessageWaiting(waiting=True))
    near.perform(0, DialPulses(digits="12"))
    assert (near.poll(), far.poll()) == ([], [])


def test_ports_of_a_kind_that_nobody_knows_are_refused_not_guessed(tmp_path):
    server = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    server.bind(str(tmp_path / "cable.sock"))
    server.listen()

    def greet() -> None:
        connection, _ = server.accept()
        connection.send(b"switchroom cable 1\n" + b"\x02\x00\x00" + bytes([0, 3]))
        connection.close()

    greeting = threading.Thread(target=greet)
    greeting.start()
    with pytest.raises(CardError, match="kind"):
        connect_cable(tmp_path / "cable.sock")
    greeting.join(5)
    server.close()


def test_what_one_end_does_the_other_sees_crossed_and_in_order(ends):
    near, far = ends
    near.poll(), far.poll()
    for command in (SetBattery(present=True), SetRinger(ringing=True), SetRinger(ringing=False)):
        far.perform(0, command)
    far.perform(0, ReversePolarity())
    near.perform(0, SetHook(off_hook=True))
    assert near.poll() == [
        (0, BatteryChanged(present=True)),
        (0, RingBurstStarted()),
        (0, RingBurstEnded()),
        (0, PolarityReversed()),
    ]
    assert far.poll() == [(0, HookChanged(off_hook=True))]


def test_a_level_that_does_not_change_does_not_travel(ends):
    near, far = ends
    near.poll(), far.poll()
    near.perform(0, SetHook(off_hook=False))
    assert far.poll() == []


def test_a_new_call_server_finds_the_lines_as_the_old_one_left_them(tmp_path):
    near, far, listener = socket_cable(tmp_path)
    far.perform(0, SetBattery(present=True))
    far.perform(1, SetHook(off_hook=True))
    near.perform(0, SetHook(off_hook=True))
    far.poll()
    near.unplug()
    with pytest.raises(CardLost):
        far.poll()
    far.unplug()
    again = plug(listener, tmp_path)
    assert again.poll()[:2] == [(0, BatteryChanged(present=True)), (1, HookChanged(off_hook=True))]
    assert far.poll()[:2] == [
        (0, HookChanged(off_hook=False)),
        (1, BatteryChanged(present=False)),
    ]
    again.unplug()
    listener.close()


def test_speech_has_a_descriptor_of_its_own_for_each_port(tmp_path):
    near, far, listener = socket_cable(tmp_path)
    assert len(near.speech_descriptors) == len(far.speech_descriptors) == 3
    for port in range(3):
        os.write(near.speech_descriptors[port].write, bytes([port]) * 160)
        assert os.read(far.speech_descriptors[port].read, 200) == bytes([port]) * 160
    near.unplug()
    listener.close()


def test_the_far_end_that_is_not_there_is_named_with_the_next_step(tmp_path):
    with pytest.raises(CardError, match=r"cable\.sock.*switchroom town"):
        connect_cable(tmp_path / "cable.sock")


def test_something_else_that_listens_there_is_refused(tmp_path):
    server = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    server.bind(str(tmp_path / "cable.sock"))
    server.listen()
    with pytest.raises(CardError, match="cable"):
        connect_cable(tmp_path / "cable.sock", timeout_s=0.1)
    server.close()


def test_a_second_cable_is_refused_while_the_first_lives_and_taken_when_it_is_gone(tmp_path):
    near, far, listener = socket_cable(tmp_path)
    far.poll()
    intruder = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    intruder.connect(str(tmp_path / "cable.sock"))
    assert not listener.accept()
    assert intruder.recv(64) == b""
    intruder.close()
    near.perform(0, SetHook(off_hook=True))
    assert far.poll() == [(0, HookChanged(off_hook=True))]
    near.unplug()
    again = plug(listener, tmp_path)
    again.unplug()
    listener.close()


def test_nonsense_on_the_cable_is_ignored(tmp_path):
    near, far, listener = socket_cable(tmp_path)
    near.poll()
    connection = far._connection
    for message in (b"x", b"\xff\xff\x00", b"\x00\x00\xff", b"y" * 64):
        connection.send(message)
    assert near.poll() == []
    near.unplug()
    listener.close()
