"""What a storm throws when call control has gone wrong."""

from dataclasses import fields, is_dataclass

__all__ = ["Fault", "difference", "must"]


class Fault(Exception):
    """Something that must always hold does not."""


def must(holds: object, what: str, *looked_at: object) -> None:
    """Raise a `Fault` unless it holds."""
    if not holds:
        raise Fault(": ".join((what, *map(repr, looked_at))))


def difference(one: object, other: object, name: str = "") -> list[str]:
    """Where two of a kind differ, down to the values."""
    if one == other:
        return []
    if is_dataclass(one) and type(one) is type(other):
        parts = [(each.name, getattr(one, each.name), getattr(other, each.name))
                 for each in fields(one) if each.compare]  # fmt: skip
    elif isinstance(one, dict) and isinstance(other, dict):
        parts = [(key, one.get(key), other.get(key)) for key in {**one, **other}]
    else:
        return [f"{name}: {one!r}, not {other!r}"]
    return [line for key, a, b in parts for line in difference(a, b, f"{name}.{key}")]
