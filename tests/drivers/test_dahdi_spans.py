"""Spans as the control device lists them."""

from drivers import DahdiControl
from drivers.dahdi.abi import SpanInformation


class Comes(DahdiControl):
    """A driver to which a span is being added: it is there already, its channels are not yet listed."""

    def __init__(self) -> None:
        self._descriptor = -1

    def _span_information(self, number: int) -> SpanInformation | None:
        if number != 1:
            return None
        return SpanInformation(spanno=1, name=b"DYN/loc/1:0", totalspans=1, totalchans=8)

    def channels(self):
        return iter(())


def test_a_span_whose_channels_are_not_listed_yet_is_not_there_yet():
    assert Comes().spans() == []
