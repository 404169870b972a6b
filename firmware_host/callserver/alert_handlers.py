"""What other processes may ask of the call server about alerts."""

from collections.abc import Callable
from typing import Any

import acd
from firmware_host.callserver.exchange import Exchange
from firmware_host.config import Appliance, receivers_that
from firmware_host.control_socket import Ask, Refused

__all__ = ["alert_handlers"]


def alert_handlers(exchange: Exchange, appliance: Callable[[], Appliance]) -> dict[str, Ask]:
    """Handlers by command, for `control_socket.ControlServer`; ``appliance`` is what is in force."""

    def alerts() -> list[dict[str, Any]]:
        on_console = receivers_that("console", appliance()).keys()
        return [
            {
                "number": view.number,
                "alert": view.alert,
                "kind": view.kind,
                "subject_kind": view.subject_kind,
                "subject": view.subject,
                "why": view.why,
                "severity": view.severity,
                "since_utc": view.since_utc.isoformat(timespec="milliseconds"),
                "lasts_s": round(view.lasts_s, 1),
                "is_escalated": view.is_escalated,
                "acknowledged_by": view.acknowledged_by or None,
                "on_console": not on_console.isdisjoint(view.receivers),
            }
            for view in exchange.center.alerts(exchange.now)
        ]

    def acknowledge(number: int, by: str = "console") -> dict[str, Any]:
        found = next((each for each in alerts() if each["number"] == number), None)
        if found is None:
            raise Refused(f"alert {number} is not up; `switchroom alerts` lists those that are")
        if found["acknowledged_by"]:
            raise Refused(f"alert {number} was acknowledged by {found['acknowledged_by']}")
        exchange.request(acd.AlertAcknowledgeRequested(number=number, by=by), exchange.now)
        return next(each for each in alerts() if each["number"] == number)

    return {"alerts": alerts, "acknowledge": acknowledge}
