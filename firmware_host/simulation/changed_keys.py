"""Keys of the appliance, changed to try them: ``queue.sales.wrap_up_s=5``.

A change is applied to the configuration file's tables before they are checked, so that whatever the file
may say can be tried, and whatever it may not is refused with the same words.
"""

import copy
import tomllib
from collections.abc import Mapping, Sequence
from typing import Any, get_args, get_origin

import msgspec

from firmware_host.config import Appliance, ConfigurationError, Mistake, appliance_of_tree
from firmware_host.config.mistakes import key_path, suggest

__all__ = ["appliance_with"]

_CHANGE = "--change"


def appliance_with(tree: Mapping[str, Any], changes: Sequence[str]) -> Appliance:
    """The appliance of a configuration's tables, with keys changed.

    Args:
        tree: As read from the file.
        changes: Each ``KEY.PATH=VALUE``, as the file would say it.

    Raises:
        ConfigurationError: A change that can't be made, or that the configuration must not say.
    """
    changed = copy.deepcopy(dict(tree))
    mistakes: list[Mistake] = []
    for change in changes:
        try:
            mistakes += _merge(changed, _read_change(change), Appliance, ())
        except ValueError as error:
            advice = "such as queue.sales.wrap_up_s=5"
            mistakes.append(Mistake(change, str(error), advice))
    if mistakes:
        raise ConfigurationError(_CHANGE, mistakes)
    return appliance_of_tree(changed, _CHANGE if changes else "the configuration")


def _read_change(change: str) -> dict[str, Any]:
    key, equals, value = change.partition("=")
    if not equals or not key.strip() or not value.strip():
        raise ValueError("is no KEY=VALUE")
    try:
        return tomllib.loads(f"{key} = {value}")
    except tomllib.TOMLDecodeError:
        pass
    try:  # a text without its quotes, as shells swallow them
        quoted = value.strip().replace("\\", "\\\\").replace('"', '\\"')
        return tomllib.loads(f'{key} = "{quoted}"')
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"can't be read: {error}") from error


def _merge(
    into: dict[str, Any],
    change: Mapping[str, Any],
    expected: Any,  # noqa: ANN401 - any type of the schema
    path: tuple[str, ...],
) -> list[Mistake]:
    """Put a change into the tables; what stands on no known way is a mistake."""
    mistakes: list[Mistake] = []
    for key, value in change.items():
        here = (*path, key)
        inner, problem = _expected_at(expected, key, into)
        if problem is not None:
            mistakes.append(Mistake(key_path(*here), *problem))
        elif isinstance(value, dict) and isinstance(into.get(key, {}), dict):
            mistakes += _merge(into.setdefault(key, {}), value, inner, here)
        else:
            into[key] = value
    return mistakes


def _expected_at(
    expected: Any,  # noqa: ANN401 - any type of the schema
    key: str,
    present: Mapping[str, Any],
) -> tuple[Any, tuple[str, str] | None]:
    """What the schema has under a key; or what is wrong with the key, and what would be right."""
    tables = [expected, *get_args(expected)] if get_origin(expected) is not dict else []
    structs = [
        each for each in tables if isinstance(each, type) and issubclass(each, msgspec.Struct)
    ]
    if structs:
        fields = {
            each.encode_name: each.type for s in structs for each in msgspec.structs.fields(s)
        }
        tags = {s.__struct_config__.tag_field for s in structs}
        if key in fields or key in tags:
            return fields.get(key), None
        return None, ("unknown key", suggest(key, list(fields)))
    if get_origin(expected) is dict:
        inner = get_args(expected)[1]
        is_table = bool(
            [
                each
                for each in (inner, *get_args(inner))
                if isinstance(each, type) and issubclass(each, msgspec.Struct)
            ]
        )
        if is_table and key not in present:
            return None, ("there is no such table", suggest(key, list(present)))
        return inner, None
    return None, None
