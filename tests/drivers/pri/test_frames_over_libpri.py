"""What libpri says, read by tshark; what is not Q.931, read by libpri."""

import random
import shutil
import subprocess

import pytest
from random_calls import RandomCalls
from span_pair import control, pair, settings

from drivers.pri.messages import BeginSpan, SwitchType
from firmware_host.look.pcap import PcapWriter

TRANSFER_ABILITY = bytes.fromhex("1c0a11bea106020101020101")
"""Nortel's own facility in a DMS-100's SETUP, which tshark has no dissector for."""


@pytest.mark.skipif(shutil.which("tshark") is None, reason="tshark is not installed")
@pytest.mark.parametrize("switch", list(SwitchType), ids=lambda switch: switch.value)
def test_every_frame_of_many_calls_decodes_in_tshark(switch, tmp_path):
    channels = tuple(range(1, 24))
    given = {"switch": switch, "channels": tuple(each for each in channels if each != 16)}
    both = pair(seed=4, user=given, network=given)
    both.up()
    calls = RandomCalls(both, 4)
    calls.run(60, 0.2)
    assert calls.settle()
    file = tmp_path / "d-channel.pcap"
    with file.open("wb") as stream:
        writer = PcapWriter(stream)
        for at, _, frame in both.frames:
            if TRANSFER_ABILITY not in frame:
                writer.write(frame, at)
    by_qsig = (SwitchType.NI2, SwitchType.QSIG, SwitchType.DMS100)
    facility = "QSIG" if switch in by_qsig else "ETSI"
    dissect = ["tshark", "-o", f"q932.facility_encoding:Dissect facility as {facility}", "-r", file]

    def lines(*words: str) -> list[str]:
        done = subprocess.run([*dissect, *words], capture_output=True, text=True, check=True)
        return done.stdout.splitlines()

    assert lines("-Y", "_ws.malformed || _ws.expert.severity == error") == []
    assert len(lines("-Y", "q931")) > 200
    assert len(lines("-Y", "q931.message_type == 0x05")) >= 20


def spoiled(chance: random.Random, frames: list[bytes]) -> bytes:
    frame = bytearray(chance.choice(frames))
    for _ in range(chance.randint(1, 4)):
        match chance.randrange(5):
            case 0 if frame:
                frame[chance.randrange(len(frame))] = chance.randrange(256)
            case 1:
                del frame[chance.randrange(len(frame) + 1) :]
            case 2:
                at = chance.randrange(len(frame) + 1)
                frame[at:at] = chance.randbytes(chance.randint(1, 20))
            case 3 if len(frame) > 2:
                at = chance.randrange(len(frame))
                del frame[at : at + chance.randint(1, 5)]
            case _:
                frame += chance.randbytes(chance.randint(1, 40))
    if chance.random() < 0.5 and len(frame) > 4:
        frame[2:4] = b"\x03"  # unnumbered information: layer 3 sees it whatever layer 2 counts
    return bytes(frame[:280])


def test_spoiled_frames_leave_no_call_and_no_channel_behind():
    both = pair(seed=5)
    both.up()
    calls = RandomCalls(both, 5)
    calls.run(40, 0.2)
    assert calls.settle()
    kinds = [frame for _, by_network, frame in both.frames if by_network]
    victim = control(settings(network_side=False))
    victim.begin(BeginSpan(span=victim.settings), 0.0)
    chance = random.Random(6)
    now = 0.0
    for _ in range(50_000):
        now += 0.001
        victim.receive_frame(spoiled(chance, kinds), now)
        at = victim.next_timer()
        if at is not None and at <= now:
            victim.handle_timers(now)
        victim.span.frames_to_send()
        victim.take_reports()
    for _ in range(2000):
        at = victim.next_timer()
        if at is None or now > 3000:
            break
        now = max(now, at)
        victim.handle_timers(now)
        victim.span.frames_to_send()
    assert victim.live_calls == 0
    assert victim.span.calls == 0
