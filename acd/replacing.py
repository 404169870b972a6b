"""What forbids that settings are replaced while calls are up. Pure.

Most changes touch nobody: callers go on in the flow as it was when they came. What somebody stands on at this
moment can't be taken away.
"""

from collections import Counter
from collections.abc import Iterable

from acd.calls.call import Call
from acd.ledger import Ledger
from acd.personal_queues import owner_of
from acd.records import AgentState
from acd.settings import CenterSettings

__all__ = ["obstacles"]

_FREE = (AgentState.LOGGED_OUT, AgentState.READY, AgentState.PAUSED, AgentState.WRAPPING_UP)


def obstacles(
    before: CenterSettings, after: CenterSettings, calls: Iterable[Call], ledger: Ledger
) -> list[str]:
    """Why ``after`` can't take the place of ``before`` now, in words for whoever wants it; empty: it can."""
    found = []
    if {trunk.port for trunk in before.trunks} != {trunk.port for trunk in after.trunks}:
        found.append("trunks: lines are added and removed by a restart of the call server")
    if set(before.stations) != set(after.stations):
        found.append("stations: handsets are added and removed by a restart of the call server")
    queues = {queue.name for queue in after.queues}
    here: Counter[str] = Counter()
    for call in calls:
        contact, offered = call.contact, call.offered_in
        here.update(
            {*(() if contact is None else contact.queues), *(() if not offered else (offered,))}
        )
    promised = Counter(record.queue for record in ledger.call_backs.records.values())
    for queue in before.queues:
        if queue.name in queues:
            continue
        name = f"agent.{owner_of(queue.name)}" if queue.is_personal else f"queue.{queue.name}"
        if here[queue.name]:
            found.append(
                f"{name}: {_people(here[queue.name])} in it; lead no flow there, and remove it when it is"
                " empty"
            )
        elif promised[queue.name]:
            found.append(
                f"{name}: {_people(promised[queue.name])} to be called back from it; remove it when"
                " that is done"
            )
    agents = {agent.agent for agent in after.agents}
    for agent in before.agents:
        record = ledger.agent(agent.agent)
        if agent.agent not in agents and record.state not in _FREE:
            found.append(
                f"agent.{agent.agent}: has a call ({record.state.value}); remove the agent after it"
            )
    return found


def _people(count: int) -> str:
    return "1 caller is" if count == 1 else f"{count} callers are"
