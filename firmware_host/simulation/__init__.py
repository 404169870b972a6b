"""`switchroom simulate`: a day of the call center in seconds, before it happens.

The Center of the call server runs with made-up lines, callers and agents on a clock that jumps.
"""

from firmware_host.simulation.command import simulation_commands

__all__ = ["simulation_commands"]
