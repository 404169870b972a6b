"""Holds a parsed TOML tree against the schema and reports every mistake, not only the first.

msgspec stops at the first error; so the tree is walked field by field, and msgspec judges the leaves.
What is wrong is replaced by an empty value of its type, so that the checks between tables can run all
the same and a person sees every mistake at once.
"""

import types
import typing
from typing import Any, Literal, get_args, get_origin

import msgspec

from firmware_host.config.mistakes import Mistake, key_path, suggest

__all__ = ["NO_NUMBER", "collect_mistakes", "with_gaps"]

Path = tuple[str | int, ...]

NO_NUMBER = -1
"""Stands for a number that could not be read; no valid number of the schema is negative."""


def collect_mistakes(expected: Any, value: Any, path: Path = ()) -> list[Mistake]:  # noqa: ANN401 - any TOML value
    """All mistakes of ``value`` as an ``expected``; none means that msgspec converts it."""
    if _is_table(expected):
        return _table(expected, value, path)
    origin, arguments = get_origin(expected), get_args(expected)
    if origin is dict:
        return _mapping(arguments[0], arguments[1], value, path)
    if origin is tuple:
        return _array(arguments[0], value, path)
    if _may_be_left_out(origin, arguments):
        return collect_mistakes(arguments[0], value, path)
    if origin in (types.UnionType, typing.Union) and _is_table(arguments[0]):
        return _tagged(list(arguments), value, path)
    long_form = _long_form(origin, arguments)
    if long_form is not None and isinstance(value, dict):
        return _table(long_form, value, path)
    return _leaf(expected, value, path)


def _may_be_left_out(origin: Any, arguments: tuple[Any, ...]) -> bool:  # noqa: ANN401 - any type
    return origin in (types.UnionType, typing.Union) and arguments[1:] == (type(None),)


def _long_form(origin: Any, arguments: tuple[Any, ...]) -> Any:  # noqa: ANN401 - any type
    """The table that may be written in place of a plain value, if there is one."""
    if origin not in (types.UnionType, typing.Union):
        return None
    return next((each for each in arguments[1:] if _is_table(each)), None)


def _is_table(expected: Any) -> bool:  # noqa: ANN401 - any type
    return isinstance(expected, type) and issubclass(expected, msgspec.Struct)


def _table(expected: Any, value: Any, path: Path) -> list[Mistake]:  # noqa: ANN401
    if not isinstance(value, dict):
        return [Mistake(key_path(*path), f"must be a table, not {_named(value)}")]
    fields = {field.encode_name: field for field in msgspec.structs.fields(expected)}
    tag_field = expected.__struct_config__.tag_field
    mistakes = [
        Mistake(key_path(*path, key), "unknown key", suggest(key, list(fields)))
        for key in value
        if key not in fields and key != tag_field
    ]
    for name, field in fields.items():
        if name in value:
            mistakes += collect_mistakes(field.type, value[name], (*path, name))
        elif field.required:
            mistakes.append(Mistake(key_path(*path, name), "is missing", _described(field.type)))
    return mistakes


def _tagged(choices: list[Any], value: Any, path: Path) -> list[Mistake]:  # noqa: ANN401
    if not isinstance(value, dict):
        return [Mistake(key_path(*path), f"must be a table, not {_named(value)}")]
    by_tag = {choice.__struct_config__.tag: choice for choice in choices}
    tag_field = choices[0].__struct_config__.tag_field
    tag = value.get(tag_field)
    if not isinstance(tag, str) or tag not in by_tag:
        problem = "is missing" if tag is None else f"{_named(tag)} is unknown"
        advice = "one of " + ", ".join(by_tag)
        return [Mistake(key_path(*path, tag_field), problem, advice)]
    return _table(by_tag[tag], value, path)


def _mapping(name: Any, item: Any, value: Any, path: Path) -> list[Mistake]:  # noqa: ANN401
    if not isinstance(value, dict):
        return [Mistake(key_path(*path), f"must be a table, not {_named(value)}")]
    return [
        mistake
        for key, entry in value.items()
        for mistake in (
            *_leaf(name, key, (*path, key)),
            *collect_mistakes(item, entry, (*path, key)),
        )
    ]


def _array(item: Any, value: Any, path: Path) -> list[Mistake]:  # noqa: ANN401
    if not isinstance(value, list):
        return [Mistake(key_path(*path), f"must be a list in [ ], not {_named(value)}")]
    return [
        mistake
        for index, entry in enumerate(value)
        for mistake in collect_mistakes(item, entry, (*path, index))
    ]


