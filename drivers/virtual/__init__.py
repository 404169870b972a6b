"""The virtual card: a crossed cable whose other end lives in the town. Not a mock: nothing here acts."""

from drivers.virtual.lockstep_cable import LockstepCable, LockstepCableEnd
from drivers.virtual.socket_cable import CableListener, SocketCableEnd, connect_cable
from drivers.virtual.wire import mirrored

__all__ = [
    "CableListener",
    "LockstepCable",
    "LockstepCableEnd",
    "SocketCableEnd",
    "connect_cable",
    "mirrored",
]
