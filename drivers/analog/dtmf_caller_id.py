"""Caller ID as DTMF before the first ring: the digits that carry it, in their national forms.

ETSI's form (EN 300 659-1, annex B; used in the Netherlands, Sweden, Finland, Iceland, Belgium, India,
Brazil, Saudi Arabia, Uruguay): fields in a row, each of which may be missing. ``A`` and the calling
number; ``D`` and the number that forwarded the call; ``B`` and a code; then ``C``, in places ``#``. Code
``00`` says that the number is unavailable, ``10`` that it is withheld. Other exchanges have other
starts, ends and codes, or no end at all: then silence ends the digits.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from drivers.caller import CallerNumber

__all__ = [
    "DTMF_FORMS",
    "ETSI_FORM",
    "DtmfCallerIdForm",
    "dtmf_caller_id",
    "dtmf_form_of",
    "parse_dtmf_caller_id",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class DtmfCallerIdForm:
    """How digits are put together. Of several starts or ends the first is sent, all are understood."""

    name: str
    starts: str = "A"
    "Before the calling number; empty: nothing is before it."
    ends: str = "C"
    "After everything; empty: silence tells the end."
    absences: Mapping[str, str] = field(default_factory=dict)
    "What is sent in the number's place → why; the first of a kind is sent."
    redirecting: str = ""
    "Before the number that forwarded the call; empty: it is not told."
    category_digits: int = 0
    "Of the calling party's category, before the number."
    countries: tuple[str, ...] = ()

    def begins_with(self, digit: str) -> bool:
        """Whether a caller ID may begin so."""
        firsts = {code[0] for code in self.absences} | set(self.starts) | set(self.redirecting)
        return digit in firsts or (not self.starts and digit.isdecimal())


ETSI_FORM = DtmfCallerIdForm(
    name="etsi",
    starts="AD",
    ends="C#",
    absences={"B00": "unavailable", "B10": "private"},
    redirecting="D",
    countries=("be", "dk", "fi", "in", "is", "nl", "sa", "se", "uy"),
)

DTMF_FORMS: Mapping[str, DtmfCallerIdForm] = {
    form.name: form
    for form in (
        ETSI_FORM,
        DtmfCallerIdForm(
            name="brazil",
            absences={"B00": "unavailable", "B10": "private"},
            redirecting="D",
            category_digits=1,
            countries=("br",),
        ),
        # Tele Danmark's first form; codes instead of numbers begin with D.
        DtmfCallerIdForm(
            name="a_to_hash",
            ends="#",
            absences={"D1": "private", "D2": "unavailable", "D3": "unavailable"},
        ),
        DtmfCallerIdForm(
            name="d_to_c",
            starts="D",
            absences={"B00": "unavailable", "B10": "private"},
            countries=("kw", "tw"),
        ),
        # Older exchanges in Denmark and the Netherlands: no start.
        DtmfCallerIdForm(name="number_to_hash", starts="", ends="#"),
        DtmfCallerIdForm(
            name="a_to_silence", ends="", absences={"B00": "unavailable", "B10": "private"}
        ),
        DtmfCallerIdForm(name="number_to_silence", starts="", ends=""),
    )
}
"""By name. Sources: EN 300 659-1, annex B; RFC 5098's notes on start codes; descriptions of
gateways and of SpanDSP's ``adsi``."""


def dtmf_form_of(country: str) -> DtmfCallerIdForm:
    """The form that is usual in a country (two letters); ETSI's where none is known."""
    return next((form for form in DTMF_FORMS.values() if country in form.countries), ETSI_FORM)


def dtmf_caller_id(caller: CallerNumber, form: DtmfCallerIdForm = ETSI_FORM) -> str:
    """The digits to send for this caller; empty where the form can't say it."""
    digits = _digits(caller.number)
    if digits:
        told = form.starts[:1] + "1" * form.category_digits + digits
    else:
        reason = caller.absence or "unavailable"
        told = next((code for code, each in form.absences.items() if each == reason), "")
    redirecting = _digits(caller.redirecting)
    if told and redirecting and form.redirecting:
        # Fields come in the order A, D, B.
        part = form.redirecting + redirecting
        told = told + part if digits else part + told
    return told + form.ends[:1] if told else ""


def parse_dtmf_caller_id(digits: str, form: DtmfCallerIdForm = ETSI_FORM) -> CallerNumber:
    """The caller that these digits tell; an empty one when they make no sense.

    Args:
        digits: With start and end; without an end where silence tells it.
        form: Of the exchange.
    """
    body = digits
    if form.ends:
        if digits[-1:] not in form.ends or not digits:
            return CallerNumber()
        body = digits[:-1]
    if body in form.absences:
        return CallerNumber(absence=form.absences[body])
    start = f"[{form.starts}]" if form.starts else ""
    number = f"(?:{start}[0-9]{{{form.category_digits}}}(?P<number>[0-9]+))"
    redirecting = f"(?:{form.redirecting}(?P<redirecting>[0-9]+))?" if form.redirecting else ""
    code = "(?P<code>B[0-9]+)" if any(each.startswith("B") for each in form.absences) else ""
    optional = f"(?:{code})?" if code else ""
    for pattern in (f"{redirecting}{code}" if code else "", f"{number}{redirecting}{optional}"):
        found = re.fullmatch(pattern, body, re.ASCII) if pattern else None
        if found is None:
            continue
        told = found.groupdict()
        caller = CallerNumber(number=told.get("number"), redirecting=told.get("redirecting"))
        if caller.number is None:
            absence = form.absences.get(told["code"], "unavailable")
            return CallerNumber(absence=absence, redirecting=caller.redirecting)
        return caller
    return CallerNumber()


def _digits(number: str | None) -> str:
    return "".join(digit for digit in number or "" if digit in "0123456789")
