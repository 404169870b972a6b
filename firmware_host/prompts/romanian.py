"""The Romanian texts of numbers, places and waits. What a text that ends in a comma is: see `texts`."""

from acd import WHOLE_PLACES, WHOLE_WAITS

__all__ = ["romanian_numbers"]

_SMALL = [
    "zero",
    "unu",
    "doi",
    "trei",
    "patru",
    "cinci",
    "șase",
    "șapte",
    "opt",
    "nouă",
    "zece",
    "unsprezece",
    "doisprezece",
    "treisprezece",
    "paisprezece",
    "cincisprezece",
    "șaisprezece",
    "șaptesprezece",
    "optsprezece",
    "nouăsprezece",
]
_TENS = [
    "douăzeci",
    "treizeci",
    "patruzeci",
    "cincizeci",
    "șaizeci",
    "șaptezeci",
    "optzeci",
    "nouăzeci",
]
_FEMININE = {"unu": "una", "doi": "două", "doisprezece": "douăsprezece"}
_BEFORE_HUNDREDS = ("o", "două", "trei", "patru", "cinci", "șase", "șapte", "opt", "nouă")


def romanian_numbers() -> dict[str, str]:
    """Prompt name → text."""
    texts = {
        "number.many": "zece mii sau mai multe,",
        "number.1.noun": "un,",
        "number.1.feminine-noun": "o,",
        "minutes.one": "minut.",
        "minutes.few": "minute.",
        "minutes.many": "de minute.",
        "place.begin": "Sunteți al,",
        "place.end": "la rând.",
        "place.many": (
            "Sunt foarte mulți apelanți înaintea dumneavoastră. Vă rugăm să rămâneți pe linie."
        ),
        "wait.begin": "Timpul de așteptare este de aproximativ,",
        "wait.longer": "Va dura puțin mai mult decât v-am spus.",
    }
    for value in range(100):
        texts[f"number.{value}"] = f"{_cardinal(value)},"
        texts[f"ordinal.{value}"] = f"{_ordinal(_cardinal(value))},"
        if value % 10 == 2 or (value % 10 == 1 and value != 11):
            texts[f"number.{value}.feminine"] = f"{_feminine(_cardinal(value))},"
    del texts["ordinal.0"]
    for value, before in enumerate(_BEFORE_HUNDREDS, start=1):
        hundred, thousand = ("sută", "mie") if value == 1 else ("sute", "mii")
        texts[f"number.{100 * value}"] = f"{before} {hundred},"
        texts[f"number.{1000 * value}"] = f"{before} {thousand},"
        # Before "-lea" the words take their definite vowel: sută-lea, sute-lea, mie-lea, mii-lea.
        texts[f"ordinal.{100 * value}"] = f"{before} {hundred}lea,"
        texts[f"ordinal.{1000 * value}"] = f"{before} {thousand}lea,"
    for place in range(1, WHOLE_PLACES + 1):
        ordinal = "primul" if place == 1 else f"al {_ordinal(_cardinal(place))}"
        texts[f"place.{place}"] = f"Sunteți {ordinal} la rând."
    for minutes in range(1, WHOLE_WAITS + 1):
        texts[f"wait.{minutes}"] = f"Timpul de așteptare este de aproximativ {_minutes(minutes)}."
    return texts


def _cardinal(value: int) -> str:
    if value < len(_SMALL):
        return _SMALL[value]
    tens, ones = _TENS[value // 10 - 2], value % 10
    return f"{tens} și {_SMALL[ones]}" if ones else tens


def _feminine(cardinal: str) -> str:
    head, space, last = cardinal.rpartition(" ")
    return f"{head}{space}{_FEMININE[last]}"


def _ordinal(cardinal: str) -> str:
    """Without "al" before it: doilea, patrulea, optulea."""
    return f"{cardinal}ulea" if cardinal.endswith("opt") else f"{cardinal}lea"


def _minutes(minutes: int) -> str:
    """A neuter noun: un minut, două minute, douăzeci și unu de minute."""
    if minutes == 1:
        return "un minut"
    number = _cardinal(minutes)
    if minutes % 10 == 2:
        number = _feminine(number)
    return f"{number} minute" if minutes < 20 else f"{number} de minute"
