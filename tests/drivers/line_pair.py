"""Two line machines joined by a wire, with signalling sounds carried as words: core against core."""

from collections import deque

from drivers import (
    DTMF_FORMS,
    CallerIdHeard,
    CallerIdMode,
    CallerNumber,
    DigitHeard,
    FxoLine,
    FxoSettings,
    FxsLine,
    FxsSettings,
    Line,
    LineOutput,
    PortKind,
    ReceiveCallerId,
    ReversePolarity,
    SendCallerId,
    SendKeys,
    SendTone,
    SetBattery,
    SetHook,
    SetRinger,
    SignalSent,
    StopReceivingCallerId,
    ToneHeard,
    dtmf_caller_id,
)
from drivers.virtual.wire import WireEnd

WISHES = ("Listen", "StopSignal", "TransmitOnHook")


class End:
    def __init__(self, line: Line, kind: PortKind) -> None:
        self.line = line
        self.wire = WireEnd(kind)
        self.events = []  # line events, in order
        self.receiving = False
        self.caught: CallerNumber | None = None


class LinePair:
    """`fxo` is the subscriber's end, `fxs` the exchange's. Time passes by `run`."""

    def __init__(self, fxo: FxoSettings | None = None, fxs: FxsSettings | None = None) -> None:
        self.now = 0.0
        self.fxo = End(FxoLine(fxo or FxoSettings()), PortKind.FXO)
        self.fxs = End(FxsLine(fxs or FxsSettings(flash_maximum_s=0.0)), PortKind.FXS)
        self._deliveries: deque = deque()
        for end in (self.fxs, self.fxo):
            self._outputs(end, end.line.start(self.now))
        for end, other in ((self.fxo, self.fxs), (self.fxs, self.fxo)):
            for event in end.wire.state():
                self._outputs(other, other.line.receive(event, self.now))
        self.run(2.0)

    def command(self, end: End, command) -> None:
        self._outputs(end, end.line.command(command, self.now))
        self._settle()

    def receive(self, end: End, event) -> None:
        self._outputs(end, end.line.receive(event, self.now))
        self._settle()

    def run(self, seconds: float) -> None:
        until = self.now + seconds
        while True:
            timers = [t for e in (self.fxo, self.fxs) if (t := e.line.next_timer()) is not None]
            if not timers or min(timers) > until:
                break
            self.now = max(self.now, min(timers))
            for end in (self.fxo, self.fxs):
                self._outputs(end, end.line.handle_timer(self.now))
            self._settle()
        self.now = until

    def names(self, end: End) -> list[str]:
        return [type(event).__name__ for event in end.events]

    def _other(self, end: End) -> End:
        return self.fxs if end is self.fxo else self.fxo

    def _settle(self) -> None:
        while self._deliveries:
            end, event = self._deliveries.popleft()
            self._outputs(end, end.line.receive(event, self.now))

    def _outputs(self, end: End, outputs: list[LineOutput]) -> None:
        other = self._other(end) if hasattr(self, "fxs") else end
        for output in outputs:
            match output:
                case SetHook() | SetRinger() | SetBattery() | ReversePolarity():
                    event = end.wire.apply(output)
                    if event is not None:
                        self._deliveries.append((other, event))
                case SendCallerId(
                    caller=caller,
                    mode=CallerIdMode.DTMF_BEFORE_RING | CallerIdMode.DTMF_AFTER_REVERSAL,
                    form=form,
                ):
                    for digit in dtmf_caller_id(caller, DTMF_FORMS[form]):
                        self._deliveries.append((other, DigitHeard(digit=digit)))
                    self._deliveries.append((end, SignalSent()))
                case SendCallerId(caller=caller):
                    if other.receiving:
                        other.caught = caller
                    self._deliveries.append((end, SignalSent()))
                case SendKeys(digits=digits):
                    for digit in digits:
                        self._deliveries.append((other, DigitHeard(digit=digit)))
                    self._deliveries.append((end, SignalSent()))
                case SendTone(tone=tone):
                    self._deliveries.append((other, ToneHeard(tone=tone)))
                    if tone in ("cas", "tas"):
                        self._deliveries.append((end, SignalSent()))
                case ReceiveCallerId():
                    end.receiving, end.caught = True, None
                case StopReceivingCallerId():
                    end.receiving = False
                    self._deliveries.append((end, CallerIdHeard(caller=end.caught)))
                case _ if type(output).__name__ in WISHES:
                    pass
                case _:
                    end.events.append(output)
