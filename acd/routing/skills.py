"""What a contact asks of an agent, and how that relaxes while it waits.

A skill has a level from 1 up; who lacks it has level 0. What is asked for relaxes in stages: each holds
from a number of seconds after the contact entered until the next one.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from acd.ids import AgentId

__all__ = ["ANYBODY", "Relaxation", "SkillRequirement", "Stage", "Wanted", "stages_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Relaxation:
    """From ``after_s`` on this level is enough; 0: the skill is no longer asked for."""

    after_s: float
    level: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SkillRequirement:
    """A skill that the agent must have at this level; hard, unless it relaxes."""

    skill: str
    level: int = 1
    relaxes: tuple[Relaxation, ...] = ()

    def level_after(self, waited_s: float) -> int:
        """The level that is asked for after this long."""
        level = self.level
        for relaxation in self.relaxes:
            if waited_s >= relaxation.after_s:
                level = min(level, relaxation.level)
        return level


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an agent must be able to do, at one moment; contacts that want the same share a lane."""

    needs: tuple[tuple[str, int], ...] = ()
    "Skill and least level, by skill."
    only: AgentId | None = None
    "Nobody else will do."

    def is_met_by(self, agent: AgentId, levels: Mapping[str, int]) -> bool:
        """Whether an agent with these levels will do."""
        if self.only is not None and self.only != agent:
            return False
        return all(levels.get(skill, 0) >= level for skill, level in self.needs)


ANYBODY = Wanted()


@dataclass(frozen=True, slots=True)
class Stage:
    """What is wanted from ``after_s`` on."""

    after_s: float
    wanted: Wanted


def stages_of(
    requirements: Iterable[SkillRequirement],
    *,
    preferred: AgentId | None = None,
    preferred_for_s: float = 0.0,
) -> tuple[Stage, ...]:
    """The stages of a contact with these requirements, the first one at 0 seconds.

    Args:
        requirements: If a skill is there twice, the higher level counts.
        preferred: An agent for whom the contact waits alone at first,
        preferred_for_s: for this long.
    """
    asked = tuple(requirements)
    times = {0.0}
    times.update(each.after_s for one in asked for each in one.relaxes)
    if preferred is not None:
        times.add(preferred_for_s)
    stages: list[Stage] = []
    for after_s in sorted(times):
        levels: dict[str, int] = {}
        for one in asked:
            level = max(one.level_after(after_s), levels.get(one.skill, 0))
            if level > 0:
                levels[one.skill] = level
        only = preferred if after_s < preferred_for_s else None
        wanted = Wanted(tuple(sorted(levels.items())), only)
        if not stages or stages[-1].wanted != wanted:
            stages.append(Stage(after_s, wanted))
    return tuple(stages)
