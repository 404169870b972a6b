"""The estimates of three open call centers, as formulas.

Written from descriptions of what they compute; none of their source is here. Each keeps its figures for each
queue. Where it is not clear what enters a figure, the choice is the one that serves the formula best:

- Asterisk's average is fed with whole seconds, those who were answered at once included, as it is there.
  When it comes to 0 minutes nothing is spoken; that is scored as 0, and once more as if callers took
  silence for half a minute, which serves it better.
- VICIdial's last five are the last five of the queue who were served; the floor of 10 s is kept.
- OpenSIPS counts calls that wait before this one. A second form counts this one, too: the better of both is
  what we compare with. The duration is all that keeps an agent, ringing and wrap-up included; agents who
  have asked to leave no longer count. Agents of several queues count wholly in each.
"""

from collections import deque

from scripts.wait_peers.simulation import Caller, Office

SPOKEN, UNROUNDED = "Asterisk, as spoken", "Asterisk, not rounded"
SILENCE_HEARD = "Asterisk, silence is half a minute"
VICIDIAL = "VICIdial"
OPENSIPS, OPENSIPS_WITH = "OpenSIPS", "OpenSIPS, this call counted"


class _Ignorant:
    """Learns nothing from anything."""

    def arrive(self, caller: Caller, now: float) -> None:
        """A caller came."""

    def serve(self, caller: Caller, waited_s: float) -> None:
        """An agent answered."""

    def abandon(self, caller: Caller, waited_s: float) -> None:
        """A caller hung up."""

    def finish(self, queue: str, rang_s: float, talked_s: float, wrapped_up_s: float) -> None:
        """An agent is done with a call."""


class Asterisk(_Ignorant):
    """A filtered mean of past waits, told in minutes rounded to the nearest."""

    def __init__(self) -> None:
        self._held_s: dict[str, int] = {}

    def serve(self, caller: Caller, waited_s: float) -> None:
        """A quarter of the new wait, three quarters of what was."""
        queue, waited = caller.of.queue, int(waited_s)
        before = self._held_s.get(queue, waited)
        self._held_s[queue] = (3 * before + waited) // 4

    def estimates(self, office: Office, caller: Caller) -> dict[str, float | None]:
        """The mean, and its minutes."""
        _ = office
        held = self._held_s.get(caller.of.queue)
        if held is None:
            return {SPOKEN: None, SILENCE_HEARD: None, UNROUNDED: None}
        spoken_s = 60.0 * ((held + 30) // 60)
        return {SPOKEN: spoken_s, SILENCE_HEARD: spoken_s or 30.0, UNROUNDED: float(held)}


class Vicidial(_Ignorant):
    """The last five waits, and those of present callers who wait longer than these did."""

    def __init__(self) -> None:
        self._last: dict[str, deque[float]] = {}

    def serve(self, caller: Caller, waited_s: float) -> None:
        """One of the last five."""
        self._last.setdefault(caller.of.queue, deque(maxlen=5)).append(waited_s)

    def estimates(self, office: Office, caller: Caller) -> dict[str, float | None]:
        """Their mean, or both together."""
        last = self._last.get(caller.of.queue)
        if not last:
            return {VICIDIAL: None}
        past_s = sum(last) / len(last) + 1.0
        present = [
            office.now - other.arrived
            for other in office.waiting
            if other.of.queue == caller.of.queue and office.now - other.arrived >= past_s
        ]
        estimate_s = (past_s + sum(present) / len(present)) / 1.9 if present else past_s
        return {VICIDIAL: max(estimate_s, 10.0)}


class OpenSips(_Ignorant):
    """Mean duration of all calls so far × calls that wait ÷ agents logged in."""

    def __init__(self) -> None:
        self._calls: dict[str, int] = {}
        self._kept_s: dict[str, float] = {}

    def finish(self, queue: str, rang_s: float, talked_s: float, wrapped_up_s: float) -> None:
        """One more in the mean."""
        self._calls[queue] = self._calls.get(queue, 0) + 1
        kept_s = rang_s + talked_s + wrapped_up_s
        self._kept_s[queue] = self._kept_s.get(queue, 0.0) + kept_s

    def estimates(self, office: Office, caller: Caller) -> dict[str, float | None]:
        """By the calls before this one, and with it."""
        queue = caller.of.queue
        serving = {
            kind for of in office.scenario.classes if of.queue == queue for kind in of.reaches[0][1]
        }
        agents = sum(agent.kind in serving for agent in office.at_work())
        if not agents or not self._calls.get(queue):
            return {OPENSIPS: None, OPENSIPS_WITH: None}
        each_s = self._kept_s[queue] / self._calls[queue] / agents
        return {OPENSIPS: each_s * (caller.place - 1), OPENSIPS_WITH: each_s * caller.place}
