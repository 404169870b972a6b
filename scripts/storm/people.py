"""Who does what in the storm: callers, agents, supervisors, and faults of every kind, at random.

Most of what happens makes sense to the line it happens on; some does not. A hang-up may never be told (the
line rings again, or is found idle, later), prompts may end unnoticed, facts may be stored late or never.
"""

from collections.abc import Callable
from random import Random

from acd import (
    AgentLendRequested,
    AgentReturnRequested,
    AlertAcknowledgeRequested,
    Alerting,
    Answered,
    CallerIdentity,
    CallId,
    CallOffered,
    Cleared,
    DigitReceived,
    FactStored,
    Flashed,
    HandsetLifted,
    HangUpRequested,
    PortId,
    PortInService,
    PortOutOfService,
    Proceeding,
    ShutdownRequested,
    SoundFinished,
    SupervisionLost,
)
from acd.handset import HandsetState
from acd.ids import Cause
from scripts.storm.checks import must_be_at_rest
from scripts.storm.fault import must
from scripts.storm.machine import Machine
from scripts.storm.site import AGENTS, CALLED, CALLERS, SITE, STATIONS, TRUNKS

__all__ = ["People"]

_PORTS = (*TRUNKS, *STATIONS)
_CAUSES = tuple(Cause)
_KEYS = "0123456789*#"
_CODES = ("*12", "*131", "*132", "*133", "*14", "*139", "77", "*151", "*1531", "*152")
_OUTSIDE = ("0721000001#", "0721000003", "301", "112", "399", "0#")
_REST_S = 1800.0
"All deadlines of the site together are shorter."


