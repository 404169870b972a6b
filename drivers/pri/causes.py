"""Causes of ITU-T Q.850 (2.2.7): their names, and what a line makes of them."""

from drivers.interface import ClearCause

__all__ = [
    "CAUSES",
    "NORMAL_CLEARING",
    "REQUESTED_CHANNEL_UNAVAILABLE",
    "cause_text",
    "clear_cause",
    "release_cause",
]

NORMAL_CLEARING = 16
REQUESTED_CHANNEL_UNAVAILABLE = 44

CAUSES = {
    1: "unallocated number",
    2: "no route to transit network",
    3: "no route to destination",
    6: "channel unacceptable",
    7: "call awarded in an established channel",
    16: "normal call clearing",
    17: "user busy",
    18: "no user responding",
    19: "no answer from user",
    20: "subscriber absent",
    21: "call rejected",
    22: "number changed",
    23: "redirection to new destination",
    25: "exchange routing error",
    26: "non-selected user clearing",
    27: "destination out of order",
    28: "invalid number format",
    29: "facility rejected",
    30: "response to status enquiry",
    31: "normal, unspecified",
    34: "no circuit available",
    38: "network out of order",
    41: "temporary failure",
    42: "switching equipment congestion",
    43: "access information discarded",
    44: "requested channel not available",
    47: "resource unavailable",
    50: "facility not subscribed",
    52: "outgoing calls barred",
    54: "incoming calls barred",
    57: "bearer capability not authorized",
    58: "bearer capability not available",
    63: "service not available",
    65: "bearer capability not implemented",
    66: "channel type not implemented",
    69: "facility not implemented",
    81: "invalid call reference",
    82: "identified channel does not exist",
    88: "incompatible destination",
    95: "invalid message",
    96: "mandatory element missing",
    97: "message type not implemented",
    98: "message not compatible with call state",
    99: "information element not implemented",
    100: "invalid element contents",
    101: "message not compatible with call state",
    102: "recovery on timer expiry",
    103: "parameter not implemented",
    111: "protocol error",
    127: "interworking",
}

_CLEAR_CAUSES = {
    16: ClearCause.FAR_END,
    17: ClearCause.BUSY,
    18: ClearCause.NO_ANSWER,
    19: ClearCause.NO_ANSWER,
    20: ClearCause.NO_ANSWER,
    21: ClearCause.REJECTED,
    1: ClearCause.WRONG_NUMBER,
    3: ClearCause.WRONG_NUMBER,
    22: ClearCause.WRONG_NUMBER,
    28: ClearCause.WRONG_NUMBER,
    31: ClearCause.FAR_END,
    34: ClearCause.CONGESTION,
    38: ClearCause.CONGESTION,
    41: ClearCause.CONGESTION,
    42: ClearCause.CONGESTION,
    44: ClearCause.CONGESTION,
    47: ClearCause.CONGESTION,
}
_RELEASE_CAUSES = {
    ClearCause.NORMAL: NORMAL_CLEARING,
    ClearCause.FAR_END: NORMAL_CLEARING,
    ClearCause.SILENCE: NORMAL_CLEARING,
    ClearCause.BUSY: 17,
    ClearCause.NO_ANSWER: 19,
    ClearCause.REJECTED: 21,
    ClearCause.WRONG_NUMBER: 1,
    ClearCause.CONGESTION: 42,
    ClearCause.FAILED: 41,
}


def cause_text(cause: int) -> str:
    """``17 user busy``."""
    return f"{cause} {CAUSES.get(cause, 'unknown cause')}"


def clear_cause(cause: int) -> ClearCause:
    """What a cause means to a line."""
    return _CLEAR_CAUSES.get(cause, ClearCause.FAILED)


def release_cause(cause: ClearCause) -> int:
    """The cause that says the same to the other side."""
    return _RELEASE_CAUSES.get(cause, 31)
