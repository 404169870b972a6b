"""Caller ID as DTMF before the first ring: the digits that carry it.

``A`` or ``D``, the number, then ``C`` (or ``#``): the calling number (ETSI EN 300 659-1, annex B;
national forms in the Netherlands, Denmark, India, Brazil and elsewhere). ``B`` with ``00`` says that
the number is unavailable, with ``10`` that it is withheld.
"""

from drivers.interface import CallerNumber

__all__ = ["dtmf_caller_id", "parse_dtmf_caller_id"]

_ABSENCES = {"00": "unavailable", "10": "private"}
_CODES = {absence: code for code, absence in _ABSENCES.items()}


def dtmf_caller_id(caller: CallerNumber) -> str:
    """The digits to send for this caller."""
    if caller.number:
        digits = "".join(digit for digit in caller.number if digit in "0123456789")
        return f"A{digits}C"
    return f"B{_CODES[caller.absence or 'unavailable']}C"


def parse_dtmf_caller_id(digits: str) -> CallerNumber:
    """The caller that these digits tell; an empty one when they make no sense."""
    kind, body = digits[:1], digits[1:-1]
    if digits[-1:] not in ("C", "#") or not body.isdecimal():
        return CallerNumber()
    if kind in ("A", "D"):
        return CallerNumber(number=body)
    if kind == "B":
        return CallerNumber(absence=_ABSENCES.get(body, "unavailable"))
    return CallerNumber()
