"""Lines of real channels measured: what the far end puts on them is what the figures say."""

import os
import select
import threading
import time
from dataclasses import asdict

import numpy as np
import pytest
from click.testing import CliRunner
from joined_spans import joined_spans

from drivers import (
    DahdiCard,
    DahdiCardSettings,
    DahdiChannel,
    DahdiLaw,
    DahdiPortSettings,
    HookChanged,
    PortKind,
)
from drivers.dahdi.abi import Signalling
from dsp import (
    CardRequests,
    DigitHeard,
    EventFetched,
    HybridSetting,
    Law,
    Plane,
    g711_decode,
    g711_encode,
    tone_plan,
    tuning_frequencies_hz,
)
from firmware_host.callserver.line_figures import line_figures
from firmware_host.callserver.line_test import LineTest
from firmware_host.cli import switchroom
from firmware_host.demo.run import DEMO_APPLIANCE
from firmware_host.look.tune_command import _Meter

OURS, EXCHANGE = 0, 1


@pytest.fixture(scope="module")
def spans(control):
    with joined_spans(control, 0xC, 2, near=Signalling.FXSKS, far=Signalling.FXOKS) as pair:
        yield pair


def card_of(span, kind):
    settings = {1: DahdiPortSettings(kind=kind, law=DahdiLaw.ALAW)}
    return DahdiCard(DahdiCardSettings(span=span.number, ports=settings))


def test_a_line_test_measures_the_dial_tone_and_echo_of_a_real_channel(spans):
    cards = [card_of(spans[0], PortKind.FXO), card_of(spans[1], PortKind.FXS)]
    plan = tone_plan("us")
    ids = iter(range(1, 1000))
    with Plane(2, law=Law.ALAW) as plane:
        for slot, card in enumerate(cards):
            descriptor = card.speech_descriptors[1].read
            requests = CardRequests(**asdict(card.speech_requests))
            plane.attach(slot, descriptor, clock=True, requests=requests)
        plane.listen(EXCHANGE, digits=True)
        plane.start()
        test = LineTest(
            PortKind.FXO,
            OURS,
            plane,
            perform=lambda command: cards[OURS].perform(1, command),
            new_play_id=lambda: next(ids),
            done=lambda: None,
        )
        test.begin(time.monotonic())
        pause = threading.Event()
        while not test.finished:
            pause.wait(0.01)
            for detection in plane.detections():
                if isinstance(detection, EventFetched):
                    for event in cards[detection.slot].take_event(1, detection.value):
                        if event == HookChanged(off_hook=True):
                            plane.play_tone(EXCHANGE, plan.dial, play_id=next(ids))
                        elif isinstance(event, HookChanged):
                            plane.stop_tone(EXCHANGE)
                elif detection.slot == OURS:
                    test.detected(detection, time.monotonic())
                elif isinstance(detection, DigitHeard):
                    plane.stop_tone(EXCHANGE)
                    plane.connect(EXCHANGE, EXCHANGE, gain_db=-10)  # its hybrid
            at = test.next_timer()
            if at is not None and at <= time.monotonic():
                test.handle_timer(time.monotonic())
        assert test.problem == ""
        for slot in (OURS, EXCHANGE):
            plane.detach(slot)
        pause.wait(0.1)
    for card in cards:
        card.unplug()
    figures = {row["figure"]: row for row in line_figures(test.sounds, PortKind.FXO, plan, [])}
    assert figures["dial tone"]["value"] == "350 + 440"
    assert figures["echo return loss"]["value"] == pytest.approx(10, abs=1)
    assert figures["echo return loss"]["judgement"] == "poor"
    assert figures["noise, 300 to 3400 Hz"]["judgement"] == "good"


class TunableChannel(DahdiChannel):
    """As if its module could be tuned: the far end filters as it is told."""

    taps = (0,) * 8

    def tune_hybrid(self, coefficients) -> None:
        raw = [getattr(coefficients, f"coef{number}") for number in range(1, 9)]
        self.taps = tuple(tap - 256 if tap > 127 else tap for tap in raw)


def test_echoes_at_different_settings_are_measured_against_one_time(spans):
    exchange = DahdiChannel(spans[1].first_channel + 1)
    near = TunableChannel(spans[0].first_channel + 1)
    before = np.zeros(16)
    over = threading.Event()

    def filtered(octets: bytes) -> bytes:
        nonlocal before
        sound = np.concatenate([before, g711_decode(octets, Law.ALAW)])
        response = np.zeros(17)
        response[2] = 0.4
        response[4:12] -= np.array(near.taps) / 256
        before = sound[-16:]
        return g711_encode(
            np.convolve(sound, response)[16 : 16 + len(octets)].astype(np.int16), Law.ALAW
        )

    def hybrid() -> None:
        """One block goes for each that comes."""
        exchange.set_buffers(16)
        exchange.flush()
        os.write(exchange.descriptor, bytes([Law.ALAW.idle_octet]) * 160)
        os.write(exchange.descriptor, bytes([Law.ALAW.idle_octet]) * 160)
        poll = select.poll()
        poll.register(exchange.descriptor, select.POLLIN | select.POLLPRI)
        while not over.is_set():
            for _, what in poll.poll(100):
                if what & select.POLLPRI:
                    exchange.next_event()
                elif what & select.POLLIN:
                    block = os.read(exchange.descriptor, 160)
                    os.write(exchange.descriptor, filtered(block))

    far = threading.Thread(target=hybrid)
    far.start()
    try:
        meter = _Meter(near, Law.ALAW, "4", lambda: None)
        plain = meter._measure(HybridSetting(0))
        tapped = meter._measure(HybridSetting(0, (0, 64, 0, 0, 0, 0, 0, 0)))
        again = meter._measure(HybridSetting(0))
    finally:
        over.set()
        far.join()
        near.close()
        exchange.close()
    assert np.abs(plain) == pytest.approx(0.4, abs=0.02)
    assert np.abs(again - plain).max() < 0.02
    # A quarter is taken away three samples later than the echo comes.
    turn = np.exp(-2j * np.pi * tuning_frequencies_hz() * 3 / 8000)
    assert np.abs((tapped - plain) / plain - -0.625 * turn).max() < 0.06


def test_a_module_that_takes_no_hybrid_settings_is_refused_in_words(spans):
    words = ["--config", str(DEMO_APPLIANCE), "line", "tune", f"{spans[0].number}-1"]
    done = CliRunner().invoke(switchroom, words)
    assert done.exit_code == 1
    assert "no hybrid settings" in done.output
