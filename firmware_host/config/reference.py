"""Every option of appliance.toml, read from the schema: values, what counts without it, what it means."""

import ast
import inspect
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import msgspec
from msgspec import inspect as shapes

from firmware_host.config.schema import Appliance

__all__ = ["Option", "Section", "markdown", "reference"]

_HEAD = """# Every option of the configuration

Made from the schema that reads `appliance.toml`: `switchroom options --markdown`. At the terminal
`switchroom options queue wait` shows those whose path has both words. `*` stands for a name of your own,
`[]` for one of several tables in a list. Durations are in seconds.
"""


@dataclass(frozen=True, slots=True)
class Option:
    """One key."""

    path: str
    values: str
    default: str
    "``required`` if there is none."
    meaning: str


@dataclass(frozen=True, slots=True)
class Section:
    """One table with its own keys; tables in it are sections of their own."""

    path: str
    kind: str
    "Of a table that has several; else empty."
    meaning: str
    options: tuple[Option, ...]


def reference() -> list[Section]:
    """All sections, in the order of the schema."""
    found = (each for each in _of_struct("", Appliance) if each.options)
    return list(dict.fromkeys(found))


def markdown() -> str:
    """The page docs/manual/configuration.md."""
    parts = [_HEAD]
    for section in reference():
        kind = f', kind = "{section.kind}"' if section.kind else ""
        title = f"`[{section.path}]`" if section.path else "Beside all tables"
        parts.append(f"\n## {title}{kind}\n\n{section.meaning}\n")
        parts.append("\n| key | values | without it | meaning |\n|---|---|---|---|\n")
        for option in section.options:
            key = option.path.removeprefix(section.path + ".")
            cells = (f"`{key}`", option.values, option.default, option.meaning)
            parts.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n")
    return "".join(parts)


def _of_struct(path: str, table: type[msgspec.Struct]) -> Iterator[Section]:
    shape = shapes.type_info(table)
    assert isinstance(shape, shapes.StructType)
    texts = _texts(table)
    options: list[Option] = []
    inner: list[Section] = []
    for field in shape.fields:
        here = f"{path}.{field.encode_name}".removeprefix(".")
        tables = list(_tables(here, field.type))
        inner += [section for where, each in tables for section in _of_struct(where, each)]
        values = _values(field.type)
        if values:
            options.append(Option(here, values, _default(field), texts.get(field.encode_name, "")))
    kind = f"{shape.tag}" if shape.tag else ""
    meaning = " ".join((table.__doc__ or "").split()).replace("``", "`")
    yield Section(path, kind, meaning, tuple(options))
    yield from inner


def _tables(path: str, shape: shapes.Type) -> Iterator[tuple[str, type[msgspec.Struct]]]:
    """The tables that may stand at a place."""
    match shape:
        case shapes.StructType():
            yield path, shape.cls
        case shapes.UnionType():
            for each in shape.types:
                yield from _tables(path, each)
        case shapes.DictType():
            yield from _tables(f"{path}.*", shape.value_type)
        case shapes.VarTupleType():
            yield from _tables(f"{path}[]", shape.item_type)
        case _:
            return


def _values(shape: shapes.Type) -> str:
    """What may be written, but for tables; empty: only a table."""
    match shape:
        case shapes.BoolType():
            return "`true`, `false`"
        case shapes.IntType() | shapes.FloatType():
            return _range("whole number" if isinstance(shape, shapes.IntType) else "number", shape)
        case shapes.StrType():
            return _text(shape)
        case shapes.DateType():
            return "date"
        case shapes.LiteralType():
            return ", ".join(
                f'`"{each}"`' if isinstance(each, str) else f"`{each}`" for each in shape.values
            )
        case shapes.UnionType():
            some = [_values(each) for each in shape.types if not isinstance(each, shapes.NoneType)]
            return "; or ".join(filter(None, some))
        case shapes.DictType():
            inner = _values(shape.value_type)
            return f"by name: {inner}" if inner else ""
        case shapes.VarTupleType():
            inner = _values(shape.item_type)
            return f"list of: {inner}" if inner else ""
        case _:
            return ""


def _range(what: str, shape: shapes.IntType | shapes.FloatType) -> str:
    least = shape.ge if shape.ge is not None else shape.gt
    most = shape.le if shape.le is not None else shape.lt
    above = " above" if shape.gt is not None else ""
    match least, most:
        case None, None:
            return what
        case _, None:
            return f"{what},{above or ' at least'} {_plain(least)}"
        case None, _:
            return f"{what} up to {_plain(most)}"
        case _:
            return f"{what},{above} {_plain(least)} to {_plain(most)}"


def _plain(value: float | None) -> str:
    return f"{value:f}".rstrip("0").rstrip(".")


def _text(shape: shapes.StrType) -> str:
    if shape.pattern:
        return f"text like `{shape.pattern}`"
    if shape.max_length:
        return f"text, {shape.min_length or 0} to {shape.max_length} characters"
    return "text"


def _default(field: shapes.Field) -> str:
    if field.required:
        return "required"
    value = field.default
    if value is msgspec.NODEFAULT:
        value = field.default_factory() if callable(field.default_factory) else None
    if value is None or value in ("", (), {}):
        return "none"
    if isinstance(value, msgspec.Struct):
        return "as its keys"
    return f"`{msgspec.json.encode(value).decode()}`"


@cache
def _texts(table: type[msgspec.Struct]) -> dict[str, str]:
    """What stands below each field, in the table's class and those it is made of."""
    texts: dict[str, str] = {}
    for part in reversed(table.__mro__):
        if not issubclass(part, msgspec.Struct) or part is msgspec.Struct:
            continue
        tree = ast.parse(textwrap.dedent(inspect.getsource(part))).body[0]
        assert isinstance(tree, ast.ClassDef)
        for field, below in zip(tree.body, [*tree.body[1:], None], strict=True):
            match field, below:
                case (
                    ast.AnnAssign(target=ast.Name(id=name)),
                    ast.Expr(value=ast.Constant(value=str(text))),
                ):
                    texts[name] = " ".join(text.split()).replace("``", "`")
                case _:
                    pass
    return texts
