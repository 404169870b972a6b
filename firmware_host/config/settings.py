"""What the configuration means to the parts: settings of the ACD and of each line."""

from zoneinfo import ZoneInfo

from acd import (
    CallBackNode,
    CenterSettings,
    CollectNode,
    DialNode,
    ExtensionNode,
    FlowSettings,
    HangUpNode,
    HoursNode,
    MenuNode,
    MessageNode,
    Node,
    OpenInterval,
    PauseReason,
    PortId,
    QueueName,
    QueueNode,
    SayNode,
    Schedule,
    StarCodes,
    TrunkSettings,
)
from drivers import (
    DTMF_FORMS,
    CallerIdMode,
    Disconnect,
    DtmfCallerIdForm,
    EmSettings,
    EmStart,
    FxoSettings,
    FxsSettings,
    PulseDialling,
    dtmf_form_of,
)
from dsp import TonePlan, with_disconnect_tone
from firmware_host.config.alert_settings import alert_settings, receiver_settings
from firmware_host.config.hours import parse_open_hours
from firmware_host.config.number_plan import number_plan_settings
from firmware_host.config.points import points
from firmware_host.config.primary_rate import bearers
from firmware_host.config.queues import (
    agent_settings,
    caller_list_settings,
    loan_settings,
    queue_settings,
)
from firmware_host.config.schema import (
    Appliance,
    CallBackTable,
    CollectTable,
    DialTable,
    ExtensionTable,
    HangUpTable,
    HoursTable,
    MenuTable,
    MessageTable,
    NodeTable,
    QueueNodeTable,
    SayTable,
    ScheduleTable,
    StationTable,
    TrunkTable,
)

__all__ = [
    "ALERTING_COUNTRIES",
    "center_settings",
    "disconnect_plan",
    "dtmf_form",
    "station_settings",
    "tie_line_settings",
    "trunk_settings",
]

_SHORTEST_FLASH_S = 0.09
_LONGEST_FLASH_S = 0.75
ALERTING_COUNTRIES = frozenset({"uk"})
"""An alerting tone comes between polarity reversal and FSK (BT SIN 242)."""


def center_settings(appliance: Appliance) -> CenterSettings:
    """Everything the ACD needs to know."""
    limits = appliance.limits
    return CenterSettings(
        trunks=tuple(
            TrunkSettings(
                port=PortId(name),
                flow=trunk.flow,
                language=trunk.language or appliance.site.language,
                called=trunk.called,
            )
            for name, trunk in appliance.trunk.items()
        )
        + tuple(
            TrunkSettings(
                port=PortId(line.name),
                flow=appliance.trunk_group[line.group].flow or "",
                language=appliance.trunk_group[line.group].language or appliance.site.language,
                called=appliance.trunk_group[line.group].called,
            )
            for line in bearers(appliance).values()
        ),
        number_plan=number_plan_settings(appliance),
        stations=tuple(PortId(name) for name in appliance.station),
        agents=agent_settings(appliance),
        queues=queue_settings(appliance),
        caller_lists=caller_list_settings(appliance),
        loans=loan_settings(appliance),
        alerts=alert_settings(appliance),
        receivers=receiver_settings(appliance),
        flows=tuple(
            FlowSettings(
                name=name,
                start=flow.start,
                nodes={node_name: _node(node) for node_name, node in flow.node.items()},
            )
            for name, flow in appliance.flow.items()
        ),
        schedules=tuple(
            _schedule(name, schedule, appliance.site.time_zone)
            for name, schedule in appliance.schedule.items()
        ),
        star_codes=StarCodes(
            log_in=appliance.star_codes.log_in,
            log_out=appliance.star_codes.log_out,
            pause=appliance.star_codes.pause,
            resume=appliance.star_codes.resume,
            wrap_up=appliance.star_codes.wrap_up,
        ),
        wrap_up_codes=dict(appliance.wrap_up.codes),
        hold_limit_s=limits.hold_limit_s,
        pause_reasons={
            digit: PauseReason(name=reason.name, paid=reason.paid, limit_s=reason.limit_s)
            for digit, reason in appliance.pause.by_digit().items()
        },
        station_language=appliance.site.language,
        missed_offers_before_pause=limits.missed_offers_before_pause,
        missed_offer_delay_s=limits.missed_offer_delay_s,
        talk_limit_s=limits.talk_limit_s,
        key_timeout_s=limits.key_timeout_s,
        pin_attempts=limits.pin_attempts,
        pin_lock_s=limits.pin_lock_s,
        record_calls=limits.record_calls,
    )


