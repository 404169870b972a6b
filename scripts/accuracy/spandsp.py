"""SpanDSP's generators and detectors through ctypes: somebody else's idea of the same signals."""

import ctypes
import ctypes.util

import numpy as np

ADSI_CLASS, ADSI_CLIP = 1, 2  # adsi.h: Bell 202 tones; V.23 tones
PUT_MESSAGE = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.POINTER(ctypes.c_uint8), ctypes.c_int)


def _load() -> ctypes.CDLL | None:
    try:
        library = ctypes.CDLL("libspandsp.so.2")
    except OSError:
        return None
    for name in ("dtmf_tx_init", "dtmf_rx_init", "adsi_tx_init", "adsi_rx_init"):
        getattr(library, name).restype = ctypes.c_void_p
    return library


LIBRARY = _load()


def _samples(sound: np.ndarray) -> ctypes.Array:
    return (ctypes.c_int16 * sound.size).from_buffer(bytearray(sound.astype(np.int16).tobytes()))


def send_digits(digits: str) -> np.ndarray:
    """Digits as its generator makes them: 50 ms on, 55 ms off."""
    state = ctypes.c_void_p(LIBRARY.dtmf_tx_init(None))
    LIBRARY.dtmf_tx_put(state, digits.encode(), -1)
    sound = np.zeros(len(digits) * 900 + 1600, np.int16)
    buffer = _samples(sound)
    LIBRARY.dtmf_tx(state, buffer, sound.size)
    LIBRARY.dtmf_tx_free(state)
    return np.frombuffer(buffer, np.int16).copy()


def hear_digits(sound: np.ndarray) -> str:
    """Digits as its detector hears them."""
    state = ctypes.c_void_p(LIBRARY.dtmf_rx_init(None, None, None))
    heard = b""
    for start in range(0, sound.size - 159, 160):
        LIBRARY.dtmf_rx(state, _samples(sound[start : start + 160]), 160)
        text = ctypes.create_string_buffer(129)
        LIBRARY.dtmf_rx_get(state, text, 128)
        heard += text.value
    LIBRARY.dtmf_rx_free(state)
    return heard.decode()


def send_message(standard: int, message: bytes) -> np.ndarray:
    """A caller ID message without its checksum, as its modem sends it."""
    state = ctypes.c_void_p(LIBRARY.adsi_tx_init(None, standard))
    LIBRARY.adsi_tx_put_message(state, (ctypes.c_uint8 * len(message))(*message), len(message))
    buffer = (ctypes.c_int16 * 16000)()
    count = LIBRARY.adsi_tx(state, buffer, 16000)
    LIBRARY.adsi_tx_free(state)
    return np.frombuffer(buffer, np.int16)[:count].copy()


def hear_messages(standard: int, sound: np.ndarray, block: int = 160) -> list[bytes]:
    """Caller ID messages as its modem hears them; given so many samples at a time."""
    heard: list[bytes] = []

    @PUT_MESSAGE
    def put(_user: object, octets: ctypes.Array, count: int) -> None:
        heard.append(bytes(octets[:count]))

    state = ctypes.c_void_p(LIBRARY.adsi_rx_init(None, standard, put, None))
    padded = np.concatenate(
        [np.zeros(1600, np.int16), sound.astype(np.int16), np.zeros(1600, np.int16)]
    )
    for start in range(0, padded.size - block + 1, block):
        LIBRARY.adsi_rx(state, _samples(padded[start : start + block]), block)
    LIBRARY.adsi_rx_free(state)
    return heard
