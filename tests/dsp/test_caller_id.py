import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from spandsp import ADSI_CLASS, ADSI_CLIP, hear_messages, needs_spandsp, send_message

from dsp import (
    CallerId,
    CallerIdFormat,
    CallerIdStandard,
    CaptureFinished,
    Law,
    Plane,
    decode_caller_id,
    encode_caller_id,
    g711_decode,
)
from dsp.fsk import modulate
from dsp.levels import amplitude
from scripts.accuracy.signal_lab import Lab, octets_of

ION = CallerId(number="0215551234", name="ION POPESCU", date="11221530")
SPANDSP = {CallerIdStandard.BELL202: ADSI_CLASS, CallerIdStandard.V23: ADSI_CLIP}
every_standard = pytest.mark.parametrize("standard", CallerIdStandard)


def mdmf(*parameters: tuple[int, bytes]) -> bytes:
    body = b"".join(bytes([kind, len(value)]) + value for kind, value in parameters)
    return bytes([0x80, len(body)]) + body


def on_the_line(message: bytes, standard=CallerIdStandard.V23, checksum_error=0) -> bytes:
    whole = message + bytes([(-sum(message) + checksum_error) & 0xFF])
    return octets_of(modulate(whole, standard).astype(float))


@settings(deadline=None, max_examples=60, derandomize=True)
@given(
    number=st.none() | st.text("0123456789*#+", min_size=1, max_size=20),
    name=st.none()
    | st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=50),
    date=st.none() | st.datetimes().map(lambda each: f"{each:%m%d%H%M}"),
    absent=st.sampled_from(["private", "unavailable", None]),
    standard=st.sampled_from(CallerIdStandard),
    law=st.sampled_from(Law),
)
def test_what_is_sent_is_read(number, name, date, absent, standard, law):
    caller = CallerId(
        number=number,
        name=name,
        date=date,
        number_absent=None if number else absent,
        name_absent=None if name else absent,
    )
    octets = encode_caller_id(caller, standard=standard, format=CallerIdFormat.MDMF, law=law)
    assert decode_caller_id(octets, law=law).caller == caller


@every_standard
def test_single_format_carries_date_and_number(standard):
    def through(caller):
        return decode_caller_id(
            encode_caller_id(caller, standard=standard, format=CallerIdFormat.SDMF, law=Law.ALAW),
            law=Law.ALAW,
        ).caller

    assert through(ION) == CallerId(number=ION.number, date=ION.date)
    assert through(CallerId(date=ION.date, number_absent="private")) == CallerId(
        date=ION.date, number_absent="private"
    )


@every_standard
@pytest.mark.parametrize("law", Law)
def test_every_message_is_read_in_noise_12_db_below(standard, law):
    lab = Lab(3)
    clean = g711_decode(
        encode_caller_id(ION, standard=standard, format=CallerIdFormat.MDMF, law=law), law
    )
    for _ in range(50):
        silence = np.zeros(int(lab.random.integers(100, 900)))
        sound = np.concatenate([silence, clean, silence])
        octets = octets_of(sound + lab.noise(sound.size, -13 - 12), law)
        assert decode_caller_id(octets, law=law).caller == ION


@every_standard
def test_weak_twisted_and_humming_lines_are_read(standard):
    lab = Lab(4)
    clean = g711_decode(
        encode_caller_id(ION, standard=standard, format=CallerIdFormat.MDMF, law=Law.ALAW), Law.ALAW
    ).astype(float)
    weak = clean * 10 ** (-25 / 20)
    assert decode_caller_id(octets_of(weak), law=Law.ALAW).caller == ION
    humming = clean * 10 ** (-7 / 20) + lab.sines(clean.size / 8, (50, -2))
    assert decode_caller_id(octets_of(humming), law=Law.ALAW).caller == ION
    spectrum = np.fft.rfft(clean)
    hertz = np.fft.rfftfreq(clean.size, 1 / 8000)
    for twist in (9, -8):
        tilt = 10 ** (np.clip((hertz - 1250) / 900, 0, 1) * twist / 20)
        tilted = np.fft.irfft(spectrum * tilt / tilt.max(), clean.size)
        assert decode_caller_id(octets_of(tilted), law=Law.ALAW).caller == ION


def test_a_message_without_seizure_is_read():
    octets = encode_caller_id(
        ION, standard=CallerIdStandard.V23, format=CallerIdFormat.MDMF, law=Law.ALAW
    )
    assert decode_caller_id(octets[2000 + 900 :], law=Law.ALAW).caller == ION


@pytest.mark.parametrize("error", range(1, 256, 17))
def test_a_bad_checksum_never_yields_a_caller(error):
    octets = on_the_line(mdmf((2, b"0215551234"), (7, b"ION")), checksum_error=error)
    result = decode_caller_id(octets, law=Law.ALAW)
    assert (result.caller, result.problem) == (None, "bad checksum")


