"""What is configured at present, by name.

Settings can be replaced while calls are up. Whoever needs them looks here at that moment and keeps no copy;
what has to be derived from them, or holds state for each of them, has a method `follow` that is called after
each change.
"""

from acd.ids import AgentId, PortId, QueueName
from acd.queue_settings import QueueSettings
from acd.settings import AgentSettings, CenterSettings, FlowSettings, Schedule
from acd.trunk_settings import TrunkSettings

__all__ = ["Configured"]


class Configured:
    """The settings of a center, and indexes into them."""

    settings: CenterSettings
    queues: dict[QueueName, QueueSettings]
    agents: dict[AgentId, AgentSettings]
    flows: dict[str, FlowSettings]
    schedules: dict[str, Schedule]
    trunks: dict[PortId, TrunkSettings]

    def __init__(self, settings: CenterSettings) -> None:
        self.replace(settings)

    def replace(self, settings: CenterSettings) -> None:
        """Let these settings be in force from now on; they were found consistent."""
        self.settings = settings
        self.queues = {queue.name: queue for queue in settings.queues}
        self.agents = {agent.agent: agent for agent in settings.agents}
        self.flows = {flow.name: flow for flow in settings.flows}
        self.schedules = {schedule.name: schedule for schedule in settings.schedules}
        self.trunks = {trunk.port: trunk for trunk in settings.trunks}