def _node(node: NodeTable) -> Node:
    match node:
        case HoursTable():
            return HoursNode(schedule=node.schedule, open=node.open, closed=node.closed)
        case MenuTable():
            return MenuNode(
                prompts=node.prompts,
                keys=dict(node.keys),
                invalid=node.invalid,
                exhausted=node.exhausted,
                timeout_s=node.timeout_s,
                attempts=node.attempts,
            )
        case SayTable():
            return SayNode(prompts=node.prompts, next=node.next)
        case QueueNodeTable():
            return QueueNode(
                queue=QueueName(node.queue),
                timed_out=node.timed_out,
                also=tuple(QueueName(queue) for queue in node.also),
                points=points(node),
                keys=dict(node.keys),
                keeps_wait=node.keeps_wait,
                full=node.full,
                nobody=node.nobody,
                too_long=node.too_long,
            )
        case CollectTable():
            return CollectNode(
                prompts=node.prompts,
                next=node.next,
                exhausted=node.exhausted,
                invalid=node.invalid,
                most_digits=node.most_digits,
                least_digits=node.least_digits,
                timeout_s=node.timeout_s,
                attempts=node.attempts,
            )
        case ExtensionTable():
            return ExtensionNode(
                prompts=node.prompts,
                exhausted=node.exhausted,
                unknown=node.unknown,
                absent=node.absent,
                timed_out=node.timed_out,
                longest_wait_s=node.longest_wait_s,
                most_digits=node.most_digits,
                timeout_s=node.timeout_s,
                attempts=node.attempts,
            )
        case CallBackTable():
            return CallBackNode(
                queue=QueueName(node.queue),
                next=node.next,
                failed=node.failed,
                timeout_s=node.timeout_s,
                attempts=node.attempts,
            )
        case MessageTable():
            return MessageNode(
                prompts=node.prompts,
                next=node.next,
                box=node.box,
                longest_s=node.longest_s,
                least_s=node.least_s,
            )
        case DialTable():
            return DialNode(number=node.number, failed=node.failed)
        case HangUpTable():
            return HangUpNode(prompts=node.prompts, cause=node.cause)


def _schedule(name: str, schedule: ScheduleTable, site_zone: str) -> Schedule:
    return Schedule(
        name=name,
        zone=ZoneInfo(schedule.time_zone or site_zone),
        intervals=tuple(
            OpenInterval(weekdays=weekdays, start=start, end=end)
            for days, hours in schedule.open.items()
            for weekdays, start, end in parse_open_hours(days, hours)
        ),
        closed_dates=frozenset(schedule.closed_dates),
        open_when_clock_untrusted=schedule.open_when_clock_untrusted,
    )


_EM_STARTS = {"em_wink": EmStart.WINK, "em_immediate": EmStart.IMMEDIATE}


def tie_line_settings(trunk: TrunkTable) -> EmSettings:
    """How our end of an E&M trunk behaves; in glare the exchange's call comes first."""
    return EmSettings(start=_EM_STARTS[trunk.signalling])


def trunk_settings(trunk: TrunkTable, plan: TonePlan, *, by_card: bool = False) -> FxoSettings:
    """How our end of a trunk on an FXO port behaves; ``by_card``: the card dials pulses by itself."""
    pulses = PulseDialling.NONE
    if trunk.pulse_dialling:
        pulses = PulseDialling.BY_CARD if by_card else PulseDialling.BY_LINE
    longest_silence_s = max(plan.ring_cadence_ms[1::2]) / 1000
    return FxoSettings(
        caller_id=CallerIdMode(trunk.caller_id),
        dtmf_form=dtmf_form(trunk, plan.country),
        call_waiting_caller_id=trunk.call_waiting_caller_id,
        clears_on_battery_drop="battery" in trunk.clears_on,
        clears_on_polarity="polarity" in trunk.clears_on,
        clears_on_busy_tone="busy_tone" in trunk.clears_on or trunk.disconnect_tone is not None,
        silence_limit_s=trunk.silence_limit_s,
        ring_gone_s=longest_silence_s + 2.0,
        pulse_dialling=pulses,
    )


def disconnect_plan(trunk: TrunkTable, plan: TonePlan) -> TonePlan | None:
    """The tones of a trunk that has a disconnect tone of its own.

    Raises:
        UnknownSound: It is no tone that can be listened for.
    """
    tone = trunk.disconnect_tone
    if tone is None:
        return None
    return with_disconnect_tone(plan, tone.frequencies_hz, tone.cadence_ms)


def station_settings(
    station: StationTable, plan: TonePlan, *, by_card: bool = False
) -> FxsSettings:
    """How our end of a handset's line behaves; ``by_card``: the card tells a flash from a hang-up itself."""
    return FxsSettings(
        caller_id=CallerIdMode(station.caller_id),
        dtmf_form=dtmf_form(station, plan.country),
        alerts_on_hook=plan.country in ALERTING_COUNTRIES,
        disconnect=Disconnect.BUSY_TONE,
        ring_cadence_s=tuple(part_ms / 1000 for part_ms in plan.ring_cadence_ms),
        flashes=station.flash,
        flash_minimum_s=0.0 if by_card else _SHORTEST_FLASH_S,
        flash_maximum_s=0.0 if by_card or not station.flash else _LONGEST_FLASH_S,
    )


def dtmf_form(line: TrunkTable | StationTable, country: str) -> DtmfCallerIdForm:
    """How digits tell the caller on a line: as configured, else as usual in the country."""
    if line.caller_id_digits is None:
        return dtmf_form_of(country)
    return DTMF_FORMS[line.caller_id_digits]
