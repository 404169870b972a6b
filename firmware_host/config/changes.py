"""What differs between two configurations, key by key, and what of it can't be changed without a restart."""

from dataclasses import dataclass
from typing import Any

import msgspec

from firmware_host.config.mistakes import key_path
from firmware_host.config.schema import Appliance

__all__ = ["Change", "changes_between"]

_LIVE = (
    *("agent", "queue", "flow", "schedule", "prompt", "star_codes", "pause", "wrap_up", "limits"),
    *("number_plan", "route", "called", "caller_list", "loan", "alert", "receiver", "technician"),
)
"Tables that are applied while calls are up."
_LIVE_KEYS = {
    "trunk": ("flow", "called", "group", "language"),
    "station": ("dials", "caller_number"),
    "trunk_group": (
        *("flow", "called", "language", "choice", "carrier", "number_form", "caller_number"),
        *("passes_caller", "calls_through", "answer_limit_s", "minimum_minutes"),
    ),
}
"Of tables that also describe lines, the keys that are so."
_SECRET = ("pin",)
_HIDDEN = "****"


@dataclass(frozen=True, slots=True)
class Change:
    """One key; None: it is not there before, or after. PINs are not shown."""

    path: str
    before: str | None
    after: str | None
    needs_restart: bool

    @property
    def kind(self) -> str:
        """Added, removed or changed."""
        if self.before is None:
            return "added"
        return "removed" if self.after is None else "changed"


def changes_between(before: Appliance, after: Appliance) -> list[Change]:
    """Every key that differs, in the order of the file; a table that comes or goes is one change."""
    return list(_changes((), msgspec.to_builtins(before), msgspec.to_builtins(after)))


def _changes(path: tuple[str, ...], before: Any, after: Any) -> list[Change]:  # noqa: ANN401 - a TOML value
    if before == after:
        return []
    if isinstance(before, dict) and isinstance(after, dict):
        found = []
        for key in dict.fromkeys((*before, *after)):
            found += _changes((*path, key), before.get(key), after.get(key))
        return found
    return [
        Change(
            path=key_path(*path),
            before=_shown(path, before),
            after=_shown(path, after),
            needs_restart=not _is_live(path, before, after),
        )
    ]


def _is_live(path: tuple[str, ...], before: Any, after: Any) -> bool:  # noqa: ANN401 - a TOML value
    if path[0] in _LIVE:
        return True
    if path[0] not in _LIVE_KEYS:
        return False
    if len(path) == 2 and path[0] == "trunk_group":  # the whole group comes or goes
        return not (before or after)["cards"]
    return len(path) > 2 and path[2] in _LIVE_KEYS[path[0]]


def _shown(path: tuple[str, ...], value: Any) -> str | None:  # noqa: ANN401 - a TOML value
    if value is None:
        return None
    if path[-1] in _SECRET:
        return _HIDDEN
    if isinstance(value, dict):
        said = {
            key: _shown((*path, key), each) for key, each in value.items() if each not in _NOTHING
        }
        return "{ " + ", ".join(f"{key} = {each}" for key, each in said.items()) + " }"
    return msgspec.json.encode(value).decode()


_NOTHING: tuple[Any, ...] = (None, (), [], {}, "")
