"""Names in the state folder that several processes must agree on."""

__all__ = [
    "PRI_WORKER_SOCKET",
    "TOWN_PRI_WORKER_SOCKET",
    "cable_socket",
    "d_channel_socket",
]

PRI_WORKER_SOCKET = "pri.sock"
"""The appliance's PRI worker."""
TOWN_PRI_WORKER_SOCKET = "town-pri.sock"
"""The one at the far end of virtual spans."""


def cable_socket(card: str) -> str:
    """The cable of this virtual card."""
    return f"cable-{card}.sock"


def d_channel_socket(card: str) -> str:
    """The D-channel of this virtual span."""
    return f"d-channel-{card}.sock"
