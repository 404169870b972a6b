"""Callers and agents who do sensible things at random, on lines that behave: no rough edges show.

The appliance checks that no off-hook handset is rung and that connections and recordings are balanced.
Here the people check: an agent who answers talks, a caller who waits hears something, who hung up is gone.
"""

from acd_appliance import ANA, BEN, CARA, STATIONS, TRUNKS, Appliance, settings
from how_many import examples
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from acd import CallEnded, CallOfferedToUs, PlayMusic, PlayPrompts

HOMES = dict(zip((ANA, BEN, CARA), STATIONS, strict=False))


class Day(RuleBasedStateMachine):
    """A center with four trunks and three agents at their desks."""

    def __init__(self) -> None:
        super().__init__()
        plan = settings(announce_first_s=5.0, announce_every_s=20.0, longest_wait_s=120.0)
        self.site = Appliance(plan).switch_on()
        for agent, station in HOMES.items():
            self.site.log_in(agent, station)

    def busy_trunks(self):
        return [view.port for view in self.site.center.calls(self.site.now)]

    @precondition(lambda self: len(self.busy_trunks()) < len(TRUNKS))
    @rule(key=st.sampled_from(["1", "2", "3", "9", ""]))
    def someone_calls(self, key):
        port = next(port for port in TRUNKS if port not in self.busy_trunks())
        self.site.offer(port)
        self.site.press(port, key)

    @precondition(lambda self: self.busy_trunks())
    @rule(which=st.integers(0, 3))
    def a_caller_hangs_up(self, which):
        busy = self.busy_trunks()
        self.site.caller_hangs_up(busy[which % len(busy)])

    @precondition(lambda self: self.site.ringing)
    @rule()
    def a_ringing_handset_is_lifted(self):
        port = min(self.site.ringing)
        call = self.site.station(port).call
        self.site.lift(port)
        view = self.site.call(call)
        assert (view.stage, view.agent) == ("talking", self.site.station(port).agent)
        assert (view.port, port) in self.site.connected

    @rule(port=st.sampled_from(STATIONS[:3]))
    def a_handset_is_moved(self, port):
        if port in self.site.off_hook:
            self.site.put_down(port)
            assert not [pair for pair in self.site.connected if port in pair]
        elif port not in self.site.ringing:
            self.site.lift(port)

    @rule(
        port=st.sampled_from(STATIONS[:3]),
        code=st.sampled_from(["*131", "*14", "*14", "*12", "*11"]),
    )
    def a_code_is_dialled(self, port, code):
        if port not in self.site.off_hook and port not in self.site.ringing:
            agent = next(agent for agent, home in HOMES.items() if home == port)
            pin = {ANA: "4711", BEN: "4712", CARA: "4713"}[agent]
            self.site.dial(port, f"*11{agent}#{pin}#" if code == "*11" else code)

    @rule(seconds=st.sampled_from([0.5, 3, 10, 25, 100]))
    def time_passes(self, seconds):
        self.site.pass_time(seconds)

    @rule(port=st.sampled_from((*STATIONS[:3], TRUNKS[0])))
    def a_line_fails_for_a_moment(self, port):
        self.site.fail(port)
        self.site.pass_time(1)
        self.site.repair(port)

    @rule()
    def the_call_server_restarts(self):
        self.site = self.site.restart(away_s=2).switch_on()
        self.site.now = self.site.now

    @invariant()
    def callers_hear_someone_or_something(self):
        for view in self.site.center.calls(self.site.now):
            sound = self.site.sound.get(view.port)
            match view.stage:
                case "talking":
                    assert sound is None
                case "flow":
                    assert sound is None or isinstance(sound, PlayPrompts)
                case _:
                    assert isinstance(sound, PlayMusic | PlayPrompts)

    @invariant()
    def a_free_trunk_is_silent(self):
        for port in set(TRUNKS) - set(self.busy_trunks()):
            assert port not in self.site.sound

    @invariant()
    def a_handset_that_is_down_is_silent(self):
        for port in set(STATIONS) - self.site.off_hook:
            assert port not in self.site.sound

    @invariant()
    def what_rings_is_what_the_tables_show(self):
        shown = {v.port for v in self.site.center.stations() if v.state == "ringing"}
        assert shown == self.site.ringing

    @invariant()
    def every_caller_is_counted_once(self):
        offered = {fact.call for fact in self.site.facts(CallOfferedToUs)}
        ended = [fact.call for fact in self.site.facts(CallEnded)]
        live = [view.call for view in self.site.center.calls(self.site.now)]
        assert sorted([*ended, *live]) == sorted(offered)


Day.TestCase.settings = hypothesis_settings(
    max_examples=examples(quick=25, thorough=300), stateful_step_count=60, deadline=None
)
TestDay = Day.TestCase
