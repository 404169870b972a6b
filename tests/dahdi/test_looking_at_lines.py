"""What technicians do with real channels: loops, bit errors, frames into files, dahdi_cfg's file."""

import json
import signal
import subprocess
import sys
import threading
import time

import pytest
from click.testing import CliRunner
from joined_spans import await_event, joined_spans, opened, pull_out

from drivers import (
    DahdiCard,
    DahdiCardSettings,
    DahdiControl,
    DahdiPortSettings,
    PortKind,
    SetBattery,
    parse_system_conf,
)
from drivers.dahdi.abi import Event, Hook, Signalling
from dsp import BitErrorCounter, BitSequence
from firmware_host.cli import switchroom
from firmware_host.look.octet_loop import OctetLoop
from firmware_host.look.pcap import read_pcap

CLEAR, DCHAN = 5, 16


def run(*words: str):
    return CliRunner().invoke(switchroom, [*words], prog_name="switchroom")


@pytest.fixture(scope="module")
def spans(control):
    with joined_spans(control) as pair:
        for span in pair:
            control.configure_channel(span.first_channel + DCHAN - 1, Signalling.HDLCFCS)
        yield pair


def test_spans_and_channels_are_listed_as_the_driver_has_them(spans):
    rows = {row["span"]: row for row in json.loads(run("spans", "--channels", "--json").stdout)}
    row = rows[spans[0].number]
    assert row["name"] == "DYN/loc/f:0"
    assert row["channels"] == len(row["channel"]) == 31
    assert row["channel"][DCHAN - 1]["signalling"] == "HDLC"
    assert run("spans").exit_code == 0
    assert run("alarms").output.strip() == "No alarm."


def test_counters_of_a_span_that_does_not_count_are_refused_with_its_number(spans):
    done = run("spans", "--reset-counters", str(spans[0].number))
    assert done.exit_code in (0, 1)
    assert str(spans[0].number) in done.output


def test_bits_pass_a_clear_channel_without_an_error(spans):
    near, far = (f"{span.number}-{CLEAR}" for span in spans)
    done = run("line", "bert", near, "--far", far, "--seconds", "2", "--json")
    found = json.loads(done.stdout)
    assert (found["errors"], found["slips"], found["losses"]) == (0, 0, 0), done.output
    assert found["bits"] > 64_000
    assert done.exit_code == 0


def test_a_far_channel_that_is_looped_gives_every_bit_back(spans):
    near, far = (f"{span.number}-{CLEAR + 1}" for span in spans)
    done = run("line", "bert", near, "--far", far, "--loop-far", "--seconds", "2", "--json")
    found = json.loads(done.stdout)
    assert (found["errors"], found["losses"]) == (0, 0), done.output
    assert found["bits"] > 64_000


def test_a_channel_that_nobody_set_up_is_tried_all_the_same_and_left_as_it_was(control):
    with joined_spans(control, 0xC, 4, near=None, far=None) as (near, far):
        done = run(
            *("line", "bert", f"{near.number}-2", "--far", f"{far.number}-2"),
            *("--seconds", "1", "--json"),
        )
        assert json.loads(done.stdout)["bits"] > 32_000, done.output
        for span in (near, far):
            assert control.channel(span.first_channel + 1).signalling == Signalling.NONE


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_whoever_is_ended_by_a_signal_leaves_no_channel_set_up(control, number, tmp_path):
    with joined_spans(control, 0xC, 4, near=None, far=None) as (near, _far):
        command = [sys.executable, "-m", "firmware_host.cli", "line", "loopback"]
        loop = subprocess.Popen([*command, f"{near.number}-2"], stdout=subprocess.PIPE)
        assert b"is looped" in loop.stdout.readline()
        loop.send_signal(number)
        assert loop.wait(20) == 128 + number
        loop.stdout.close()
        assert control.channel(near.first_channel + 1).signalling == Signalling.NONE


