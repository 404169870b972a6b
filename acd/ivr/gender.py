"""The grammatical gender of what is counted: some languages say "one" and "two" by it."""

from enum import Enum

__all__ = ["Gender"]


class Gender(Enum):
    """Gender of a counted noun."""

    MASCULINE = "masculine"
    FEMININE = "feminine"
    NEUTER = "neuter"
