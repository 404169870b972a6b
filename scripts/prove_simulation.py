"""`make prove-simulation`: does `switchroom simulate` agree with Erlang C and Erlang A?

Queues that the formulas describe exactly are run through the call server's Center by the simulator: Poisson
arrivals, exponential talk and patience, no ringing, no wrap-up. Each queue runs several times, with other
seeds; the first part of each run, while the queue still fills, is cut. A figure agrees if the formula's
value lies in the 99.9 % confidence interval of the runs' mean: a right simulator fails one of the 18
comparisons here with a probability of 2 %, and as the seeds are fixed, always or never.

That the proof can fail is part of it: the same runs are held against formulas that were given a handling
time 5 % off, and must disagree.
"""

import math
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, stdev

from acd import (
    AgentId,
    AgentSettings,
    CenterSettings,
    FlowSettings,
    HangUpNode,
    PortId,
    QueueName,
    QueueNode,
    QueueSettings,
    TrunkSettings,
)
from acd.planning import Outlook, erlang_a_outlook
from firmware_host.simulation.account import keep_account
from firmware_host.simulation.chance import Duration
from firmware_host.simulation.figures import CallFigures, Measures, measure
from firmware_host.simulation.lines import Lines
from firmware_host.simulation.model import DrawnCaller, Habits, QueueHabits, poisson_arrivals
from firmware_host.simulation.script import Duty, DutyKind, Script

__all__ = ["PlainQueue", "Verdict", "agreement"]

THRESHOLD_S = 20.0
WRONG_HANDLING = 1.05
RUNS = 20
# Student's t, 99.95 %, by number of runs.
_T = {8: 5.408, 20: 3.883}


@dataclass(frozen=True, slots=True, kw_only=True)
class PlainQueue:
    """A queue as the formulas have it."""

    agents: int
    load_erlang: float
    patience_s: float = math.inf
    handling_s: float = 180.0
    calls_in_a_run: int = 2000

    @property
    def calls_per_s(self) -> float:
        """Arrivals."""
        return self.load_erlang / self.handling_s

    def __str__(self) -> str:
        patience = "for ever" if self.patience_s == math.inf else f"{self.patience_s:g} s"
        return f"{self.agents} agents, {self.load_erlang:g} erlang, patience {patience}"

    def outlook(self, handling_times: float = 1.0) -> Outlook:
        """By the formula."""
        return erlang_a_outlook(
            calls_per_s=self.calls_per_s,
            handling_s=self.handling_s * handling_times,
            agents=self.agents,
            threshold_s=THRESHOLD_S,
            patience_s=self.patience_s,
        )

    def run(self, seed: int) -> CallFigures:
        """By the simulator."""
        settings = self._settings()
        # Until a queue is as full as it will be takes the longer the closer load and agents are.
        slack = abs(1 - self.load_erlang / self.agents)
        warm_up_s = self.handling_s * min(4 + 1 / max(slack, 0.02) ** 2 / self.agents, 60)
        if self.patience_s < math.inf:
            warm_up_s = min(warm_up_s, 5 * max(self.patience_s, self.handling_s))
        end_s = warm_up_s + self.calls_in_a_run / self.calls_per_s
        habits = Habits(
            seed=seed,
            queues={
                "plain": QueueHabits(
                    talk=Duration(mean_s=self.handling_s),
                    patience=None
                    if self.patience_s == math.inf
                    else Duration(mean_s=self.patience_s),
                )
            },
            answer=Duration(mean_s=0.0),
            missed=0.0,
        )
        ports = tuple(trunk.port for trunk in settings.trunks)
        callers = [
            DrawnCaller(
                at_s=at_s,
                ports=ports,
                called="",
                number="",
                stream=str(self),
                index=index,
                presses="",
                key_after_s=0.0,
                habits=habits,
            )
            for index, at_s in enumerate(
                poisson_arrivals(seed, str(self), [(0.0, end_s, self.calls_per_s)])
            )
        ]
        script = Script(
            begin_s=0.0,
            end_s=end_s,
            midnight_utc_s=1_795_000_000.0,
            callers=callers,
            duties=[
                Duty(agent=agent.agent, at_s=0.0, kind=DutyKind.COME) for agent in settings.agents
            ],
        )
        lines = Lines(settings, None, script, lambda _prompts, _language: 0.0)
        lines.run()
        if lines.turned_away:
            raise RuntimeError(f"{self}: callers found every line busy")
        measures = Measures(
            begin_s=warm_up_s, end_s=end_s, threshold_s=THRESHOLD_S, half_hours=False
        )
        return measure(keep_account(lines.facts, end_s), measures, queues=[], agents=[]).total

    def _settings(self) -> CenterSettings:
        agents = tuple(AgentId(f"{1000 + count}") for count in range(self.agents))
        queue = QueueSettings(
            name=QueueName("plain"),
            agents=agents,
            wrap_up_s=0.0,
            longest_wait_s=1e6,
            announce_first_s=1e6,
            announce_every_s=0.0,
        )
        nodes = {"queue": QueueNode(queue=queue.name, timed_out="end"), "end": HangUpNode()}
        return CenterSettings(
            trunks=tuple(
                TrunkSettings(port=PortId(f"trunk-{count}"), flow="plain", language="en")
                for count in range(10 * self.agents + 200)
            ),
            stations=tuple(PortId(f"desk-{agent}") for agent in agents),
            agents=tuple(AgentSettings(agent=agent, name=agent, pin="1234") for agent in agents),
            queues=(queue,),
            flows=(FlowSettings(name="plain", start="queue", nodes=nodes),),
            schedules=(),
            record_calls=False,
            talk_limit_s=1e6,
        )


