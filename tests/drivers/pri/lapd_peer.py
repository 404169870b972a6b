"""Layer 2 of a D-channel, written from its rules alone: the other side that is not libpri. Sans-IO.

Point to point, SAPI 0, TEI 0, modulo 128. What L3 gives goes out in I frames in the order given; when the
link is established anew, what was not acknowledged is lost, and L3 is told that it came up again.
No XID, no TEI management, no FRMR of its own.

Source: ITU-T Q.921, 3 (frames), 5.5 to 5.9 (procedures, timers).
"""

from collections import deque
from enum import Enum, auto

T200_S, T203_S = 1.0, 10.0
N200 = 3
K = 7
MODULUS = 128
AGAIN_S = 1.0
"""After an establishment that failed; L3 always wants the link."""
SABME, UA, DISC, DM, UI, FRMR = 0x6F, 0x63, 0x43, 0x0F, 0x03, 0x87
RR, RNR, REJ = 0x01, 0x05, 0x09
POLL_FINAL = 0x10


class LinkState(Enum):
    RELEASED = auto()
    ESTABLISHING = auto()
    "SABME was sent."
    RELEASING = auto()
    "DISC was sent."
    UP = auto()
    RECOVERING = auto()
    "T200 ran out: an answer to our poll is awaited."


class LapdPeer:
    """One end of the link. ``messages`` and ``changes`` are to be emptied by whoever drives it."""

    def __init__(self, *, network_side: bool) -> None:
        self._network = network_side
        self.state = LinkState.RELEASED
        self.messages: deque[bytes] = deque()
        "Information of I frames in order, and of UI frames."
        self.changes: deque[bool] = deque()
        "True: established (also: anew); False: lost."
        self.establishments = 0
        self.rejects_sent = 0
        self._frames: list[bytes] = []
        self._outgoing: deque[bytes] = deque()
        "From V(A) on: first those sent and not acknowledged, then those not sent."
        self._sent = 0
        self._first = 0
        "V(A); V(S) is that many after it as were sent."
        self._next = 0
        "V(R)."
        self._tries = 0
        self._timer: float | None = None
        self._rejecting = self._acknowledge = self._peer_busy = self._busy = False

    # ------------------------------------------------------------ for L3

    def establish(self, now: float) -> None:
        self.state = LinkState.ESTABLISHING
        self._tries = 0
        self._send_sabme(now)

    def release(self, now: float) -> None:
        """DISC: the orderly end."""
        self._discard()
        self.state = LinkState.RELEASING
        self._tries = 0
        self._unnumbered(DISC | POLL_FINAL, command=True)
        self._timer = now + T200_S

    def send(self, message: bytes, now: float) -> None:
        """In an I frame, as soon as the window allows; lost when there is no link."""
        if self.state in (LinkState.RELEASED, LinkState.RELEASING):
            return
        self._outgoing.append(message)
        self._send_information(now)

    @property
    def waiting(self) -> int:
        """Messages that are not acknowledged yet."""
        return len(self._outgoing)

    def set_busy(self, busy: bool) -> None:
        """RNR: take nothing; RR: go on."""
        self._busy = busy
        self._supervisory(RNR if busy else RR, command=False, final=False)

    def frames_to_send(self) -> list[bytes]:
        """To be fetched after each entry; an acknowledgement that no I frame carried is the last."""
        if self._acknowledge and self.state in (LinkState.UP, LinkState.RECOVERING):
            self._supervisory(self._readiness, command=False, final=False)
        frames, self._frames = self._frames, []
        return frames

    def next_timer(self) -> float | None:
        return self._timer

    def handle_timer(self, now: float) -> None:
        if self._timer is None or now < self._timer:
            return
        self._timer = None
        match self.state:
            case LinkState.RELEASED:
                self.establish(now)
            case LinkState.ESTABLISHING if self._tries < N200:
                self._send_sabme(now)
            case LinkState.RELEASING if self._tries < N200:
                self._tries += 1
                self._unnumbered(DISC | POLL_FINAL, command=True)
                self._timer = now + T200_S
            case LinkState.ESTABLISHING | LinkState.RELEASING:
                self._go_down(now)
            case LinkState.UP:  # T200 with I frames in the air, else T203
                self.state = LinkState.RECOVERING
                self._tries = 0
                self._poll(now)
            case LinkState.RECOVERING if self._tries < N200:
                self._poll(now)
            case LinkState.RECOVERING:
                self.establish(now)

    # ------------------------------------------------------------ frames in

    def receive_frame(self, frame: bytes, now: float) -> None:
        if len(frame) < 3 or frame[0] & 0xFD or frame[1] != 0x01:
            return  # too short, or another SAPI or TEI
        command = bool(frame[0] & 2) is not self._network
        control = frame[2]
        if control & 3 == 3:
            self._receive_unnumbered(control, command, frame[3:], now)
        elif len(frame) < 4 or self.state not in (LinkState.UP, LinkState.RECOVERING):
            if len(frame) >= 4 and command and self.state is LinkState.RELEASED:
                self._unnumbered(DM | (frame[3] & 1) * POLL_FINAL, command=False)
        elif control & 1:
            self._receive_supervisory(control, frame[3] >> 1, command, bool(frame[3] & 1), now)
        else:
            self._receive_information(control >> 1, frame[3] >> 1, bool(frame[3] & 1), now, frame)

    def _receive_unnumbered(
        self, control: int, command: bool, information: bytes, now: float
    ) -> None:
        final = control & POLL_FINAL
        up = self.state in (LinkState.UP, LinkState.RECOVERING)
        match control & ~POLL_FINAL:
            case 0x6F if command:
                if self.state is LinkState.RELEASING:
                    self._unnumbered(DM | final, command=False)
                    return
                self._unnumbered(UA | final, command=False)
                if self.state is not LinkState.ESTABLISHING:
                    self._go_up(now)
            case 0x43 if command:
                self._unnumbered((UA if up else DM) | final, command=False)
                if up:
                    self._go_down(now)
            case 0x63 if self.state is LinkState.ESTABLISHING and final:
                self._go_up(now)
            case 0x63 | 0x0F if self.state is LinkState.RELEASING and final:
                self._go_down(now)
            case 0x0F if self.state is LinkState.ESTABLISHING and final:
                self._go_down(now)
            case 0x0F if up and (self.state is LinkState.RECOVERING or not final):
                self.establish(now)
            case 0x87 if up:
                self.establish(now)
            case 0x03 if command:
                self.messages.append(information)

    def _receive_supervisory(
        self, control: int, received: int, command: bool, poll_final: bool, now: float
    ) -> None:
        if control not in (RR, RNR, REJ):
            return
        self._peer_busy = control == RNR
        if command and poll_final:
            self._supervisory(self._readiness, command=False, final=True)
        if not self._is_valid(received):
            self.establish(now)
            return
        answers = not command and poll_final and self.state is LinkState.RECOVERING
        if answers or (control == REJ and self.state is LinkState.UP):
            self._acknowledged(received)
            self._sent = 0
            self.state = LinkState.UP
            self._timer = now + T203_S
        elif self.state is LinkState.UP:
            self._acknowledged_in_time(received, now)
        else:
            self._acknowledged(received)
        self._send_information(now)

    def _receive_information(
        self, number: int, received: int, poll: bool, now: float, frame: bytes
    ) -> None:
        if self._busy:
            self._supervisory(RNR, command=False, final=poll)
        elif number == self._next:
            self._next = (self._next + 1) % MODULUS
            self._rejecting = False
            self.messages.append(frame[4:])
            if poll:
                self._supervisory(RR, command=False, final=True)
            else:
                self._acknowledge = True
        elif not self._rejecting:
            self._rejecting = True
            self.rejects_sent += 1
            self._supervisory(REJ, command=False, final=poll)
        elif poll:
            self._supervisory(RR, command=False, final=True)
        if not self._is_valid(received):
            self.establish(now)
        elif self.state is LinkState.UP:
            self._acknowledged_in_time(received, now)
            self._send_information(now)
        else:
            self._acknowledged(received)

    # ------------------------------------------------------------ the window

    def _is_valid(self, received: int) -> bool:
        return (received - self._first) % MODULUS <= self._sent

    def _acknowledged(self, received: int) -> None:
        for _ in range((received - self._first) % MODULUS):
            self._outgoing.popleft()
            self._sent -= 1
        self._first = received

    def _acknowledged_in_time(self, received: int, now: float) -> None:
        progress = received != self._first
        self._acknowledged(received)
        if not self._sent:
            self._timer = now + T203_S
        elif progress:
            self._timer = now + T200_S

    def _send_information(self, now: float) -> None:
        if self.state is not LinkState.UP or self._peer_busy:
            return
        while self._sent < min(K, len(self._outgoing)):
            number = (self._first + self._sent) % MODULUS
            if not self._sent:
                self._timer = now + T200_S
            message = self._outgoing[self._sent]
            self._sent += 1
            header = bytes([self._address(command=True), 0x01, number << 1, self._next << 1])
            self._frames.append(header + message)
            self._acknowledge = False

    # ------------------------------------------------------------ up and down

    def _go_up(self, now: float) -> None:
        self._discard()
        self.state = LinkState.UP
        self.establishments += 1
        self._timer = now + T203_S
        self.changes.append(True)

    def _go_down(self, now: float) -> None:
        self._discard()
        self.state = LinkState.RELEASED
        self._timer = now + AGAIN_S
        self.changes.append(False)

    def _discard(self) -> None:
        self._outgoing.clear()
        self._sent = self._first = self._next = 0
        self._rejecting = self._acknowledge = self._peer_busy = False

    # ------------------------------------------------------------ frames out

    @property
    def _readiness(self) -> int:
        return RNR if self._busy else RR

    def _address(self, *, command: bool) -> int:
        return 2 if command is self._network else 0

    def _send_sabme(self, now: float) -> None:
        self._tries += 1
        self._unnumbered(SABME | POLL_FINAL, command=True)
        self._timer = now + T200_S

    def _poll(self, now: float) -> None:
        self._tries += 1
        self._supervisory(self._readiness, command=True, final=True)
        self._timer = now + T200_S

    def _unnumbered(self, control: int, *, command: bool) -> None:
        self._frames.append(bytes([self._address(command=command), 0x01, control]))

    def _supervisory(self, control: int, *, command: bool, final: bool) -> None:
        self._acknowledge = False
        octets = [self._address(command=command), 0x01, control, self._next << 1 | final]
        self._frames.append(bytes(octets))
