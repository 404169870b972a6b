"""What the appliance says of its own accord, in each language. The configuration adds the rest."""

__all__ = ["BUILT_IN", "PLACES"]

PLACES = 20
"""Places that are said as numbers; beyond them "more than twenty" is as much as anyone wants to know."""

_ENGLISH_ORDINALS = (
    "first",
    "second",
    "third",
    "fourth",
    "fifth",
    "sixth",
    "seventh",
    "eighth",
    "ninth",
    "tenth",
    "eleventh",
    "twelfth",
    "thirteenth",
    "fourteenth",
    "fifteenth",
    "sixteenth",
    "seventeenth",
    "eighteenth",
    "nineteenth",
    "twentieth",
)

_ROMANIAN_ORDINALS = (
    "primul",
    "al doilea",
    "al treilea",
    "al patrulea",
    "al cincilea",
    "al șaselea",
    "al șaptelea",
    "al optulea",
    "al nouălea",
    "al zecelea",
    "al unsprezecelea",
    "al doisprezecelea",
    "al treisprezecelea",
    "al paisprezecelea",
    "al cincisprezecelea",
    "al șaisprezecelea",
    "al șaptesprezecelea",
    "al optsprezecelea",
    "al nouăsprezecelea",
    "al douăzecilea",
)


def _built_in() -> dict[str, dict[str, str]]:
    texts = {
        "agent.number": {
            "en": "Please enter your agent number, then press hash.",
            "ro": "Introduceți numărul de operator, apoi tasta diez.",
        },
        "agent.pin": {
            "en": "Please enter your PIN, then press hash.",
            "ro": "Introduceți codul PIN, apoi tasta diez.",
        },
        "place.many": {
            "en": "There are more than twenty callers before you. Please stay on the line.",
            "ro": "Sunt mai mult de douăzeci de apelanți înaintea dumneavoastră. Rămâneți pe linie.",
        },
    }
    for place in range(1, PLACES + 1):
        ordinal, number = _ENGLISH_ORDINALS[place - 1], _ROMANIAN_ORDINALS[place - 1]
        texts[f"place.{place}"] = {
            "en": f"You are the {ordinal} in the queue.",
            "ro": f"Sunteți {number} la rând.",
        }
    return texts


BUILT_IN = _built_in()
