"""Frames before libpri has them: nothing whole is touched, nothing spoiled gets through."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from drivers.pri.q931_summary import q931_summary
from drivers.pri.sanitizer import LONGEST_FRAME, sanitized

INFORMATION = bytes([0x02, 0x01, 0x00, 0x00])
HEADER = bytes([0x08, 0x02, 0x00, 0x01, 0x05])
BEARER = bytes.fromhex("04038090a3")
CHANNEL = bytes.fromhex("1803a98385")
CALLING = bytes([0x6C, 6, 0x21, 0x83, *b"4711"])
CALLED = bytes([0x70, 5, 0x81, *b"5550"])
FACILITY = bytes.fromhex("1c069faa0680010a")
DISPLAY = bytes([0x28, 3, *b"Ada"])
SETUP = INFORMATION + HEADER + BEARER + CHANNEL + FACILITY + DISPLAY + CALLING + CALLED + b"\xa1"


def test_a_whole_setup_is_left_as_it_is():
    assert sanitized(SETUP) == SETUP


@pytest.mark.parametrize(
    ("frame", "clean"),
    [
        (b"", None),
        (b"\x02\x01", None),
        (b"\x02\x01\x00", None),
        (b"\x02\x01\x7f", b"\x02\x01\x7f"),
        (b"\x02\x01\x01\x02", b"\x02\x01\x01\x02"),
        (bytes(LONGEST_FRAME + 1), None),
        # An element that is longer than its message: cut there, the frame stays counted.
        (INFORMATION + HEADER + b"\x04\x7f\x80", INFORMATION + HEADER),
        (INFORMATION + HEADER + BEARER + b"\x18", INFORMATION + HEADER + BEARER),
        # A number whose extension never ends.
        (INFORMATION + HEADER + b"\x6c\x03\x01\x02\x03" + CALLED, INFORMATION + HEADER + CALLED),
        # A cause without a cause.
        (INFORMATION + HEADER + b"\x08\x01\x80", INFORMATION + HEADER),
        (INFORMATION + HEADER + b"\x08\x02\x00\x90", INFORMATION + HEADER),
        # In another codeset the same octets are something else.
        (
            INFORMATION + HEADER + b"\x96\x6c\x03\x01\x02\x03",
            INFORMATION + HEADER + b"\x96\x6c\x03\x01\x02\x03",
        ),
        (
            INFORMATION + HEADER + b"\x9e\x6c\x01\x01\x6c\x01\x01",
            INFORMATION + HEADER + b"\x9e\x6c\x01\x01",
        ),
        (INFORMATION + b"\x43\x02\x00\x01\x0f\xff", INFORMATION + b"\x43\x02\x00\x01\x0f\xff"),
    ],
)
def test_what_libpri_may_have(frame, clean):
    assert sanitized(frame) == clean


FRAMES = st.one_of(
    st.binary(max_size=300),
    st.builds(lambda rest: INFORMATION + HEADER + rest, st.binary(max_size=259)),
)


@given(FRAMES)
@example(SETUP)
def test_what_is_clean_stays_so_and_no_counted_frame_is_lost(frame):
    clean = sanitized(frame)
    if clean is None:
        too_short = len(frame) < (3 if frame[2:3] and frame[2] & 3 == 3 else 4)
        assert too_short or len(frame) > LONGEST_FRAME
    else:
        assert clean[:4] == frame[:4]
        assert sanitized(clean) == clean


@given(FRAMES)
def test_any_frame_can_be_told_in_printable_words(frame):
    assert q931_summary(frame).isprintable()


def test_a_setup_in_words():
    assert q931_summary(SETUP) == (
        'SETUP, call 1, channel 5, name "Ada", from 4711, to 5550, complete'
    )
