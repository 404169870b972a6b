"""A whole appliance with its town, in lockstep, for scenario tests."""

from datetime import UTC, datetime
from pathlib import Path

from drivers import CallerNumber
from dsp import Law
from firmware_host.callserver import compose_prompts
from firmware_host.config import parse_appliance
from firmware_host.demo.run import DEMO_APPLIANCE
from firmware_host.lockstep import Lockstep
from firmware_host.oam import Projector, call_records, open_database
from firmware_host.prompts import PromptLibrary
from firmware_host.town import (
    CallNumber,
    FarEndGone,
    HangUp,
    Lift,
    Play,
    Press,
    Wait,
    WaitForAnswer,
    WaitForHangUp,
    WaitForRing,
    WaitForSpeech,
    WaitForTone,
)

MONDAY_TEN_UTC_S = datetime(2026, 11, 23, 10, tzinfo=UTC).timestamp()
ANN = CallerNumber(number="0212345678", name="ANN")
_prompts: dict[str, PromptLibrary] = {}


class Office:
    """`demo.toml`'s appliance, or another; ``now`` is lockstep time."""

    def __init__(
        self, state: Path, *, text: str | None = None, start_utc_s=MONDAY_TEN_UTC_S, **options
    ):
        self.text = text or DEMO_APPLIANCE.read_text()
        self.appliance = parse_appliance(self.text)
        law = self.appliance.site.law
        if law not in _prompts:
            _prompts[law] = compose_prompts(self.appliance)
        self.state = state
        self.lockstep = Lockstep(
            self.appliance, state, _prompts[law], start_utc_s=start_utc_s, **options
        )
        self.facts = []
        self.stopped = False
        self.lockstep.exchange.observers.append(self._observe)
        self.lockstep.start()
        self.run(1.0)

    def _observe(self, now, happening) -> None:
        if type(happening).__name__ == "WriteFact":
            self.facts.append(happening.fact)

    @property
    def now(self) -> float:
        return self.lockstep.now

    @property
    def law(self) -> Law:
        return Law(self.appliance.site.law)

    def run(self, seconds: float) -> None:
        self.lockstep.run_for(seconds)

    def until_fact(self, kind: type, limit_s: float = 60.0):
        seen = len(self.facts)
        found = self.lockstep.run_until(
            lambda: any(isinstance(fact, kind) for fact in self.facts[seen:]), limit_s
        )
        assert found, f"no {kind.__name__} within {limit_s} s; last: {self.facts[-3:]}"
        return next(fact for fact in self.facts[seen:] if isinstance(fact, kind))

    def facts_of(self, kind: type):
        return [fact for fact in self.facts if isinstance(fact, kind)]

    def agent(self, desk: str, script) -> None:
        self.lockstep.town.staff(desk, script, self.now)

    def caller(self, script, identity: CallerNumber = ANN):
        return self.lockstep.town.subscriber("caller", identity, script, self.now)

    def view_of_agent(self, number: str):
        agents = self.lockstep.exchange.center.agents(self.now)
        return next(agent for agent in agents if agent.agent == number)

    def records(self):
        engine = open_database(f"sqlite:///{self.state / 'records.sqlite'}")
        try:
            Projector(engine, self.state / "journal").catch_up()
            return call_records(engine)
        finally:
            engine.dispose()

    def stop(self) -> None:
        """Once is enough."""
        if not self.stopped:
            self.stopped = True
            self.lockstep.shut_down()

    def crash(self) -> None:
        """The call server and the town vanish; only what is on disk stays."""
        self.lockstep.plane.close()
        self.lockstep.town_plane.close()


def steps(*them):
    for step in them:  # noqa: UP028 - a list can't be sent results
        yield step


def logs_in(keys: str):
    yield Lift()
    assert (yield WaitForTone("dial", 5))
    yield Press(keys)
    yield Wait(2.5)
    yield HangUp()


def answers(keys: str, *, says=None, stays_s: float = 30.0, calls: int = 100):
    """Logs in and takes calls."""
    yield from logs_in(keys)
    for _ in range(calls):
        if not (yield WaitForRing(3600)):
            return
        yield Wait(0.5)
        yield Lift()
        try:
            yield Wait(1.0)
            if says is not None:
                yield Play(says)
            yield WaitForHangUp(stays_s)
        except FarEndGone:
            yield Wait(0.2)
        yield HangUp()


def calls_and_presses(keys: str, *, then, number: str = "5550100", pause_s: float = 3.0):
    """Calls, presses each key after a prompt, then goes on with ``then``'s steps."""
    yield CallNumber(number)
    assert (yield WaitForAnswer(30))
    for key in keys:
        yield WaitForSpeech(10)
        yield Wait(0.5)
        yield Press(key)
        yield Wait(pause_s)
    yield from then  # a generator, so that it hears when the other side hangs up