@dataclass(frozen=True, slots=True)
class Verdict:
    """One figure of one queue."""

    figure: str
    simulated: float
    plus_minus: float
    "Of the 99.9 % confidence interval."
    formula: float

    @property
    def agrees(self) -> bool:
        """Whether the formula's value lies in the interval."""
        return abs(self.simulated - self.formula) <= self.plus_minus


def agreement(runs: Sequence[CallFigures], outlook: Outlook) -> list[Verdict]:
    """The runs beside the formula."""

    def verdict(figure: str, values: Sequence[float], formula: float) -> Verdict:
        plus_minus = _T[len(values)] * stdev(values) / math.sqrt(len(values))
        return Verdict(figure, fmean(values), plus_minus, formula)

    verdicts = [
        verdict("service level", [r.service_level or 0.0 for r in runs], outlook.service_level),
        verdict("mean wait", [r.mean_wait_of_all_s or 0.0 for r in runs], outlook.mean_wait_s),
    ]
    if outlook.abandoned_share > 0:
        abandoned = [run.abandoned / run.offered for run in runs]
        verdicts.append(verdict("abandoned", abandoned, outlook.abandoned_share))
    return verdicts


QUEUES = (
    PlainQueue(agents=1, load_erlang=0.6),
    PlainQueue(agents=5, load_erlang=3.75),
    PlainQueue(agents=20, load_erlang=17),
    PlainQueue(agents=20, load_erlang=19, patience_s=600),
    PlainQueue(agents=20, load_erlang=24, patience_s=300),
    PlainQueue(agents=4, load_erlang=3.6, patience_s=300),
    PlainQueue(agents=50, load_erlang=50, patience_s=120, calls_in_a_run=3000),
)


def main() -> None:
    """Prints every comparison; exits with 1 if one fails that must not, or none that must."""
    began, failed = time.monotonic(), 0
    print(f"{RUNS} runs each; ± is the 99.9 % confidence interval of their mean.\n")
    for queue in QUEUES:
        runs = [queue.run(seed) for seed in range(RUNS)]
        print(f"{queue}: {sum(run.offered for run in runs)} calls")
        for verdict in agreement(runs, queue.outlook()):
            failed += not verdict.agrees
            print(
                f"  {verdict.figure:14} simulated {verdict.simulated:8.4f} ± {verdict.plus_minus:.4f}"
                f"   formula {verdict.formula:8.4f}   {'agrees' if verdict.agrees else 'DISAGREES'}"
            )
        wrong = agreement(runs, queue.outlook(WRONG_HANDLING))
        noticed = [verdict.figure for verdict in wrong if not verdict.agrees]
        failed += not noticed
        told = f"noticed by {', '.join(noticed)}" if noticed else "NOT NOTICED"
        print(f"  with a handling time 5 % off: {told}")
    print(
        f"\n{'all agree' if not failed else f'{failed} FAILED'}; {time.monotonic() - began:.0f} s"
    )
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
