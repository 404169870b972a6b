"""Numbers of callers who are made up; where callers are called back, such as the number plan can reach."""

from collections.abc import Callable

import phonenumbers

from firmware_host.config import Appliance, site_numbers
from firmware_host.config.schema import CallBackTable

__all__ = ["caller_numbers"]

_VARIED = 4


def caller_numbers(appliance: Appliance) -> Callable[[int], str]:
    """The number of the first, second, ... caller of a stream; each of ten thousand has another one."""
    nodes = (node for flow in appliance.flow.values() for node in flow.node.values())
    if not any(isinstance(node, CallBackTable) for node in nodes):
        return lambda index: f"{index:06}"
    reader, country = site_numbers(appliance), appliance.site.country.upper()
    for kind in (
        phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE,
        phonenumbers.PhoneNumberType.FIXED_LINE,
        phonenumbers.PhoneNumberType.MOBILE,
    ):
        example = phonenumbers.example_number_for_type(country, kind)
        if example is None:
            continue
        whole = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.E164)
        head, count = whole[:-_VARIED], 10**_VARIED
        if all(reader.read(f"{head}{digits}") for digits in ("0000", "4711", "9999")):
            return lambda index: f"{head}{index % count:0{_VARIED}}"
    return lambda index: f"{index:06}"
