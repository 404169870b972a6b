"""On which lists of known callers somebody stands. Pure."""

from acd.queue_settings import CallerListSettings

__all__ = ["stands_on"]


def stands_on(callers: CallerListSettings, number: str, keyed: str = "") -> bool:
    """Whether a caller is meant by a list.

    Args:
        callers: The list.
        number: The caller's, canonical; empty: not known.
        keyed: What the caller keyed in; empty: nothing.
    """
    if keyed and keyed in callers.keyed:
        return True
    return bool(number) and (number in callers.numbers or number.startswith(callers.prefixes))
