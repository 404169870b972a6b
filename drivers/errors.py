"""What can go wrong in the drivers through our own fault or the machine's.

    DriverError
    ├── CommandNotPossible   a command that this kind of line can never carry out
    └── CardError            a card that does not answer, or not as it should
        └── CardLost         the card went away

A caller or trunk misbehaving is never an exception: it is a line event.
"""

__all__ = ["CardError", "CardLost", "CommandNotPossible", "DriverError"]


class DriverError(Exception):
    """Root of the package's errors."""


class CommandNotPossible(DriverError):
    """A command that this kind of line can never carry out."""


class CardError(DriverError):
    """A card that does not answer, or not as it should."""


class CardLost(CardError):
    """The card went away."""
