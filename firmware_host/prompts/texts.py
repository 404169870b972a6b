"""What the appliance says of its own accord, in each language. The configuration adds the rest.

A text that ends in a comma is a piece of a sentence: spoken with level voice, and what follows it comes at
once. Any other text ends a sentence.
"""

from firmware_host.prompts.english import english_numbers
from firmware_host.prompts.romanian import romanian_numbers

__all__ = ["BUILT_IN", "is_piece"]

_ENGLISH = {
    "agent.number": "Please enter your agent number, then press hash.",
    "agent.pin": "Please enter your PIN, then press hash.",
    "call-back.number": "We will call you back at,",
    "call-back.confirm": "If that is right, press one. For another number, press two.",
    "call-back.enter": "Please enter the number at which we can reach you, then press hash.",
    "call-back.promised": "Thank you. You keep your place, and we will call you. Goodbye.",
}
_ROMANIAN = {
    "agent.number": "Introduceți numărul de operator, apoi tasta diez.",
    "agent.pin": "Introduceți codul PIN, apoi tasta diez.",
    "call-back.number": "Vă vom suna la numărul,",
    "call-back.confirm": "Dacă este corect, apăsați tasta unu. Pentru alt număr, apăsați tasta doi.",
    "call-back.enter": "Introduceți numărul la care vă putem suna, apoi tasta diez.",
    "call-back.promised": "Vă mulțumim. Vă păstrați locul, și vă vom suna. La revedere.",
}


def is_piece(text: str) -> bool:
    """Whether a sentence goes on after this text."""
    return text.endswith(",")


def _by_name(languages: dict[str, dict[str, str]]) -> dict[str, dict[str, str]]:
    texts: dict[str, dict[str, str]] = {}
    for language, named in languages.items():
        for name, text in named.items():
            texts.setdefault(name, {})[language] = text
    return texts


BUILT_IN = _by_name({"en": _ENGLISH | english_numbers(), "ro": _ROMANIAN | romanian_numbers()})
"""Prompt name → language → text. Names that one language's grammar needs may lack in another."""
