"""What of an appliance a simulation does not show, in words for whoever reads its figures."""

from collections.abc import Callable, Iterator, Mapping

from acd import (
    CallBackNode,
    CenterSettings,
    CollectNode,
    DialNode,
    ExtensionNode,
    FlowSettings,
    MessageNode,
    Node,
    QueueNode,
)
from firmware_host.simulation.schema import Traffic

__all__ = ["not_in_recorded", "not_in_traffic"]


def not_in_traffic(traffic: Traffic, settings: CenterSettings) -> list[str]:
    """What a traffic file leaves out."""
    said = {node for calls in traffic.calls.values() for node in calls.digits}
    notes = []
    for name, node in _reached(traffic, settings):
        if isinstance(node, CollectNode | ExtensionNode) and name not in said:
            notes.append(
                f"{name} asks for digits, of which the traffic file tells none"
                f" (calls.*.digits.{name}): nobody keys in any, and all go on as such callers do"
            )
        if isinstance(node, QueueNode):
            habits = traffic.queue.get(node.queue)
            notes += [
                f"key {key} leads out of {node.queue} at {name}; nobody presses it"
                f" (queue.{node.queue}.exits)"
                for key in node.keys
                if habits is None or key not in habits.exits
            ]
        if isinstance(node, CallBackNode) and traffic.call_backs is None:
            notes.append(f"{name} offers to call back; nobody accepts ([call_backs] is missing)")
    return [*notes, *_never_shown(settings, _same_callers)]


def not_in_recorded(settings: CenterSettings) -> list[str]:
    """What a recorded day can't show."""
    nodes = _nodes(settings)
    notes = []
    if any(isinstance(node, ExtensionNode) for _, node in nodes):
        notes.append("who asked for a number that no agent has keys in nothing here")
    if any(isinstance(node, CallBackNode) for _, node in nodes):
        notes.append(
            "callers take a call-back as they did; whoever keyed in another number is called at"
            " the own one"
        )
    return [*notes, *_never_shown(settings, lambda _: False)]


def _same_callers(settings: CenterSettings) -> bool:
    return bool(settings.caller_lists) or any(
        queue.resume_s or queue.last_agent_s for queue in settings.queues
    )


def _never_shown(
    settings: CenterSettings, needs_same_callers: Callable[[CenterSettings], bool]
) -> Iterator[str]:
    if needs_same_callers(settings):
        yield (
            "every caller of a traffic file has a number of its own: nobody stands on a caller"
            " list, comes back to an old place, or meets the agent of the last call"
        )
    if any(isinstance(node, DialNode) for _, node in _nodes(settings)):
        yield "numbers that a flow calls outside answer after eight seconds, always"
    for name, node in _nodes(settings):
        if isinstance(node, MessageNode):
            yield f"at {name} callers leave no message: they stay until the longest is over"
    if settings.alerts:
        yield "alerts are neither raised nor told"


def _nodes(settings: CenterSettings) -> list[tuple[str, Node]]:
    return [(name, node) for flow in settings.flows for name, node in flow.nodes.items()]


def _reached(traffic: Traffic, settings: CenterSettings) -> list[tuple[str, Node]]:
    """Nodes that callers of the traffic file may come to; of trunks that nobody calls, none."""
    if any(calls.called is None for calls in traffic.calls.values()):
        return _nodes(settings)
    called = {calls.called for calls in traffic.calls.values()}
    flows: Mapping[str, FlowSettings] = {flow.name: flow for flow in settings.flows}
    names = {trunk.flow for trunk in settings.trunks if trunk.called in called or not trunk.called}
    names |= {each.flow for each in settings.number_plan.called}
    return [
        (name, node)
        for flow in sorted(names & flows.keys())
        for name, node in flows[flow].nodes.items()
    ]
