"""What a terminal may send: nothing that costs memory or time, whoever is on the line."""

import re

from hypothesis import given
from hypothesis import strategies as st

from firmware_host.console.keys import LONGEST_LINE, KeyFilter, LineOfKeys

ALLOWED = re.compile(rb"(\x1b\[[ABCDHF]|\x1b\[[13478]~|\x1bO[ABCDHF]|[^\x1b\n])*")


@given(st.lists(st.binary(max_size=40)))
def test_whatever_is_sent_only_known_keys_reach_the_prompt(chunks):
    keys = KeyFilter()
    kept = b"".join(keys.pass_on(chunk) for chunk in chunks)
    assert ALLOWED.fullmatch(kept)
    assert len(kept) <= sum(map(len, chunks))


@given(st.binary(max_size=200), st.integers(0, 200))
def test_it_does_not_matter_how_the_octets_are_cut(octets, cut):
    whole, parts = KeyFilter(), KeyFilter()
    assert whole.pass_on(octets) == parts.pass_on(octets[:cut]) + parts.pass_on(octets[cut:])


def test_mouse_reports_repeat_counts_and_yanks_are_dropped_and_arrows_kept():
    keys = KeyFilter()
    assert keys.pass_on(b"a\x1b[<5Mb\x1b[M !!c\x1b9d\x19e\x1b[Af\x1b[3~g\x1bOHh") == (
        b"abcde\x1b[Af\x1b[3~g\x1bOHh"
    )


def test_return_line_feed_and_both_are_one_enter_each():
    assert KeyFilter().pass_on(b"a\rb\nc\r\nd\r") == b"a\rb\rc\rd\r"


def test_a_line_without_end_is_cut_and_the_next_one_taken():
    keys = KeyFilter()
    assert len(keys.pass_on(b"x" * 100_000)) == LONGEST_LINE
    assert keys.pass_on(b"\rlines\r") == b"\rlines\r"


def test_a_plain_line_is_typed_corrected_hidden_and_given_up():
    line, shown = LineOfKeys(), ""
    for octet in b"adnin\x7f\x7f\x7fmin":
        text, complete, given_up = line.press(octet)
        shown += text
        assert (complete, given_up) == (None, False)
    assert shown == "adnin" + "\b \b" * 3 + "min"
    assert line.press(0x0D) == ("\n", "admin", False)
    hidden = LineOfKeys(hidden=True)
    assert [hidden.press(octet)[0] for octet in b"47\x00\x7f1"] == ["*", "*", "", "\b \b", "*"]
    assert hidden.press(0x03) == ("\n", None, True)


def test_a_plain_line_has_an_end():
    line = LineOfKeys(longest=8)
    for _ in range(1000):
        line.press(ord("x"))
    assert line.press(0x0D)[1] == "x" * 8
