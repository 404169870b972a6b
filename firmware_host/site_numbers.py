"""Telephone numbers as one site reads them: its country's rules by phonenumbers, its own internal numbers.

Canonical is E.164 (ITU-T) for whatever the country's numbering plan has room for; emergency, short and
internal numbers stay as they are dialled.
"""

import logging
from collections.abc import Collection, Mapping

import phonenumbers
from phonenumbers import PhoneNumber, PhoneNumberFormat, PhoneNumberType, ShortNumberCost
from phonenumbers import ValidationResult as Length

from acd import Completeness, Number, NumberForm, NumberKind

__all__ = ["SiteNumbers", "region_of"]

logging.getLogger("phonenumbers").setLevel(logging.ERROR)

_REGIONS = {"uk": "GB"}
_PREMIUM = (PhoneNumberType.PREMIUM_RATE, PhoneNumberType.SHARED_COST)
_LONGEST = 20


def region_of(country: str) -> str:
    """The region that phonenumbers knows this country of tone plans by (ISO 3166-1)."""
    return _REGIONS.get(country, country.upper())


class SiteNumbers:
    """An `acd.NumberReader` for one site.

    Args:
        country: Of the tone plan, such as ``ro``.
        emergency: Numbers that are emergency numbers, besides the country's.
        internal: How many digits internal numbers have that begin so.
    """

    def __init__(
        self,
        country: str,
        *,
        emergency: Collection[str] = (),
        internal: Mapping[str, int] | None = None,
    ) -> None:
        self.region = region_of(country)
        self._country_code = phonenumbers.country_code_for_region(self.region)
        self._trunk_prefix = phonenumbers.ndd_prefix_for_region(self.region, True) or ""
        self._emergency = frozenset(emergency)
        self._internal = dict(internal or {})

    def read(self, dialled: str) -> Number | None:
        """The number that these digits are; None: there are other characters, or far too many."""
        digits = dialled.removeprefix("+")
        if not (digits.isascii() and digits.isdigit() and len(digits) <= _LONGEST):
            return None
        if self._is_emergency(dialled):
            return Number(dialled=dialled, digits=dialled, kind=NumberKind.EMERGENCY)
        length = self._internal_length(dialled)
        if length is not None:
            is_whole = len(dialled) == length
            return (
                Number(dialled=dialled, digits=dialled, kind=NumberKind.INTERNAL)
                if is_whole
                else None
            )
        kind = self._short(dialled)
        if kind is not None:
            return Number(dialled=dialled, digits=dialled, kind=kind)
        return self._read_in_plan(dialled)

    def completeness(self, dialled: str) -> Completeness:
        """Whether somebody who dials has reached the end."""
        if self._is_emergency(dialled):
            return Completeness.YES
        length = self._internal_length(dialled)
        if length is not None:
            return Completeness.YES if len(dialled) >= length else Completeness.NO
        if self._short(dialled) is not None:
            return Completeness.MAYBE
        number = self._parse(dialled)
        if number is None:
            return Completeness.NO
        match phonenumbers.is_possible_number_with_reason(number):
            case Length.IS_POSSIBLE:
                longer = self._parse(dialled + "0")
                ends = longer is not None and _length(longer) == Length.TOO_LONG
                return Completeness.YES if ends else Completeness.MAYBE
            case Length.IS_POSSIBLE_LOCAL_ONLY:
                return Completeness.MAYBE
            case Length.TOO_LONG:
                return Completeness.YES  # the exchange will say what it thinks of it
            case _:
                return Completeness.NO

    def write(self, number: Number, form: NumberForm) -> str:
        """The digits to send to a trunk."""
        if form is NumberForm.DIALLED:
            return number.dialled
        if form is NumberForm.E164 or not number.digits.startswith("+"):
            return number.digits
        parsed = self._parse(number.digits)
        if parsed is None:
            return number.digits
        if parsed.country_code == self._country_code:
            written = phonenumbers.format_number(parsed, PhoneNumberFormat.NATIONAL)
        else:
            written = phonenumbers.format_out_of_country_calling_number(parsed, self.region)
        return "".join(each for each in written if each.isdigit())

    def normal(self, number: str) -> str | None:
        """A caller's number in E.164; None: it is not one of the numbering plan's."""
        parsed = self._parse(number)
        if parsed is None or not phonenumbers.is_valid_number(parsed):
            return None
        return phonenumbers.format_number(parsed, PhoneNumberFormat.E164)

    def is_national_form(self, prefix: str) -> bool:
        """Whether numbers of the country's plan begin so where they are dialled, and nowhere else."""
        begins = self._trunk_prefix
        return bool(begins) and prefix.startswith(begins) and not self._is_emergency(prefix)

    def e164_prefix(self, prefix: str) -> str:
        """The beginning in E.164 of what is dialled so."""
        return f"+{self._country_code}{prefix.removeprefix(self._trunk_prefix)}"

    def _read_in_plan(self, dialled: str) -> Number:
        unknown = Number(dialled=dialled, digits=dialled, kind=NumberKind.UNKNOWN)
        number = self._parse(dialled)
        if number is None:
            return unknown
        length = _length(number)
        if length == Length.IS_POSSIBLE_LOCAL_ONLY:
            return Number(dialled=dialled, digits=dialled, kind=NumberKind.NATIONAL)
        if length != Length.IS_POSSIBLE:
            return unknown
        e164 = phonenumbers.format_number(number, PhoneNumberFormat.E164)
        return Number(dialled=dialled, digits=e164, kind=self._kind(number))

    def _kind(self, number: PhoneNumber) -> NumberKind:
        kind = phonenumbers.number_type(number)
        if kind in _PREMIUM:
            return NumberKind.PREMIUM
        if number.country_code != self._country_code:
            return NumberKind.INTERNATIONAL
        return NumberKind.TOLL_FREE if kind == PhoneNumberType.TOLL_FREE else NumberKind.NATIONAL

    def _short(self, dialled: str) -> NumberKind | None:
        number = None if dialled.startswith(("+", "0")) else self._parse(dialled)
        if number is None or not phonenumbers.is_valid_short_number_for_region(number, self.region):
            return None
        match phonenumbers.expected_cost_for_region(number, self.region):
            case ShortNumberCost.TOLL_FREE:
                return NumberKind.TOLL_FREE
            case ShortNumberCost.PREMIUM_RATE:
                return NumberKind.PREMIUM
            case _:
                return NumberKind.SHORT

    def _is_emergency(self, dialled: str) -> bool:
        return dialled in self._emergency or phonenumbers.is_emergency_number(dialled, self.region)

    def _internal_length(self, dialled: str) -> int | None:
        for length in range(len(dialled), 0, -1):
            digits = self._internal.get(dialled[:length])
            if digits is not None:
                return digits
        return None

    def _parse(self, digits: str) -> PhoneNumber | None:
        try:
            return phonenumbers.parse(digits, self.region)
        except phonenumbers.NumberParseException:
            return None


def _length(number: PhoneNumber) -> int:
    return phonenumbers.is_possible_number_with_reason(number)
