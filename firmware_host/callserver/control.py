"""What other processes may ask of the call server."""

from dataclasses import asdict
from typing import Any

import acd
import drivers
from dsp import Plane
from firmware_host.callserver.exchange import Exchange
from firmware_host.callserver.watchdog import Watchdog
from firmware_host.config import Appliance
from firmware_host.control_socket import Ask, Refused
from firmware_host.media_figures import media_figures

__all__ = ["control_handlers"]


_KINDS = {
    drivers.FxoLine: "fxo",
    drivers.FxsLine: "fxs",
    drivers.EmLine: "e&m",
    drivers.BearerLine: "bearer",
}


def control_handlers(
    exchange: Exchange, plane: Plane, appliance: Appliance, watchdog: Watchdog
) -> dict[str, Ask]:
    """Handlers by command, for `control_socket.ControlServer`."""
    center = exchange.center

    def lines() -> list[dict[str, Any]]:
        calls = {port: call for call in center.calls(_now()) for port in (call.port, call.out_port)}
        counters = plane.counters()
        return [
            {
                "line": port.port,
                "role": port.role.value,
                "kind": _KINDS.get(type(port.line), ""),
                "card": port.card,
                "port": port.card_port,
                "state": port.line.state.value,
                "in_service": port.in_service,
                "alarm": port.alarm,
                "call": calls[port.port].call if port.port in calls else None,
                "lost_blocks": int(counters.lost_blocks[port.slot]),
                "slips": int(counters.slips[port.slot]),
                "overruns": exchange.cards.overruns(port),
            }
            for port in exchange.ports.all
        ]

    def calls() -> list[dict[str, Any]]:
        return [
            {
                "call": call.call,
                "line": call.port,
                "number": call.number,
                "goes_to": call.goes_to,
                "goes_by": call.out_port,
                "name": call.name,
                "number_absence": (
                    call.caller.number_absence.value if call.caller.number_absence else None
                ),
                "stage": call.stage,
                "queue": call.queue,
                "place": call.place,
                "agent": call.agent,
                "lasts_s": round(call.lasts_s, 1),
                "stage_lasts_s": round(call.stage_lasts_s, 1),
            }
            for call in center.calls(_now())
        ]

    def hangup(target: str) -> dict[str, Any]:
        for call in center.calls(_now()):
            if target in (call.call, call.port, call.out_port) or call.call.lstrip("0") == target:
                exchange.hang_up(call.call, _now())
                return {"call": call.call, "line": call.port}
        names = [port.port for port in exchange.ports.all]
        if target in names:
            raise Refused(
                f"line {target} carries no call; `switchroom calls` shows those that are up"
            )
        raise Refused(f'no call or line "{target}"; `switchroom calls` shows what is up')

    def move(agent: str, to: str, leaving: list[str]) -> dict[str, Any]:
        known_agent(agent)
        queues = [queue.queue for queue in center.queues(_now())]
        for queue in (to, *leaving):
            if queue not in queues:
                raise Refused(f'no queue "{queue}"; there are {", ".join(queues)}')
        exchange.request(
            acd.AgentLendRequested(
                agent=acd.AgentId(agent),
                queue=acd.QueueName(to),
                leaves=tuple(acd.QueueName(queue) for queue in leaving),
            ),
            _now(),
        )
        return {"agent": agent, "serves": list(known_agent(agent).serves)}

    def move_back(agent: str) -> dict[str, Any]:
        if not known_agent(agent).helps:
            raise Refused(f"agent {agent} helps no other queue")
        exchange.request(acd.AgentReturnRequested(agent=acd.AgentId(agent)), _now())
        return {"agent": agent, "serves": list(known_agent(agent).serves)}

    def known_agent(agent: str) -> acd.AgentView:
        found = next((each for each in center.agents(_now()) if each.agent == agent), None)
        if found is None:
            raise Refused(f'no agent "{agent}"; `switchroom agents` lists them')
        return found

    def prospect(call: str) -> dict[str, Any] | None:
        view = center.prospect(acd.CallId(call.zfill(8)), _now())
        return None if view is None else asdict(view)

    def status() -> dict[str, Any]:
        return {
            "site": appliance.site.name,
            "ticks": plane.ticks,
            "journal_sequence": exchange.journal.next_sequence - 1,
            "unwritten_facts": exchange.journal.unwritten,
            "journal_stands_still": watchdog.journal_stands_still,
            "longest_pause_s": round(watchdog.longest_pause_s, 3),
            "lines_in_service": sum(port.in_service for port in exchange.ports.all),
        }

    def health() -> dict[str, Any]:
        media = media_figures(plane)
        clock = next((p.port for p in exchange.ports.all if p.slot == media["clock_slot"]), None)
        return {
            "standing still": watchdog.standing_still(_now()) or "nothing",
            "longest pause of call control, s": round(watchdog.longest_pause_s, 3),
            "its pauses over 0.5 s": watchdog.pauses,
            "facts not on disk yet": exchange.journal.unwritten,
            "journal": "stands still" if watchdog.journal_stands_still else "is written",
            "lines in service": sum(port.in_service for port in exchange.ports.all),
            "clock": clock or "the machine's own",
            "clock changes": media["clock_changes"],
            "ticks": media["ticks"],
            "ticks skipped": media["skipped_ticks"],
            "tick begins late, p99, ms": media["lateness_p99_ms"],
            "tick takes, p99, ms": media["busy_p99_ms"],
            "blocks lost": media["lost_blocks"],
            "slips": media["slips"],
            "blocks not sent": media["write_overruns"],
            "recorded blocks lost": media["lost_recorded_blocks"],
            "detections lost": media["lost_detections"],
        }

    def _now() -> float:
        return exchange.now

    return {
        "lines": lines,
        "calls": calls,
        "queues": lambda: [asdict(queue) for queue in center.queues(_now())],
        "agents": lambda: [asdict(agent) for agent in center.agents(_now())],
        "trunk_groups": lambda: [asdict(group) for group in center.trunk_groups()],
        "carriers": lambda: [asdict(carrier) for carrier in center.carriers(_now())],
        "prospect": prospect,
        "move": move,
        "move_back": move_back,
        "hangup": hangup,
        "health": health,
        "media": lambda: media_figures(plane),
        "status": status,
    }
