from math import inf

import numpy as np
import pytest

from dsp import Law, g711_decode, g711_encode, level_dbm0, silence, transcode
from dsp.levels import amplitude
from dsp.reference import decode, encode

EVERY_SAMPLE = np.arange(-32768, 32768).astype(np.int16)
EVERY_OCTET = np.arange(256).astype(np.uint8)


@pytest.mark.parametrize("law", Law)
def test_encoding_is_the_definition_for_every_sample(law):
    assert g711_encode(EVERY_SAMPLE, law) == encode(EVERY_SAMPLE, law).tobytes()


@pytest.mark.parametrize("law", Law)
def test_decoding_is_the_definition_for_every_octet(law):
    np.testing.assert_array_equal(g711_decode(EVERY_OCTET.tobytes(), law), decode(EVERY_OCTET, law))


@pytest.mark.parametrize("law", Law)
def test_every_octet_survives_decoding_and_encoding(law):
    survived = np.frombuffer(g711_encode(g711_decode(EVERY_OCTET, law), law), np.uint8)
    # Mu-law has two zeros; the negative one comes back as the positive one.
    wanted = np.where((EVERY_OCTET == 0x7F) & (law is Law.MULAW), 0xFF, EVERY_OCTET)
    np.testing.assert_array_equal(survived, wanted)


@pytest.mark.parametrize("law", Law)
def test_encoding_is_monotonous(law):
    decoded = g711_decode(g711_encode(EVERY_SAMPLE, law), law)
    assert (np.diff(decoded.astype(np.int32)) >= 0).all()


@pytest.mark.parametrize("law", Law)
def test_a_line_at_rest_is_nearly_silent(law):
    assert np.abs(g711_decode(silence(20, law), law)).max() <= 8
    assert len(silence(20, law)) == 160


def test_transcoding_keeps_a_sine_within_a_step():
    sine = np.rint(amplitude(-10) * np.sin(np.arange(800))).astype(np.int16)
    alaw = g711_encode(sine, Law.ALAW)
    again = g711_decode(transcode(alaw, Law.ALAW, Law.MULAW), Law.MULAW)
    assert level_dbm0((again - sine).astype(np.int16)) < -10 - 30
    assert transcode(alaw, Law.ALAW, Law.ALAW) == alaw


def test_full_scale_sine_is_plus_three_dbm0():
    sine = np.rint(32767 * np.sin(2 * np.pi * np.arange(8000) * 1004 / 8000)).astype(np.int16)
    assert level_dbm0(sine) == pytest.approx(3.14, abs=0.01)
    assert level_dbm0(np.zeros(10, np.int16)) == -inf
