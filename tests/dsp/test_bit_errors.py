"""Bit errors, slips and losses are counted exactly as they were made."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dsp import BitErrorCounter, BitSequence


def bits_of(seconds: float) -> np.ndarray:
    return np.unpackbits(np.frombuffer(BitSequence().octets(round(8000 * seconds)), np.uint8))


def counted(bits: np.ndarray, pieces: int = 160):
    octets = np.packbits(bits).tobytes()
    counter = BitErrorCounter()
    for at in range(0, len(octets), pieces):
        counter.receive(octets[at : at + pieces])
    return counter.finish()


def test_the_sequence_is_that_of_o150():
    bits = bits_of(4096 / 8000 * 8)
    assert (bits[32767:] == bits[: bits.size - 32767]).all()
    whole = bits[:32767]
    assert whole.sum() == 2**14 - 1  # inverted: one zero more than ones
    # Of the uninverted sequence each bit is the sum of the fourteenth and fifteenth before it.
    plain = bits ^ 1
    assert (plain[15:] == plain[1:-14] ^ plain[:-15]).all()
    text = "".join(map(str, np.concatenate([whole, whole[:20]])))
    assert "0" * 15 in text
    assert "0" * 16 not in text
    assert "1" * 15 not in text


def test_a_clean_channel_has_no_errors_and_whole_seconds():
    found = counted(bits_of(3.0))
    assert (found.errors, found.slips, found.losses) == (0, 0, 0)
    assert found.bits == 3 * 64000
    assert (found.seconds, found.errored_seconds) == (3, 0)


@settings(max_examples=30, deadline=None)
@given(st.sets(st.integers(0, 127_999), max_size=60), st.integers(1, 900))
def test_each_wrong_bit_counts_once(places, pieces):
    bits = bits_of(2.0)
    late = {each for each in places if each >= 2000}
    for each in late:
        bits[each] ^= 1
    found = counted(bits, pieces)
    assert found.errors == len(late)
    assert (found.slips, found.losses) == (0, 0)


def test_errored_and_severely_errored_seconds_are_told_apart():
    bits = bits_of(4.0)
    bits[64000 + 5000] ^= 1
    bits[2 * 64000 + 5000 : 2 * 64000 + 5000 + 50 * 100 : 50] ^= 1
    found = counted(bits)
    assert found.errors == 101
    assert found.errored_seconds == 2
    assert found.severely_errored_seconds == 1


@pytest.mark.parametrize("length", [8, 160 * 8, 3])
@pytest.mark.parametrize("doubled", [True, False], ids=["doubled", "dropped"])
@pytest.mark.parametrize("place", [50_000, 51_199, 51_210, 52_470])
def test_a_slip_is_one_slip_and_no_errors(length, doubled, place):
    bits = bits_of(2.0)
    pieces = (
        [bits[:place], bits[place - length :]]
        if doubled
        else [bits[:place], bits[place + length :]]
    )
    bits = np.concatenate(pieces)
    found = counted(bits[: bits.size // 8 * 8])
    assert found.slips == 1
    assert found.slipped_bits == (length if doubled else -length)
    assert found.errors == 0
    assert found.losses == 0


def test_errors_beside_a_slip_are_still_counted():
    bits = bits_of(2.0)
    bits = np.concatenate([bits[:60_000], bits[60_080:]])
    bits[[59_000, 59_900, 61_000, 62_500]] ^= 1
    found = counted(bits[: bits.size // 8 * 8])
    assert (found.slips, found.slipped_bits, found.errors) == (1, -80, 4)


def test_noise_in_the_middle_is_a_loss_and_its_seconds_are_severe():
    bits = bits_of(4.0)
    bits[70_000:130_000] = np.random.default_rng(1).integers(0, 2, 60_000)
    found = counted(bits)
    assert found.losses == 1
    assert found.synchronised
    assert 1 <= found.severely_errored_seconds <= 2
    assert found.errors < 700


def test_a_channel_that_carries_something_else_never_synchronises():
    for octets in (bytes([0xD5]) * 16000, bytes([0xFF]) * 16000, bytes(16000)):
        counter = BitErrorCounter()
        counter.receive(octets)
        found = counter.finish()
        assert not found.synchronised
        assert found.bits == 0


def test_what_came_before_the_sequence_is_not_counted():
    bits = np.concatenate([np.unpackbits(np.full(333, 0xD5, np.uint8)), bits_of(1.0)])
    found = counted(bits)
    assert found.errors == 0
    assert found.bits >= 64000 - 2000
