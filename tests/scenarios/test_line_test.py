"""A line under test in a whole appliance, with faults put on the wire between exchange and card."""

from types import SimpleNamespace

import numpy as np
import pytest
from office import Office

import acd
from drivers import PortKind, SetHook
from dsp import g711_decode, g711_encode, tone_plan
from firmware_host.callserver.line_figures import line_figures
from firmware_host.callserver.look_handlers import new_line_test, port_for_work
from firmware_host.control_socket import Refused
from firmware_host.lockstep import Lockstep
from firmware_host.town import CallNumber, WaitForHangUp

LINE = "line-1"


def calling():
    yield CallNumber("5550100")
    yield WaitForHangUp(60)


class FaultyWire:
    """What the card hears is what the exchange sends, and a fault."""

    def __init__(self, lockstep: Lockstep, slot: int, fault) -> None:
        self.lockstep, self.slot, self.fault = lockstep, slot, fault
        self.ticks = 0

    def tick(self) -> None:
        lockstep = self.lockstep
        lockstep._ticks += 1
        now = lockstep.now
        law = lockstep.plane.law(self.slot)
        lockstep.town.step(now)
        lockstep.town_plane.rx[:] = lockstep.plane.tx
        lockstep.town_plane.tick()
        sent = g711_decode(bytes(lockstep.plane.tx[self.slot]), law)
        heard = g711_decode(bytes(lockstep.town_plane.tx[self.slot]), law).astype(np.float64)
        times = (np.arange(160) + 160 * self.ticks) / 8000
        heard = np.clip(heard + self.fault(times, sent), -32768, 32767).astype(np.int16)
        lockstep.plane.rx[:] = lockstep.town_plane.tx
        lockstep.plane.rx[self.slot] = np.frombuffer(g711_encode(heard, law), np.uint8)
        lockstep.plane.tick()
        lockstep.exchange.step(now)
        self.ticks += 1


def run_test(office: Office, line=LINE, kind=PortKind.FXO, fault=None, **options):
    exchange = office.lockstep.exchange
    port = port_for_work(exchange, line)
    over = []
    test = new_line_test(
        exchange, office.lockstep.plane, port, kind, done=lambda: over.append(1), **options
    )
    exchange.take_out(port, test, "under test", office.now)
    test.begin(office.now)
    silent = fault or (lambda _times, _sent: 0)
    wire = FaultyWire(office.lockstep, port.slot, silent)
    for _ in range(50 * 40):
        if over:
            break
        wire.tick()
    assert test.finished
    test.stop()
    exchange.put_back(port, office.now)
    return test, port


def figures(test, kind=PortKind.FXO):
    rows = line_figures(test.sounds, kind, tone_plan("us"), [])
    return {row["figure"]: SimpleNamespace(**row) for row in rows}


@pytest.fixture
def office(tmp_path):
    return Office(tmp_path)


def test_a_good_line_is_good_in_every_figure_and_comes_back(office):
    test, port = run_test(office)
    assert test.problem == ""
    found = figures(test)
    assert found["dial tone"].value == "350 + 440"
    assert {row.judgement for row in found.values()} <= {"good", ""}
    assert not port.in_service
    office.run(2.0)
    assert port.in_service
    assert port.line.state.value == "idle"


def test_noise_hum_and_direct_current_on_the_wire_are_measured_and_judged(office):
    rng = np.random.default_rng(3)

    def fault(times, _sent):
        hum = 350 * np.sin(2 * np.pi * 60 * times) + 100 * np.sin(2 * np.pi * 180 * times)
        return hum + rng.normal(scale=60, size=160) + 500

    test, _ = run_test(office, fault=fault)
    found = figures(test)
    # An amplitude of 350 is -36 dBm0 of 22,825 for 0 dBm0.
    assert found["hum, 60 Hz and harmonics"].value == pytest.approx(-36.0, abs=0.7)
    assert found["hum, 60 Hz and harmonics"].judgement == "bad"
    # Of 60 RMS, -48.6 dBm0, 78 % of it in the band.
    assert found["noise, 300 to 3400 Hz"].value == pytest.approx(-49.6, abs=1)
    assert found["noise, 300 to 3400 Hz"].judgement == "bad"
    assert found["direct current"].value == pytest.approx(1.53, abs=0.1)
    assert found["dial tone"].judgement == "good"


