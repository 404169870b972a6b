"""The English texts of numbers, places and waits. What a text that ends in a comma is: see `texts`."""

from acd import WHOLE_PLACES, WHOLE_WAITS

__all__ = ["english_numbers"]

_SMALL = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_IRREGULAR = {
    "one": "first",
    "two": "second",
    "three": "third",
    "five": "fifth",
    "eight": "eighth",
    "nine": "ninth",
    "twelve": "twelfth",
}


def english_numbers() -> dict[str, str]:
    """Prompt name → text."""
    texts = {
        "number.many": "ten thousand or more,",
        "minutes.one": "minute.",
        "minutes.many": "minutes.",
        "place.begin": "You are the,",
        "place.end": "in the queue.",
        "place.many": "There are very many callers before you. Please stay on the line.",
        "wait.begin": "The expected wait is about,",
        "wait.longer": "It will take a little longer than we told you.",
    }
    for value in range(100):
        texts[f"number.{value}"] = f"{_cardinal(value)},"
        texts[f"ordinal.{value}"] = f"{_ordinal(_cardinal(value))},"
    del texts["ordinal.0"]
    for value in range(1, 10):
        for name, word in (
            (100 * value, f"{_SMALL[value]} hundred"),
            (1000 * value, f"{_SMALL[value]} thousand"),
        ):
            texts[f"number.{name}"] = f"{word},"
            texts[f"number.{name}.and"] = f"{word} and,"
            texts[f"ordinal.{name}"] = f"{word}th,"
    for place in range(1, WHOLE_PLACES + 1):
        texts[f"place.{place}"] = f"You are the {_ordinal(_cardinal(place))} in the queue."
    for minutes in range(1, WHOLE_WAITS + 1):
        unit = "minute" if minutes == 1 else "minutes"
        texts[f"wait.{minutes}"] = f"The expected wait is about {_cardinal(minutes)} {unit}."
    return texts


def _cardinal(value: int) -> str:
    if value < len(_SMALL):
        return _SMALL[value]
    tens, ones = _TENS[value // 10 - 2], value % 10
    return f"{tens}-{_SMALL[ones]}" if ones else tens


def _ordinal(cardinal: str) -> str:
    head, hyphen, last = cardinal.rpartition("-")
    regular = f"{last[:-1]}ieth" if last.endswith("y") else f"{last}th"
    return f"{head}{hyphen}{_IRREGULAR.get(last, regular)}"
