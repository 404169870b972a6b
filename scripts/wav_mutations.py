"""Sound files that somebody spoiled: valid ones of every kind, and what happens to them on the way.

A number makes a file, always the same one.
"""

import io
import struct
from collections.abc import Callable

import numpy as np
import soundfile
from numpy.random import Generator
from numpy.typing import NDArray

__all__ = ["file_name", "spoiled_file"]

KINDS = {
    "WAV": ("PCM_U8", "PCM_16", "PCM_24", "PCM_32", "FLOAT", "DOUBLE", "ALAW", "ULAW",
            "IMA_ADPCM", "MS_ADPCM", "GSM610", "G721_32"),
    "WAVEX": ("PCM_U8", "PCM_16", "PCM_24", "PCM_32", "FLOAT", "DOUBLE", "ALAW", "ULAW"),
    "RF64": ("PCM_16", "PCM_24", "FLOAT", "ULAW"),
    "W64": ("PCM_16", "PCM_32", "DOUBLE", "ALAW", "MS_ADPCM"),
    "AIFF": ("PCM_S8", "PCM_16", "PCM_24", "FLOAT", "ULAW", "IMA_ADPCM"),
    "AU": ("PCM_S8", "PCM_16", "PCM_32", "DOUBLE", "ALAW", "G721_32", "G723_24"),
    "CAF": ("PCM_16", "ALAC_16", "ULAW"),
    "FLAC": ("PCM_S8", "PCM_16", "PCM_24"),
    "OGG": ("VORBIS", "OPUS"),
    "MP3": ("MPEG_LAYER_III",),
    "VOC": ("PCM_16", "ALAW"),
    "NIST": ("PCM_16", "ULAW"),
    "MAT5": ("PCM_16", "DOUBLE"),
    "SDS": ("PCM_16",),
    "XI": ("DPCM_16",),
    "AVR": ("PCM_16",),
    "HTK": ("PCM_16",),
    "IRCAM": ("FLOAT", "ALAW"),
    "MAT4": ("PCM_16", "FLOAT"),
    "MPC2K": ("PCM_16",),
    "PAF": ("PCM_24",),
    "PVF": ("PCM_16",),
    "SVX": ("PCM_16",),
    "WVE": ("ALAW",),
}  # fmt: skip
RATES_HZ = (1, 999, 1000, 1001, 4000, 7919, 8000, 8000, 8000, 8001, 11025, 16000, 22050, 44100,
            44101, 48000, 96000, 176400, 191999, 192000, 192001, 1 << 30)  # fmt: skip
CHANNELS = (1, 1, 1, 2, 2, 3, 8, 16, 17)
ODD_NUMBERS = (0, 1, 2, 3, 7, 16, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0xFFFE, 0x7FFFFFFF,
               0x80000000, 0xFFFFFFFE, 0xFFFFFFFF)  # fmt: skip
HEADER_OCTETS = 120
LONGEST_SILENCE_S = 1800
NAME_CHARACTERS = (
    "a",
    "é",
    "名",
    " ",
    "\n",
    "\r",
    "\x1b[2J",
    "\x7f",
    "\u202e",
    "\udcff",
    "%s",
    "'",
)

Mutation = Callable[[bytes, Generator], bytes]


def spoiled_file(seed: int, number: int) -> bytes:
    """The file of that number."""
    chance = np.random.default_rng([seed, number])
    content = _valid(chance)
    for _ in range(int(chance.choice([0, 1, 1, 1, 2, 3, 6]))):
        mutation = MUTATIONS[chance.integers(len(MUTATIONS))]
        content = mutation(content, chance)
    return content


def file_name(seed: int, number: int) -> str:
    """What it is called: mostly call.wav, now and then what no terminal should be shown."""
    chance = np.random.default_rng([seed, number, 1])
    stem = "".join(chance.choice(NAME_CHARACTERS, 3)) if chance.random() < 0.1 else "call"
    return stem + str(chance.choice([".wav", ".wav", ".wav", ".raw", ""]))


def _valid(chance: Generator) -> bytes:
    """A file as libsndfile writes it; what it cannot write together becomes a plain WAV."""
    form = str(chance.choice(["WAV", "WAVEX", *KINDS], p=_weights()))
    subtype = str(chance.choice(KINDS[form]))
    rate_hz, channels = int(chance.choice(RATES_HZ)), int(chance.choice(CHANNELS))
    endian = str(chance.choice(["FILE", "FILE", "FILE", "BIG", "LITTLE"]))
    if form == "FLAC" and chance.random() < 0.1:
        # Few octets that are long sound.
        sound = np.zeros((8000 * int(chance.integers(1, LONGEST_SILENCE_S)), 2))
        return _written(sound, 8000, "FLAC", "PCM_16", "FILE")
    if form == "OGG":
        rate_hz = min(rate_hz, 192_000)  # beyond that libsndfile's writer crashes
    floats = subtype in ("FLOAT", "DOUBLE")
    sound = _sound(chance, rate_hz, channels, floats=floats)
    if not floats:
        sound = np.clip(sound, -1.0, 1.0)  # so does its mu-law beyond full scale
    try:
        return _written(sound, rate_hz, form, subtype, endian)
    except (soundfile.SoundFileError, ValueError, TypeError):
        return _written(sound[:, :1], 8000, "WAV", "PCM_16", "FILE")


