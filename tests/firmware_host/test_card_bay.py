"""A card that is not there, comes, has a port that comes later, and goes."""

import socket

import pytest

from drivers import CardError, DahdiCard, DahdiCardSettings, SpeechDescriptors, SpeechRequests
from dsp import Plane
from firmware_host.card_bay import CardBay


class Descriptors:
    """What the bay wakes the loop for."""

    def __init__(self) -> None:
        self.watched = set()
        self.watch = self.watched.add
        self.unwatch = self.watched.discard


class TwoPorts:
    """A card whose second port can be had only later; blocks go over sockets."""

    speech_requests = SpeechRequests()

    def __init__(self) -> None:
        self.pairs = [socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET) for _ in range(2)]
        self.speech_descriptors = {1: self._descriptors(0)}
        self.signalling_descriptors = (77,)
        self.second_can_be_had = False

    def _descriptors(self, place: int) -> SpeechDescriptors:
        number = self.pairs[place][0].fileno()
        return SpeechDescriptors(number, number)

    def look_again(self) -> list[int]:
        if not self.second_can_be_had or 2 in self.speech_descriptors:
            return []
        self.speech_descriptors[2] = self._descriptors(1)
        return [2]

    def unplug(self) -> None:
        for near, _ in self.pairs:
            near.close()

    def is_attached(self, place: int) -> bool:
        far = self.pairs[place][1]
        far.settimeout(1.0)
        try:
            return len(far.recv(200)) == 160
        except TimeoutError:
            return False


@pytest.fixture
def plane():
    with Plane(4) as plane:
        yield plane


def bay_for(connect, plane) -> CardBay:
    return CardBay("tdm", connect, {1: 2, 2: 3}, plane, Descriptors(), clock=False)


@pytest.mark.realtime
def test_a_card_is_plugged_in_its_late_port_follows_and_all_is_let_go(plane):
    card = TwoPorts()
    bay = bay_for(lambda: card, plane)
    assert bay.attend(10.0) is card
    plane.start()
    assert card.is_attached(0)
    assert bay._loop.watched == {77}
    assert bay.attend(11.0) is None
    assert not card.is_attached(1)
    card.second_can_be_had = True
    assert bay.attend(12.0) is None
    assert card.is_attached(1)
    bay.unplug(13.0)
    assert bay._loop.watched == set()
    assert bay.card is None
    far = card.pairs[0][1]
    while far.recv(200):
        pass  # what was on its way; then the pump's duplicate is closed, too
    for _, far in card.pairs:
        far.close()


def test_a_card_that_is_not_there_is_tried_again_and_a_problem_once_it_lasts(plane, caplog):
    refusals = []

    def connect():
        refusals.append(1)
        raise CardError("nobody is at home")

    bay = bay_for(connect, plane)
    for tenth in range(60):
        assert bay.attend(10.0 + tenth / 10) is None
        assert bay.problem == ("" if tenth <= 30 else "nobody is at home")
    assert len(refusals) == 60
    assert caplog.text.count("card tdm: nobody is at home; trying on") == 1


def test_without_a_driver_the_problem_says_what_to_do(plane, tmp_path):
    bay = bay_for(lambda: DahdiCard(DahdiCardSettings(span=1), devices=tmp_path), plane)
    bay.attend(0.0)
    bay.attend(10.0)
    assert bay.problem.startswith("no DAHDI driver is loaded: `modprobe dahdi`")
