"""Call control in a short storm: crashes while the journal is written, and what would be noticed."""

from contextlib import nullcontext
from dataclasses import replace
from random import Random

import pytest

from acd import (
    AgentPaused,
    CallEnded,
    CallerQueued,
    CallOfferedToUs,
    Cleared,
    DigitReceived,
    FlowEntered,
    HandsetLifted,
    OfferMade,
)
from acd.ids import Cause
from scripts.storm.__main__ import Storm
from scripts.storm.checks import look_at_records, look_quickly
from scripts.storm.fault import Fault
from scripts.storm.machine import Machine
from scripts.storm.site import AGENTS, STATIONS


@pytest.fixture
def machine(tmp_path):
    return Machine(tmp_path / "journal", Random(1))


def dial(machine, station, keys):
    machine.tell(HandsetLifted(port=station))
    for key in keys:
        machine.tell(DigitReceived(port=station, digit=key))
    machine.tell(Cleared(port=station, cause=Cause.AGENT_HUNG_UP))


def log_in(machine, number=0):
    agent = AGENTS[number]
    dial(machine, STATIONS[number], f"*11{agent}#{agent[::-1]}#")


@pytest.mark.timeout(60)
def test_a_hundred_crashes_at_any_octet_forget_nothing_that_was_safe(tmp_path):
    storm = Storm(tmp_path / "journal", 3, kill_one_in=25)
    storm.run_to(4_000)
    assert storm.machine.kills > 60
    assert storm.machine.lost_facts > 60, "some had not come to the disk"
    look_at_records(storm.machine)


def test_the_same_seed_is_the_same_storm(tmp_path):
    storms = [Storm(tmp_path / name, 5, kill_one_in=300) for name in ("one", "other")]
    for storm in storms:
        storm.run_to(1_500)
    assert storms[0].figures() == storms[1].figures()


def test_a_pause_that_was_safe_and_is_gone_is_noticed(machine):
    log_in(machine)
    machine.let_disk_write()
    machine.book.take(AgentPaused(agent=AGENTS[0], reason="lunch"), machine.true_s)
    with pytest.raises(Fault, match="a pause"):
        machine.kill(away_s=1.0, is_reboot=False)


def test_a_pause_that_seems_to_have_begun_at_another_time_is_noticed(machine):
    log_in(machine)
    dial(machine, STATIONS[0], "*131")
    machine.let_disk_write()
    machine.pass_time(10.0)
    machine.book.agents[AGENTS[0]].paused_at += 1.0
    with pytest.raises(Fault, match="a pause's start"):
        machine.kill(away_s=1.0, is_reboot=True)


def test_a_journal_that_lacks_a_fact_is_noticed(machine):
    log_in(machine)
    machine.let_disk_write()
    machine.history.append(replace(machine.history[-1], sequence=machine.history[-1].sequence + 1))
    with pytest.raises(Fault, match="not what was safe"):
        machine.kill(away_s=1.0, is_reboot=False)


def test_a_ledger_that_no_fact_explains_is_noticed(machine):
    log_in(machine)
    look_at_records(machine)
    machine.center._orders.ledger.agents[AGENTS[0]].missed += 1
    with pytest.raises(Fault, match=r"not what its facts say.*missed"):
        look_at_records(machine)


def test_a_call_that_ends_twice_or_not_at_all_is_noticed(machine):
    with pytest.raises(Fault, match="not up"):
        machine._write(CallEnded(call="00000009", cause="x", stage="queued"), None, "main")
    machine.live.add("00000010")
    with pytest.raises(Fault, match="calls up"):
        look_quickly(machine)


@pytest.mark.parametrize(
    ("agent", "waited_s", "noticed"),
    [(7, 0.0, "discipline"), (0, 0.0, "can't serve"), (6, 9.0, "waited_s"), (6, 0.0, "")],
)
def test_an_offer_out_of_turn_or_with_a_wrong_reason_is_noticed(machine, agent, waited_s, noticed):
    for number in (7, 6, 0):
        log_in(machine, number)
    order, ledger, now = machine.order, machine.shadow, machine.now
    why = {"waited_s": waited_s, "score": 0.0, "candidates": 2, "next_agent": AGENTS[7]}
    before = (
        CallOfferedToUs(call="1", port="trunk-1", called=""),
        FlowEntered(call="1", flow="main", node="q-order"),
        CallerQueued(call="1", queue="order", place=1),
    )
    for fact in before:
        order.take(fact, now, ledger)
    offer = OfferMade(call="1", agent=AGENTS[agent], station="", queue="order", why=why)
    with pytest.raises(Fault, match=noticed) if noticed else nullcontext():
        order.take(offer, now, ledger)


def test_whoever_is_passed_over_is_noticed(machine):
    log_in(machine, 6)
    order, ledger, now = machine.order, machine.shadow, machine.now
    for call, waited_s in (("1", 0.0), ("2", 5.0)):
        order.take(FlowEntered(call=call, flow="main", node="menu"), now, ledger)
        queued = CallerQueued(call=call, queue="order", place=1, waited_before_s=waited_s)
        order.take(queued, now, ledger)
    why = {"waited_s": 0.0, "score": 0.0, "candidates": 1}
    with pytest.raises(Fault, match="passed over"):
        order.take(
            OfferMade(call="1", agent=AGENTS[6], station="", queue="order", why=why), now, ledger
        )