def test_a_loop_whose_card_is_pulled_out_says_so():
    with DahdiControl() as control, joined_spans(control, 0xC, 4) as (near, _far):
        command = [sys.executable, "-m", "firmware_host.cli", "line", "loopback"]
        loop = subprocess.Popen(
            [*command, f"{near.number}-2"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        assert b"is looped" in loop.stdout.readline()
        pull_out(near)
        _, told = loop.communicate(timeout=20)
        assert loop.returncode == 1
        assert b"removed" in told or b"gone" in told, told


@pytest.mark.parametrize(
    "words",
    [
        ("alarms", "--watch", "--every", "inf"),
        ("line", "loopback", "1-1", "--for", "nan"),
        ("line", "bert", "1-1", "--seconds", "nan"),
        ("line", "trace", "--seconds", "inf"),
    ],
    ids=lambda words: words[1],
)
def test_what_is_no_time_is_refused(words):
    done = run(*words)
    assert done.exit_code == 2, done.output


def test_a_channel_can_not_be_its_own_far_end(spans):
    name = f"{spans[0].number}-{CLEAR}"
    done = run("line", "bert", name, "--far", name)
    assert "the same channel" in done.output


def test_a_d_channel_is_not_for_bits(spans):
    done = run("line", "bert", f"{spans[0].number}-{DCHAN}")
    assert "is a D-channel" in done.output


def test_without_a_loop_it_says_that_nothing_came_back(spans):
    done = run("line", "bert", f"{spans[0].number}-{CLEAR}", "--seconds", "1")
    assert done.exit_code == 1
    assert "looped?" in done.output


def test_errors_that_are_put_in_are_counted_exactly(spans):
    sequence, counter = BitSequence(), BitErrorCounter()
    places = {3000, 3001, 5000, 9999, 12_345}
    sent = 0

    def spoiled(count: int) -> bytes:
        nonlocal sent
        octets = bytearray(sequence.octets(count))
        for place in places:
            if sent <= place < sent + count:
                octets[place - sent] ^= 0x10
        sent += count
        return bytes(octets)

    with (
        opened(spans[0].first_channel + CLEAR) as talker,
        opened(spans[1].first_channel + CLEAR) as listener,
    ):
        loop = OctetLoop()
        loop.add(talker, send=spoiled)
        loop.add(listener, receive=counter.receive)
        loop.run(lambda: sent < 20_000)
    found = counter.finish()
    assert found.errors == len(places)
    assert found.slips == 0


def test_frames_of_a_d_channel_are_kept_for_wireshark(spans, tmp_path):
    file = tmp_path / "d.pcap"
    near, far = (span.first_channel + DCHAN - 1 for span in spans)
    frames = [bytes([2, 1, 0x7F]), bytes([0, 1, 0, 0]) + bytes(range(40)), b"\x02\x01\x01\x02"]
    begun = time.time()

    def send() -> None:
        pause = threading.Event()
        with opened(far) as channel:
            channel.set_buffers(32, 1024)
            pause.wait(1.0)  # until the command has opened its end
            for frame in frames:
                assert channel.send_frame(frame)
                pause.wait(0.1)
            pause.wait(0.5)

    sender = threading.Thread(target=send)
    sender.start()
    done = run(
        *("line", "trace", f"{spans[0].number}-{DCHAN}", "--pcap", str(file), "--seconds", "2.5")
    )
    sender.join()
    assert done.exit_code == 0, done.output
    kept = list(read_pcap(file.read_bytes()))
    assert [frame for _, frame in kept] == frames
    assert all(begun < at < begun + 60 for at, _ in kept)
    assert near != far


def test_a_channel_that_carries_no_frames_is_refused_and_leaves_no_file(spans, tmp_path):
    file = tmp_path / "d.pcap"
    done = run("line", "trace", f"{spans[0].number}-{CLEAR}", "--pcap", str(file))
    assert done.exit_code == 1
    assert "no D-channel" in done.output
    assert not file.exists()


def test_a_released_port_is_anothers_until_it_is_taken_back(control):
    settings = {1: DahdiPortSettings(kind=PortKind.FXO), 2: DahdiPortSettings(kind=PortKind.FXO)}
    with joined_spans(control, 0xE, 4, near=None, far=Signalling.FXOKS) as (near, _):
        card = DahdiCard(DahdiCardSettings(span=near.number, ports=settings))
        try:
            number = card.channel_number(1)
            assert run("line", "loopback", f"{near.number}-2", "--for", "1").exit_code == 1
            card.release(1)
            with opened(number):
                assert not card.take_back(1)
                assert "held by another program" in card.faults[1]
            assert card.look_again() == [1]
            assert card.speech_descriptors.keys() == {1, 2}
            card.release(1)
            assert card.take_back(1)
        finally:
            card.unplug()


def test_a_ring_that_waits_for_its_time_is_forgotten_when_the_port_is_released(control):
    settings = {1: DahdiPortSettings(kind=PortKind.FXS)}
    with joined_spans(control, 0xC, 4, near=None, far=Signalling.FXSKS) as (near, far):
        card = DahdiCard(DahdiCardSettings(span=near.number, ports=settings))
        try:
            with opened(far.first_channel) as telephone:
                telephone.hook(Hook.OFFHOOK)
                lifted = await_event(card._channels[1], Event.RINGOFFHOOK)
                for value in lifted:
                    card.take_event(1, value)
                card.perform(1, SetBattery(present=False))  # for 0.8 s no other hook is taken
                card.perform(1, SetBattery(present=True))
                assert card._postponed
                card.release(1)
                card.poll()
        finally:
            card.unplug()


def test_dahdi_cfg_accepts_what_is_exported_and_configures_the_same(control, tmp_path):
    text = "\n".join(["fxsks=1-2", "fxoks=3-4", "mulaw=1-4", "loadzone=us", "defaultzone=us", ""])
    with joined_spans(control, 0xD, 4, near=None, far=None) as (near, _):
        first = near.first_channel
        conf = tmp_path / "in.conf"
        shift = text.replace("1-2", f"{first}-{first + 1}").replace(
            "3-4", f"{first + 2}-{first + 3}"
        )
        conf.write_text(shift.replace("1-4", f"{first}-{first + 3}"))
        tables = json.loads(run("card", "import", str(conf), "--json").stdout)["tables"]
        appliance = tmp_path / "appliance.toml"
        appliance.write_text(_office(tables))
        exported = run("--config", str(appliance), "card", "export")
        assert exported.exit_code == 0, exported.output
        out = tmp_path / "system.conf"
        out.write_text(exported.stdout)
        assert parse_system_conf(exported.stdout).signalling == {
            **dict.fromkeys((first, first + 1), "fxsks"),
            **dict.fromkeys((first + 2, first + 3), "fxoks"),
        }
        for options in (["-t"], []):
            told = subprocess.run(
                ["dahdi_cfg", "-c", out, *options], capture_output=True, text=True, check=False
            )
            assert told.returncode == 0, told.stderr + told.stdout
        words = [control.channel(first + place).signalling for place in range(4)]
        assert words == [Signalling.FXSKS] * 2 + [Signalling.FXOKS] * 2


def _office(tables: str) -> str:
    from firmware_host.demo.run import DEMO_APPLIANCE

    text = DEMO_APPLIANCE.read_text()
    begin, end = text.index("[card.virtual]"), text.index("[agent.")
    return text[:begin] + tables + text[end:]
