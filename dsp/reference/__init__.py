"""The native kernels' definitions in numpy: to be read, and for tests to hold the C against.

For tests and scripts only; nothing that runs imports this.
"""

from dsp.reference.dtmf import ReferenceDigit, hear_digits
from dsp.reference.g711 import decode, encode
from dsp.reference.mixing import Outlet, clip, scaled, sent
from dsp.reference.progress import progress_shares
from dsp.reference.tones import tone_samples

__all__ = [
    "Outlet",
    "ReferenceDigit",
    "clip",
    "decode",
    "encode",
    "hear_digits",
    "progress_shares",
    "scaled",
    "sent",
    "tone_samples",
]
