"""What can go wrong in the drivers through our own fault or the machine's.

    DriverError
    ├── CommandNotPossible   a command that this kind of line can never carry out
    └── CardError            a card that does not answer, or not as it should
        ├── CardLost         the card went away
        ├── DriverMissing    the kernel driver is not loaded, or may not be opened
        ├── SpanMissing      no such span
        ├── ChannelMissing   no such channel, or one that is not set up
        ├── ChannelTaken     another program holds the channel
        ├── WrongSignalling  the module can't signal so
        └── CardRefused      the driver refused a request

A caller or trunk misbehaving is never an exception: it is a line event.
"""

__all__ = [
    "CardError",
    "CardLost",
    "CardRefused",
    "ChannelMissing",
    "ChannelTaken",
    "CommandNotPossible",
    "DriverError",
    "DriverMissing",
    "SpanMissing",
    "WrongSignalling",
]


class DriverError(Exception):
    """Root of the package's errors."""


class CommandNotPossible(DriverError):
    """A command that this kind of line can never carry out."""


class CardError(DriverError):
    """A card that does not answer, or not as it should."""


class CardLost(CardError):
    """The card went away."""


class DriverMissing(CardError):
    """The kernel driver is not loaded, or we may not open its devices."""


class SpanMissing(CardError):
    """There is no such span."""


class ChannelMissing(CardError):
    """There is no such channel, or nobody has set it up."""


class ChannelTaken(CardError):
    """Another program holds the channel."""


class WrongSignalling(CardError):
    """The module can't signal as it was asked to."""


class CardRefused(CardError):
    """The driver refused a request; the message says which and why."""