def _leaf(expected: Any, value: Any, path: Path) -> list[Mistake]:  # noqa: ANN401
    try:
        msgspec.convert(value, expected)
    except msgspec.ValidationError as error:
        # Messages end up in logs and on screens.
        got = "this PIN" if path and path[-1] == "pin" else _named(value)
        wanted = _described(expected)
        if not wanted or isinstance(value, list):
            return [Mistake(key_path(*path), str(error).removesuffix(" - at `$`"))]
        return [Mistake(key_path(*path), f"must be {wanted}, not {got}")]
    return []


def with_gaps(expected: Any, value: Any) -> Any:  # noqa: ANN401 - any TOML value
    """The value as an ``expected``, its mistakes replaced by empty values of the right type."""
    origin, arguments = get_origin(expected), get_args(expected)
    if _is_table(expected):
        return _table_with_gaps(expected, value if isinstance(value, dict) else {})
    if origin is dict:
        entries = value.items() if isinstance(value, dict) else ()
        healed = {
            key: with_gaps(arguments[1], entry)
            for key, entry in entries
            if not _leaf(arguments[0], key, ())
        }
        return {key: entry for key, entry in healed.items() if entry is not None}
    if origin is tuple:
        items = value if isinstance(value, list) else []
        return tuple(with_gaps(arguments[0], item) for item in items)
    if _may_be_left_out(origin, arguments) and _is_table(arguments[0]):
        return with_gaps(arguments[0], value) if isinstance(value, dict) else None
    if origin in (types.UnionType, typing.Union) and _is_table(arguments[0]):
        tag = (
            value.get(arguments[0].__struct_config__.tag_field) if isinstance(value, dict) else None
        )
        chosen = [choice for choice in arguments if choice.__struct_config__.tag == tag]
        return _table_with_gaps(chosen[0], value) if chosen else None
    long_form = _long_form(origin, arguments)
    if long_form is not None and isinstance(value, dict):
        return _table_with_gaps(long_form, value)
    try:
        return msgspec.convert(value, expected)
    except msgspec.ValidationError:
        return _empty(expected)


def _table_with_gaps(expected: Any, value: dict[str, Any]) -> Any:  # noqa: ANN401
    fields = {}
    for field in msgspec.structs.fields(expected):
        if field.encode_name in value:
            fields[field.name] = with_gaps(field.type, value[field.encode_name])
        elif field.required:
            fields[field.name] = with_gaps(field.type, None)
    return expected(**fields)


def _empty(expected: Any) -> Any:  # noqa: ANN401
    origin, arguments = get_origin(expected), get_args(expected)
    if origin is typing.Annotated:
        return _empty(arguments[0])
    if origin is Literal:
        return arguments[0]
    if origin is tuple:
        return ()
    return {str: "", int: NO_NUMBER, float: float(NO_NUMBER), bool: False}.get(expected)


_NAMES = {str: "a text", int: "a number", float: "a number", bool: "true or false"}


def _named(value: Any) -> str:  # noqa: ANN401
    if isinstance(value, dict):
        return "a table"
    if isinstance(value, list):
        return "a list"
    if isinstance(value, bool):
        return str(value).lower()
    return _NAMES.get(type(value), type(value).__name__) + f" ({value})"


def _length(count: int | None) -> str | None:
    return None if count is None else f"{count} characters"


def _described(expected: Any) -> str:  # noqa: ANN401
    """What would be right, in words."""
    if get_origin(expected) is Literal:
        return "one of " + ", ".join(f'"{choice}"' for choice in get_args(expected))
    if get_origin(expected) in (types.UnionType, typing.Union):
        return " or ".join(filter(None, map(_described, get_args(expected))))
    if get_origin(expected) is typing.Annotated:
        base, meta = get_args(expected)[:2]
        limits = [
            f"{word} {bound}"
            for word, bound in (
                ("at least", meta.ge),
                ("more than", meta.gt),
                ("at most", meta.le),
                ("of the form", meta.pattern),
                ("of at least", _length(meta.min_length)),
                ("of at most", _length(meta.max_length)),
            )
            if bound is not None
        ]
        return f"{_NAMES.get(base, '')} {', '.join(limits)}".strip()
    if _is_table(expected) or get_origin(expected) is dict:
        return "add the table"
    if get_origin(expected) is tuple:
        return "a list in [ ]"
    return _NAMES.get(expected, "")
