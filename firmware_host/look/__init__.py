"""Looking at lines and cards: what technicians ask of spans, channels and single lines."""

from firmware_host.look.commands import look_commands

__all__ = ["look_commands"]