class People:
    """Whoever is at the lines of a machine."""

    def __init__(self, machine: Machine, chance: Random, *, kills: int) -> None:
        self._machine = machine
        self._chance = chance
        self._out_of_service: list[PortId] = []
        self._gone: set[PortId] = set()
        "Callers of these trunks have hung up, and nobody told."
        self.counts = {
            "rests": 0,
            "lost": 0,
            "failures": 0,
            "clocks": 0,
            "settings": 0,
            "shutdowns": 0,
        }
        rows: tuple[tuple[float, Callable[[], None]], ...] = (
            (120.0, self._time_passes),
            (330.0, self._trunk),
            (260.0, self._station),
            (60.0, self._line_answers),
            (60.0, machine.let_disk_write),
            (8.0, self._supervisor),
            (25.0, self._nonsense),
            (9.0, self._line_fails),
            (12.0, self._line_is_back),
            (0.6, self._clock_is_set),
            (0.3, self._late_time),
            (0.4, self._settings_are_replaced),
            (0.05, self._shut_down),
            (0.015, self._rest),
        )
        self._acts = [act for _, act in rows]
        self._weights: list[float] = []
        total = 0.0
        for weight, _ in rows:
            total += weight
            self._weights.append(total)
        self._kill_one_in = kills

    def act(self) -> None:
        """Let one thing happen; it may be several events."""
        chance = self._chance
        if chance.random() * self._kill_one_in < 1.0:
            self._kill()
            return
        (act,) = chance.choices(self._acts, cum_weights=self._weights)
        act()

    # ------------------------------------------------------------ time

    def _time_passes(self) -> None:
        chance = self._chance.random()
        if chance < 0.97:
            self._machine.pass_time(self._chance.randrange(9) / 8)
        else:
            self._machine.pass_time(self._chance.randrange(8 * 12) / 8)

    def _late_time(self) -> None:
        """The process stands still; everything that fell due comes at once."""
        self._machine.pass_time(self._chance.randrange(8 * 40) / 8, is_late=True)

    def _clock_is_set(self) -> None:
        self.counts["clocks"] += 1
        by_s = self._chance.choice((-3600.0, -7.5, 0.5, 60.0, 7200.0, 86_400.0))
        if self._machine.utc_s + by_s > 1_700_000_000.0:
            self._machine.set_clock(by_s, trusted=self._chance.random() < 0.8)

    def _settings_are_replaced(self) -> None:
        self.counts["settings"] += 1
        self._machine.replace_settings()

    # ------------------------------------------------------------ lines

    def _trunk(self) -> None:
        machine, chance = self._machine, self._chance
        port = chance.choice(TRUNKS)
        trunks = machine.center._trunks
        if not trunks.is_in_service(port):
            return
        call_id = trunks.call_on(port)
        if call_id is None:
            if chance.random() < 0.35 and port not in machine.to_clear:
                self._offer(port)
            return
        if port in machine.dialled:
            self._far_end(port)
            return
        what = chance.random()
        if port in self._gone:
            self._gone.discard(port)
            if what < 0.5:
                self._offer(port)  # it rings again: the end before was missed
            else:
                machine.tell(Cleared(port=port, cause=Cause.CALLER_HUNG_UP))
        elif what < 0.5:
            self._press(port, chance.choice(_KEYS))
        elif what < 0.58:
            self._press(port, chance.choice(("1", "11", "4" + chance.choice(AGENTS) + "#", "111#")))
        elif what < 0.85:
            if port in machine.sounds:
                if chance.random() < 0.03:
                    self.counts["lost"] += 1
                    del machine.sounds[port]
                else:
                    sound = machine.sounds.pop(port)
                    machine.tell(SoundFinished(port=port, sound_id=sound))
        elif what < 0.97:
            machine.tell(Cleared(port=port, cause=Cause.CALLER_HUNG_UP))
        elif what < 0.99:
            self.counts["lost"] += 1
            self._gone.add(port)
        else:
            machine.tell(SupervisionLost(port=port))

    def _offer(self, port: PortId) -> None:
        chance = self._chance
        number = chance.choice(CALLERS) if chance.random() < 0.9 else None
        caller = CallerIdentity(number=number)
        self._machine.tell(CallOffered(port=port, caller=caller, called=chance.choice(CALLED)))
        if chance.random() < 0.7:
            self._press(port, chance.choice("0123456*") if chance.random() < 0.6
                        else "7" + chance.choice("1234577"))  # fmt: skip

    def _press(self, port: PortId, keys: str) -> None:
        for key in keys:
            self._machine.tell(DigitReceived(port=port, digit=key))

    def _far_end(self, port: PortId) -> None:
        machine, what = self._machine, self._chance.random()
        in_band = self._chance.random() < 0.5
        if what < 0.15:
            machine.tell(Proceeding(port=port, in_band=in_band))
        elif what < 0.35:
            machine.tell(Alerting(port=port, in_band=in_band))
        elif what < 0.65:
            machine.tell(Answered(port=port))
        elif what < 0.7:
            self._press(port, "1")
        elif what < 0.75:
            self._offer(port)  # glare
        elif what < 0.77:
            self.counts["lost"] += 1
            machine.dialled.discard(port)
        else:
            machine.tell(Cleared(port=port, cause=self._chance.choice(_CAUSES)))

    def _line_answers(self) -> None:
        """A line that was told to hang up says that it is free."""
        machine, chance = self._machine, self._chance
        if not machine.to_clear:
            return
        port = PortId(chance.choice(tuple(machine.to_clear)))
        cause = machine.to_clear.pop(port)
        if chance.random() < 0.03:
            self.counts["lost"] += 1
        elif machine.desks[port].is_down if port in machine.desks else True:
            machine.tell(Cleared(port=port, cause=cause))

    def _station(self) -> None:
        machine, chance = self._machine, self._chance
        port = chance.choice(STATIONS)
        handset = machine.center._handsets.get(port)
        assert handset is not None
        what = chance.random()
        match handset.state:
            case HandsetState.WITHDRAWN:
                pass
            case HandsetState.RINGING:
                if what < 0.6:
                    machine.tell(Answered(port=port))
                elif what < 0.63:
                    machine.tell(HandsetLifted(port=port))
                    if what < 0.615:
                        machine.tell(Cleared(port=port, cause=Cause.LINE_FAILED))
                elif what < 0.65:
                    machine.tell(Cleared(port=port, cause=chance.choice(_CAUSES)))
            case HandsetState.TALKING:
                if what < 0.25:
                    machine.tell(Cleared(port=port, cause=Cause.AGENT_HUNG_UP))
                elif what < 0.35:
                    self._press(port, chance.choice(_CODES))
                elif what < 0.4:
                    self._press(port, chance.choice("1123456789"))
                elif what < 0.46:
                    machine.tell(Flashed(port=port))
                elif what < 0.47:
                    # Put down unnoticed: lifted again, it is as new.
                    self.counts["lost"] += 1
                    machine.tell(HandsetLifted(port=port))
            case HandsetState.IDLE:
                if what < 0.5:
                    self._dial(port)
            case _:
                if what < 0.5:
                    machine.tell(Cleared(port=port, cause=Cause.CALLER_HUNG_UP))
                elif what < 0.6 and port in machine.sounds:
                    sound = machine.sounds.pop(port)
                    machine.tell(SoundFinished(port=port, sound_id=sound))
                elif what < 0.65:
                    self._press(port, chance.choice(_CODES))

    def _dial(self, port: PortId) -> None:
        machine, chance = self._machine, self._chance
        record = machine.center._orders.ledger.agent_at(port)
        what = chance.random()
        if record is None:
            if what > 0.35:
                return
            agent = chance.choice(AGENTS)
            pin = agent[::-1] if chance.random() < 0.93 else "000"
            keys = f"*11{agent}#{pin}#"
        elif record.state.value == "paused":
            keys = "*14" if what < 0.5 else ""
        elif what < 0.06:
            keys = chance.choice(_CODES)
        elif what < 0.1:
            keys = chance.choice(_OUTSIDE)
        else:
            return
        if not keys:
            return
        machine.tell(HandsetLifted(port=port))
        self._press(port, keys)
        if chance.random() < 0.85 and (record is None or what < 0.06):
            if chance.random() < 0.5:
                machine.let_disk_write()
            machine.tell(Cleared(port=port, cause=Cause.AGENT_HUNG_UP))

    # ------------------------------------------------------------ others

    def _supervisor(self) -> None:
        machine, chance = self._machine, self._chance
        what = chance.random()
        calls = machine.live
        if what < 0.25 and calls:
            machine.tell(HangUpRequested(call=CallId(min(calls))))
        elif what < 0.3:
            machine.tell(HangUpRequested(call=CallId(f"{chance.randrange(10_000):08}")))
        elif what < 0.5:
            queue = chance.choice(machine.settings.queues).name
            leaves = (chance.choice(machine.settings.queues).name,) if what < 0.4 else ()
            agent = chance.choice(AGENTS)
            machine.tell(AgentLendRequested(agent=agent, queue=queue, leaves=leaves))
        elif what < 0.8:
            machine.tell(AgentReturnRequested(agent=chance.choice(AGENTS)))
        else:
            alerts = tuple(machine.center._orders.ledger.alerts.records)
            number = chance.choice(alerts) if alerts else 1
            machine.tell(AlertAcknowledgeRequested(number=number, by="console"))

    def _nonsense(self) -> None:
        """Any line says anything."""
        machine, chance = self._machine, self._chance
        port = chance.choice(_PORTS)
        sound = machine.sounds.get(port, 0) - chance.randrange(3)
        which = chance.randrange(12)
        in_band = which % 2 == 0
        machine.tell(
            (
                CallOffered(port=port, caller=CallerIdentity(number="0721"), called=""),
                HandsetLifted(port=port),
                Answered(port=port),
                Flashed(port=port),
                Proceeding(port=port, in_band=in_band),
                Alerting(port=port, in_band=in_band),
                Cleared(port=port, cause=chance.choice(_CAUSES)),
                DigitReceived(port=port, digit=chance.choice("0123456789*#A")),
                SoundFinished(port=port, sound_id=sound),
                FactStored(ticket=chance.randrange(100)),
                SupervisionLost(port=port),
                PortInService(port=port),
            )[which]
        )

    def _line_fails(self) -> None:
        self.counts["failures"] += 1
        chance = self._chance
        alarm = chance.choice(("red", "pulled out", "babbling"))
        ports = [chance.choice(_PORTS)]
        if chance.random() < 0.02:
            ports = list(TRUNKS[:7]) if chance.random() < 0.5 else list(STATIONS[:6])  # a card
        for port in ports:
            self._machine.tell(PortOutOfService(port=port, alarm=alarm))
            self._out_of_service.append(port)

    def _line_is_back(self) -> None:
        if self._out_of_service:
            port = self._out_of_service.pop(0)
            self._machine.tell(PortInService(port=port))
            if port in STATIONS and self._chance.random() < 0.1:
                self._machine.tell(HandsetLifted(port=port))

    def _shut_down(self) -> None:
        """An orderly end, and a start."""
        self.counts["shutdowns"] += 1
        machine = self._machine
        machine.tell(ShutdownRequested())
        must(not machine.live, "calls are up after the end", machine.live)
        must(not machine.connected and not machine.recorded, "something goes on after the end")
        machine.let_disk_write(is_told=False)
        self._kill(is_ordered=True)

    def _kill(self, *, is_ordered: bool = False) -> None:
        chance = self._chance
        is_reboot = chance.random() < 0.3
        off_s = chance.choice((-600.0, 30.0, 3600.0)) if chance.random() < 0.1 else 0.0
        away_s = chance.randrange(8 * 20) / 8 if chance.random() < 0.9 else 4000.0
        self._machine.kill(away_s=away_s, is_reboot=is_reboot, clock_off_s=off_s)
        self._out_of_service.clear()
        self._gone.clear()

    def _rest(self) -> None:
        """Nobody does anything any more, and time runs on: everything must come to rest."""
        self.counts["rests"] += 1
        machine = self._machine
        end = machine.now + _REST_S
        while machine.now < end:
            machine.let_disk_write()
            for port in tuple(machine.to_clear):
                cause = machine.to_clear.pop(port)
                desk = machine.desks.get(PortId(port))
                if desk is None or desk.is_down:
                    machine.tell(Cleared(port=PortId(port), cause=cause))
            machine.pass_time(1.0)
        calm = 0.0
        while calm < 60.0 and machine.live:
            # Agents may be rung for call-backs and callers to the very end; that is no rest yet.
            for port in tuple(machine.to_clear):
                cause = machine.to_clear.pop(port)
                desk = machine.desks.get(PortId(port))
                if desk is None or desk.is_down:
                    machine.tell(Cleared(port=PortId(port), cause=cause))
            machine.pass_time(1.0)
            calm += 1.0
        machine.let_disk_write()
        must_be_at_rest(machine)
        must(machine.now - end <= 60.0, "too long", SITE.talk_limit_s)
