"""The native kernels' definitions in numpy: to be read, and for tests to hold the C against.

For tests and scripts only; nothing that runs imports this.
"""

from dsp.reference.dtmf import ReferenceDigit, hear_digits
from dsp.reference.g711 import decode, encode
from dsp.reference.mf import ReferenceSignal, hear_mf
from dsp.reference.mixing import Outlet, clip, scaled, sent
from dsp.reference.progress import progress_shares
from dsp.reference.signal_tones import ReferenceTone, hear_signal_tones
from dsp.reference.tone_bank import bank_spectra
from dsp.reference.tones import tone_samples

__all__ = [
    "Outlet",
    "ReferenceDigit",
    "ReferenceSignal",
    "ReferenceTone",
    "bank_spectra",
    "clip",
    "decode",
    "encode",
    "hear_digits",
    "hear_mf",
    "hear_signal_tones",
    "progress_shares",
    "scaled",
    "sent",
    "tone_samples",
]
