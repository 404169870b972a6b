"""Who can serve whom: by the queues of agents, by their skills, and by what is asked of these."""

from collections.abc import Iterable, Mapping

from acd import AgentId, CenterSettings, QueueSettings, SkillRequirement

__all__ = ["asked_by_queue", "can_ever_serve", "can_serve_at_once", "members_who_can"]


def asked_by_queue(settings: CenterSettings, queue: str) -> tuple[SkillRequirement, ...]:
    """What every caller of a queue asks for."""
    return _queue(settings, queue).requires


def can_serve_at_once(skills: Mapping[str, int], asked: Iterable[SkillRequirement]) -> bool:
    """Whether these skills do for a caller who has just come."""
    return all(skills.get(each.skill, 0) >= each.level for each in asked)


def can_ever_serve(skills: Mapping[str, int], asked: Iterable[SkillRequirement]) -> bool:
    """Whether they do once everything is relaxed that relaxes."""
    return all(
        skills.get(each.skill, 0) >= min([each.level, *(step.level for step in each.relaxes)])
        for each in asked
    )


def members_who_can(settings: CenterSettings, queue: str) -> tuple[AgentId, ...]:
    """The agents of a queue who can serve its callers sooner or later."""
    skills = {agent.agent: agent.skills for agent in settings.agents}
    asked = asked_by_queue(settings, queue)
    return tuple(
        agent
        for agent in _queue(settings, queue).agents
        if can_ever_serve(skills.get(agent, {}), asked)
    )


def _queue(settings: CenterSettings, queue: str) -> QueueSettings:
    return next(each for each in settings.queues if each.name == queue)