def test_a_damaged_message_is_read_whole_or_not_at_all():
    lab = Lab(5)
    octets = encode_caller_id(
        ION, standard=CallerIdStandard.BELL202, format=CallerIdFormat.MDMF, law=Law.ALAW
    )
    problems = set()
    for _ in range(300):
        damaged = bytearray(octets)
        begin = int(lab.random.integers(3000, len(octets) - 200))
        length = int(lab.random.integers(5, 200))
        damaged[begin : begin + length] = lab.random.integers(0, 256, length, np.uint8).tobytes()
        result = decode_caller_id(bytes(damaged), law=Law.ALAW)
        assert result.caller in (ION, None)
        problems.add(result.problem)
    assert problems >= {"bad checksum"}


def test_a_message_cut_off_yields_nothing():
    octets = encode_caller_id(
        ION, standard=CallerIdStandard.V23, format=CallerIdFormat.MDMF, law=Law.ALAW
    )
    for end in range(0, len(octets) - 120, 97):
        assert decode_caller_id(octets[:end], law=Law.ALAW).caller is None


def test_lines_without_a_message_say_what_is_wrong():
    lab = Lab(6)
    assert decode_caller_id(b"", law=Law.ALAW).problem == "no signal"
    assert decode_caller_id(b"\xd5" * 8000, law=Law.ALAW).problem == "no signal"
    assert (
        decode_caller_id(octets_of(lab.sines(1000, (1300, -13))), law=Law.ALAW).problem
        == "no message"
    )
    assert (
        decode_caller_id(on_the_line(bytes([0x86, 2, 1, 2])), law=Law.ALAW).problem
        == "unknown message"
    )
    # A parameter longer than the message.
    assert (
        decode_caller_id(on_the_line(bytes([0x80, 4, 2, 9, 0x31, 0x32])), law=Law.ALAW).caller
        is None
    )


def test_noise_is_no_caller():
    lab = Lab(7)
    for level in (-40, -20, -10):
        assert decode_caller_id(octets_of(lab.noise(24000, level)), law=Law.ALAW).caller is None


def test_control_characters_never_reach_a_screen():
    octets = on_the_line(mdmf((2, b"021-555 12"), (7, b"\x1b[2J<EVE>\r\n\x00\x7f\x9b")))
    caller = decode_caller_id(octets, law=Law.ALAW).caller
    assert caller == CallerId(number="02155512", name="[2J<EVE>")


@pytest.mark.parametrize("number", [b"021\x1b12", b"21255<>42", b"5" * 33])
def test_what_is_no_number_spoils_its_message(number):
    octets = on_the_line(mdmf((2, number), (7, b"EVE")))
    assert decode_caller_id(octets, law=Law.ALAW).caller is None


def test_what_cannot_be_said_is_refused():
    for wrong in (CallerId(date="1234"), CallerId(number_absent="hidden")):
        with pytest.raises(ValueError, match="expected"):
            encode_caller_id(
                wrong, standard=CallerIdStandard.V23, format=CallerIdFormat.MDMF, law=Law.ALAW
            )


def test_a_captured_line_yields_the_caller():
    octets = encode_caller_id(
        ION, standard=CallerIdStandard.V23, format=CallerIdFormat.MDMF, law=Law.ALAW
    )
    captured = []
    with Plane(2) as plane:
        plane.capture(1, capture_id=9, maximum_ms=2000)
        plane.play(0, octets, play_id=1)
        for _ in range(120):
            plane.rx[1] = plane.tx[0]
            plane.tick()
            captured += [each for each in plane.detections() if isinstance(each, CaptureFinished)]
        plane.capture(1, capture_id=10)
        plane.tick()
        plane.capture(1, capture_id=11)
        plane.tick()
        plane.stop_capture(1)
        plane.tick()
        captured += plane.detections()
    assert [(each.capture_id, len(each.octets)) for each in captured] == [
        (9, 16000),
        (10, 160),
        (11, 160),
    ]
    assert captured[0].tick == 99
    assert decode_caller_id(captured[0].octets, law=Law.ALAW).caller == ION


@needs_spandsp
@every_standard
@pytest.mark.parametrize("law", Law)
def test_spandsp_reads_our_message(standard, law):
    octets = encode_caller_id(ION, standard=standard, format=CallerIdFormat.MDMF, law=law)
    messages = hear_messages(SPANDSP[standard], g711_decode(octets, law))
    assert [each.rstrip(b"\x00") for each in messages] != []
    assert messages[0].startswith(mdmf((1, b"11221530"), (2, b"0215551234"), (7, b"ION POPESCU")))


@needs_spandsp
@every_standard
@pytest.mark.parametrize("law", Law)
def test_we_read_spandsps_message(standard, law):
    sound = send_message(
        SPANDSP[standard], mdmf((1, b"11221530"), (2, b"0215551234"), (7, b"ION POPESCU"))
    )
    assert amplitude(-25) < np.abs(sound).max() < 32767
    for gain in (0, -15):
        octets = octets_of(sound * 10 ** (gain / 20), law)
        assert decode_caller_id(octets, law=law).caller == ION
