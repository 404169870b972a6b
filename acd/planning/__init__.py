"""How many agents a load of calls needs: the classical formulas for queues in a steady state.

A front door of its own: `from acd.planning import agents_needed`. Pure functions of numbers, in seconds,
calls per second, erlang and shares between 0 and 1.
"""

from acd.planning.blocking import erlang_b, erlang_c
from acd.planning.outlook import Outlook, erlang_a_outlook, erlang_c_outlook
from acd.planning.staffing import MOST_AGENTS, NotEnoughAgents, agents_needed

__all__ = [
    "MOST_AGENTS",
    "NotEnoughAgents",
    "Outlook",
    "agents_needed",
    "erlang_a_outlook",
    "erlang_b",
    "erlang_c",
    "erlang_c_outlook",
]
