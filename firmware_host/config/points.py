"""What brings a caller forward, and which skills are asked for, wherever the configuration can say it."""

from collections.abc import Iterable

from acd import Points, Relaxation, SkillRequirement
from firmware_host.config.mistakes import Mistake, key_path, suggest
from firmware_host.config.queue_tables import PointsTable, Requirements
from firmware_host.config.schema import Appliance

__all__ = ["points", "requirement_mistakes", "requirements"]


def points(table: PointsTable) -> Points:
    """What a table says on how a caller is brought forward."""
    return Points(
        priority=table.priority, ageing=table.ageing, requires=requirements(table.requires)
    )


def requirements(requires: Requirements) -> tuple[SkillRequirement, ...]:
    """The skills as the ACD takes them."""
    return tuple(
        SkillRequirement(skill=skill, level=asked)
        if isinstance(asked, int)
        else SkillRequirement(
            skill=skill,
            level=asked.level,
            relaxes=tuple(
                Relaxation(after_s=each.after_s, level=each.level) for each in asked.relax
            ),
        )
        for skill, asked in requires.items()
    )


def requirement_mistakes(
    appliance: Appliance, requires: Requirements, where: tuple[str, ...]
) -> Iterable[Mistake]:
    """Skills that nobody has (most likely mistyped), and steps that do not lead down."""
    skills = {skill for agent in appliance.agent.values() for skill in agent.skills}
    for skill, asked in requires.items():
        if skill not in skills:
            path = key_path(*where, "requires", skill)
            yield Mistake(path, f'no agent has the skill "{skill}"', suggest(skill, sorted(skills)))
        if isinstance(asked, int):
            continue
        level, after_s = asked.level, 0.0
        for index, step in enumerate(asked.relax):
            path = key_path(*where, "requires", skill, "relax", index)
            if step.level >= level:
                yield Mistake(path, f"level {step.level} is no less than {level} before", "")
            if step.after_s <= after_s:
                yield Mistake(path, f"{step.after_s:g} s is not after the step before", "")
            level, after_s = step.level, step.after_s
