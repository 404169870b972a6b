"""One line machine by itself: the test is the wire, the ears and the clock."""

from drivers import Line, LineOutput


class LoneLine:
    """Events and commands in, outputs in order out; time passes by `passes` only."""

    def __init__(self, line: Line, *first_events) -> None:
        self.line = line
        self.now = 0.0
        self.outputs: list[LineOutput] = list(line.start(self.now))
        self.gets(*first_events)
        self.passes(1.0)
        self.outputs.clear()

    def gets(self, *events) -> None:
        for event in events:
            self.outputs += self.line.receive(event, self.now)

    def is_told(self, command) -> None:
        self.outputs += self.line.command(command, self.now)

    def passes(self, seconds: float) -> None:
        until = self.now + seconds
        while (timer := self.line.next_timer()) is not None and timer <= until:
            self.now = max(self.now, timer)
            self.outputs += self.line.handle_timer(self.now)
        self.now = until

    def all_of(self, kind: type) -> list[LineOutput]:
        return [output for output in self.outputs if isinstance(output, kind)]
