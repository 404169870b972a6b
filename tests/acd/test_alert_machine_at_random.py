"""The machine of alerts, seen anything in any order: each is raised once, told, and cleared or still true."""

from dataclasses import replace

from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from acd import (
    AlertAcknowledged,
    AlertCleared,
    AlertEscalated,
    AlertRaised,
    AlertRepeated,
    AlertSettings,
    StationUnusable,
)
from acd.alert_machine import AlertMachine, AlertState, Finding, Sight
from acd.alert_records import ActiveAlerts, Subject

PROMPT = AlertSettings(name="prompt", rule=StationUnusable(), receivers=("desk",))
PATIENT = AlertSettings(
    name="patient",
    rule=StationUnusable(),
    receivers=("desk",),
    after_s=3.0,
    repeat_s=5.0,
    escalate_after_s=12.0,
    escalate_to=("boss",),
    clear_after_s=4.0,
)
SETTINGS = (PROMPT, PATIENT)
SUBJECTS = tuple(Subject("agent", number) for number in ("1001", "1002"))
WATCHED = tuple((each.name, subject) for each in SETTINGS for subject in SUBJECTS)


class Alerting(RuleBasedStateMachine):
    def __init__(self):
        super().__init__()
        self.now = 0.0
        self.journal = []
        self.begin(ActiveAlerts())

    def begin(self, active):
        self.active = active
        self.machine = AlertMachine(SETTINGS, active, self.write)
        self.over_since = dict.fromkeys(WATCHED)
        self.calm_since = dict.fromkeys(WATCHED)

    def write(self, fact):
        self.journal.append((self.now, fact))
        self.active.apply(fact, self.now)

    @rule(
        seconds=st.integers(1, 4),
        sights=st.lists(st.sampled_from(Sight), min_size=len(WATCHED), max_size=len(WATCHED)),
    )
    def time_passes_and_is_looked_at(self, seconds, sights):
        self.now += seconds
        seen = dict(zip(WATCHED, sights, strict=True))
        for watched, sight in seen.items():
            for since, wanted in ((self.over_since, Sight.OVER), (self.calm_since, Sight.CALM)):
                if sight is not wanted:
                    since[watched] = None
                elif since[watched] is None:
                    since[watched] = self.now
        findings = {
            watched: Finding(sight, "kind", f"at {self.now}")
            for watched, sight in seen.items()
            if sight is not Sight.CALM
        }
        before = {watched: self.active.of(*watched) is not None for watched in WATCHED}
        begin = len(self.journal)
        self.machine.look(findings, self.now)
        self.judge(seen, before, [fact for _, fact in self.journal[begin:]])

    def judge(self, seen, before, told):
        by_name = {each.name: each for each in SETTINGS}
        for watched in WATCHED:
            settings = by_name[watched[0]]
            is_up = self.active.of(*watched) is not None
            over_since, calm_since = self.over_since[watched], self.calm_since[watched]
            if not before[watched]:
                is_due = over_since is not None and self.now - over_since >= settings.after_s
                assert is_up == is_due
            else:
                is_over = calm_since is not None and self.now - calm_since >= settings.clear_after_s
                assert is_up != is_over
        assert len({(each.alert, each.subject, type(each)) for each in told}) == len(told)

    @rule(number=st.integers(1, 12))
    def somebody_acknowledges(self, number):
        record = self.active.records.get(number)
        may = record is not None and record.acknowledged_at is None
        assert self.machine.acknowledge(number, "console", self.now) == may

    @rule(by_snapshot=st.booleans())
    def it_starts_again(self, by_snapshot):
        before = self.active
        after = ActiveAlerts()
        if by_snapshot:
            after.restore(before.rows(self.now), before.last_number, self.now)
        else:
            for at, fact in self.journal:
                after.apply(fact, at)
        assert after == before
        for watched in WATCHED:
            assert after.of(*watched) == before.of(*watched)
        self.begin(after)

    @invariant()
    def an_alert_is_up_once_for_each_subject(self):
        keys = [(record.alert, record.subject) for record in self.active]
        assert len(keys) == len(set(keys))

    @invariant()
    def each_number_is_raised_once_and_cleared_once_at_most(self):
        raised = [fact.number for _, fact in self.journal if isinstance(fact, AlertRaised)]
        cleared = [fact.number for _, fact in self.journal if isinstance(fact, AlertCleared)]
        assert raised == list(range(1, len(raised) + 1))
        assert len(cleared) == len(set(cleared))
        assert set(raised) - set(cleared) == set(self.active.records)

    @invariant()
    def nothing_is_told_again_after_somebody_has_acknowledged_it(self):
        seen = set()
        for _, fact in self.journal:
            if isinstance(fact, AlertAcknowledged):
                seen.add(fact.number)
            assert not (isinstance(fact, AlertRepeated | AlertEscalated) and fact.number in seen)

    @invariant()
    def each_is_escalated_once_and_not_too_early(self):
        escalated = [fact for _, fact in self.journal if isinstance(fact, AlertEscalated)]
        assert len({fact.number for fact in escalated}) == len(escalated)
        assert all(fact.lasts_s >= PATIENT.escalate_after_s for fact in escalated)


TestAlerting = Alerting.TestCase
TestAlerting.settings = hypothesis_settings(max_examples=60, stateful_step_count=40, deadline=None)


def test_every_state_knows_what_to_do_at_every_sight():
    assert set(AlertMachine._TABLE) == {(state, sight) for state in AlertState for sight in Sight}


def test_an_alert_that_flares_up_while_it_calms_down_is_the_same_one():
    journal = []
    active = ActiveAlerts()

    def write(fact):
        journal.append(fact)
        active.apply(fact, now)

    machine = AlertMachine((replace(PATIENT, after_s=0.0),), active, write)
    over = {("patient", SUBJECTS[0]): Finding(Sight.OVER, "kind", "why")}
    states = []
    for now, findings in ((0.0, over), (1.0, {}), (4.0, {}), (4.5, over), (5.0, {}), (9.0, {})):
        machine.look(findings, now)
        states.append(machine.state("patient", SUBJECTS[0]))
    raised, calming = AlertState.RAISED, AlertState.CALMING
    assert states == [raised, calming, calming, raised, calming, AlertState.QUIET]
    assert [type(fact) for fact in journal] == [AlertRaised, AlertCleared]