@pytest.mark.parametrize(("loss_db", "judgement"), [(3, "bad"), (10, "poor"), (20, "good")])
def test_the_echo_of_a_hybrid_is_measured_as_it_is(office, loss_db, judgement):
    test, _ = run_test(office, fault=lambda _times, sent: sent * 10 ** (-loss_db / 20))
    found = figures(test)
    assert found["echo return loss"].value == pytest.approx(loss_db, abs=0.5)
    assert found["echo return loss"].judgement == judgement
    assert found["return loss at 1004 Hz"].value == pytest.approx(loss_db, abs=0.5)


def test_an_exchange_without_dial_tone_is_bad(office):
    port = port_for_work(office.lockstep.exchange, LINE)
    # The line's current never reaches the exchange.
    perform = office.lockstep.exchange.cards.perform
    ordered = []

    def cut(where, command):
        ordered.append(command)
        if where is not port:
            perform(where, command)

    office.lockstep.exchange.cards.perform = cut
    test, _ = run_test(office)
    assert figures(test)["dial tone"].judgement == "bad"
    assert ordered.count(SetHook(off_hook=True)) == 2


def test_a_line_in_a_call_is_refused_and_its_call_goes_on(office):
    office.caller(calling())
    office.until_fact(acd.CallAnswered)
    with pytest.raises(Refused, match="carries call"):
        port_for_work(office.lockstep.exchange, LINE)
    assert office.lockstep.exchange.center.calls(office.now)


def test_an_unknown_line_is_refused_with_those_there_are(office):
    with pytest.raises(Refused, match="line-1, line-2"):
        port_for_work(office.lockstep.exchange, "line-9")


def test_a_line_under_test_is_refused_to_a_second_person_and_to_callers(office):
    exchange = office.lockstep.exchange
    port = port_for_work(exchange, LINE)
    test = new_line_test(exchange, office.lockstep.plane, port, PortKind.FXO, done=lambda: None)
    exchange.take_out(port, test, "under test", office.now)
    test.begin(office.now)
    office.run(1.0)
    with pytest.raises(Refused, match="under test already"):
        port_for_work(exchange, LINE)


def test_who_goes_away_in_the_middle_leaves_a_line_that_works(office):
    exchange = office.lockstep.exchange
    port = port_for_work(exchange, LINE)
    test = new_line_test(exchange, office.lockstep.plane, port, PortKind.FXO, done=lambda: None)
    exchange.take_out(port, test, "under test", office.now)
    test.begin(office.now)
    office.run(6.0)
    test.stop()
    exchange.put_back(port, office.now)
    office.run(3.0)
    assert port.in_service
    office.caller(calling())
    assert office.until_fact(acd.CallOfferedToUs)


def test_a_station_is_only_listened_to_while_its_handset_lies(office):
    test, port = run_test(office, line="desk-1", kind=PortKind.FXS)
    assert test.problem == ""
    assert "echo return loss" not in figures(test, PortKind.FXS)
    office.run(2.0)
    assert port.in_service


def test_a_handset_that_nobody_lifts_ends_the_test(office):
    test, _ = run_test(office, line="desk-1", kind=PortKind.FXS, lifted_limit_s=3.0)
    assert "not lifted" in test.problem


def test_a_card_that_goes_away_ends_the_test(office):
    exchange = office.lockstep.exchange
    port = port_for_work(exchange, LINE)
    test = new_line_test(exchange, office.lockstep.plane, port, PortKind.FXO, done=lambda: None)
    exchange.take_out(port, test, "under test", office.now)
    test.begin(office.now)
    exchange.unplug("virtual", "card lost", office.now)
    assert test.problem == "card lost"
    assert not exchange.is_taken_out(port)
