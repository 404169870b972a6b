"""Which cards call control asks at a step: those that tell something, and now and then all."""

from firmware_host.callserver.plugged_cards import PluggedCards
from firmware_host.callserver.ports import PortTable


class Card:
    def __init__(self) -> None:
        self.asked = 0

    def poll(self) -> list:
        self.asked += 1
        return []


def cards_asked(*steps) -> dict[str, int]:
    cards = {"one": Card(), "two": Card()}
    plugged = PluggedCards(cards, PortTable([]))
    for now, telling in steps:
        list(plugged.poll(now, telling))
    return {name: card.asked for name, card in cards.items()}


def test_a_card_that_tells_nothing_is_not_asked_again_at_once():
    assert cards_asked((1.0, []), (1.01, ["two"]), (1.02, ["two"])) == {"one": 1, "two": 3}


def test_every_card_is_asked_now_and_then_whatever_tells():
    assert cards_asked((1.0, ["two"]), (1.05, ["two"]), (1.15, [])) == {"one": 2, "two": 3}


def test_without_knowing_who_tells_all_are_asked():
    assert cards_asked((1.0, None), (1.01, None)) == {"one": 2, "two": 2}


def test_a_card_that_was_unplugged_meanwhile_is_left_out():
    assert cards_asked((1.0, []), (1.01, ["gone", "one"])) == {"one": 2, "two": 1}