def _weights() -> NDArray[np.float64]:
    weights = np.array([12.0, 8.0, *np.ones(len(KINDS))])
    return weights / weights.sum()


def _written(sound: NDArray[np.float64], rate_hz: int, form: str, subtype: str, end: str) -> bytes:
    buffer = io.BytesIO()
    soundfile.write(buffer, sound, rate_hz, subtype, end, form)
    return buffer.getvalue()


def _sound(chance: Generator, rate_hz: int, channels: int, *, floats: bool) -> NDArray[np.float64]:
    """Shape (samples, channels): a digit's two tones, noise or nothing, at most a quarter second."""
    length = min(20_000, int(rate_hz * chance.choice([0, 0.001, 0.05, 0.25]))) + int(
        chance.integers(3)
    )
    time_s = np.arange(length) / rate_hz
    tones = np.sin(2 * np.pi * 770 * time_s) + np.sin(2 * np.pi * 1336 * time_s)
    sound = np.outer(tones * 0.3, chance.choice([0.0, 0.01, 1.0], channels))
    if chance.random() < 0.3:
        sound += chance.normal(0, chance.choice([1e-3, 0.3, 10.0]), sound.shape)
    if floats and length and chance.random() < 0.5:
        places = chance.integers(length, size=5)
        odd = [np.nan, np.inf, -np.inf, 1e30, -1e30, 1e-40, 1e300, -0.0]
        sound[places, chance.integers(channels)] = chance.choice(odd, 5)
    return sound


def _octets_changed(content: bytes, chance: Generator) -> bytes:
    changed = bytearray(content)
    where = len(content) if chance.random() < 0.3 else min(len(content), HEADER_OCTETS)
    for _ in range(int(chance.integers(1, 8)) if where else 0):
        changed[chance.integers(where)] = chance.integers(256)
    return bytes(changed)


def _number_changed(content: bytes, chance: Generator) -> bytes:
    """A field of the header that is 2, 4 or 8 octets wide says something else."""
    width = int(chance.choice([2, 4, 4, 8]))
    last = min(len(content), HEADER_OCTETS) - width
    if last < 0:
        return content
    place = int(chance.integers(last + 1)) & ~1
    near = len(content) + int(chance.integers(-50, 50))
    number = int(chance.choice([*ODD_NUMBERS, max(0, near), int(chance.integers(1 << 32))]))
    order = "little" if chance.random() < 0.7 else "big"
    octets = (number & ((1 << 8 * width) - 1)).to_bytes(width, order)
    return content[:place] + octets + content[place + width :]


def _cut_off(content: bytes, chance: Generator) -> bytes:
    near = min(len(content), HEADER_OCTETS)
    return content[: chance.integers((near if chance.random() < 0.5 else len(content)) + 1)]


def _octets_inserted(content: bytes, chance: Generator) -> bytes:
    place = int(chance.integers(min(len(content), HEADER_OCTETS) + 1))
    return content[:place] + chance.bytes(int(chance.integers(1, 40))) + content[place:]


def _octets_removed(content: bytes, chance: Generator) -> bytes:
    place = int(chance.integers(len(content) + 1))
    return content[:place] + content[place + int(chance.integers(1, 40)) :]


def _chunks(content: bytes) -> list[bytes]:
    """The chunks of a RIFF file; of another, nothing."""
    chunks, place = [], 12
    while content[:4] == b"RIFF" and place + 8 <= len(content):
        (length,) = struct.unpack("<I", content[place + 4 : place + 8])
        end = min(len(content), place + 8 + length + length % 2)
        chunks.append(content[place:end])
        place = end
    return chunks


def _chunks_in_another_order(content: bytes, chance: Generator) -> bytes:
    """Data before the format, for one."""
    chunks = _chunks(content)
    if not chunks:
        return content
    return content[:12] + b"".join(chunks[place] for place in chance.permutation(len(chunks)))


def _chunk_again(content: bytes, chance: Generator) -> bytes:
    chunks = _chunks(content)
    if not chunks:
        return content
    chunks.insert(int(chance.integers(len(chunks) + 1)), chunks[int(chance.integers(len(chunks)))])
    return content[:12] + b"".join(chunks)


def _thousands_of_chunks(content: bytes, chance: Generator) -> bytes:
    name = chance.choice([b"junk", b"LIST", b"cue ", b"smpl", b"bext", b"\n\x1b[H", b"data"])
    many = int(chance.choice([3000, 3000, 300_000]))
    chunk = struct.pack("<4sI", bytes(name), int(chance.choice([0, 0, 1, 4]))) + b"\0\0\0\0"
    return content[:12] + chunk * many + content[12:]


def _another_kind(content: bytes, chance: Generator) -> bytes:
    kinds = (b"RIFX", b"RIFF", b"RF64", b"FORM", b"riff", b".snd", b"fLaC", b"OggS", b"caff")
    return kinds[chance.integers(len(kinds))] + content[4:]


def _two_as_one(content: bytes, chance: Generator) -> bytes:
    other = _valid(chance)
    return content[: chance.integers(len(content) + 1)] + other[chance.integers(len(other) + 1) :]


MUTATIONS: tuple[Mutation, ...] = (
    _octets_changed,
    _octets_changed,
    _number_changed,
    _number_changed,
    _number_changed,
    _cut_off,
    _octets_inserted,
    _octets_removed,
    _chunks_in_another_order,
    _chunk_again,
    _thousands_of_chunks,
    _another_kind,
    _two_as_one,
)
