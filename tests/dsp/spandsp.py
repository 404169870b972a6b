"""SpanDSP as a witness in tests; they are skipped where it is not installed."""

import pytest

from scripts.accuracy.spandsp import (
    ADSI_CLASS,
    ADSI_CLIP,
    LIBRARY,
    hear_digits,
    hear_messages,
    send_digits,
    send_message,
)

__all__ = [
    "ADSI_CLASS",
    "ADSI_CLIP",
    "hear_digits",
    "hear_messages",
    "needs_spandsp",
    "send_digits",
    "send_message",
]

needs_spandsp = pytest.mark.skipif(LIBRARY is None, reason="libspandsp.so.2 is not installed")
