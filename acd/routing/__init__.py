"""Who is next: skills, scores, disciplines, and the router that applies them. Pure."""

from acd.routing.decision import Decision, Rival, Trigger
from acd.routing.lanes import WHOEVER, Entry
from acd.routing.members import Discipline, Standing
from acd.routing.router import Router
from acd.routing.skills import ANYBODY, Relaxation, SkillRequirement, Stage, Wanted, stages_of

__all__ = [
    "ANYBODY",
    "WHOEVER",
    "Decision",
    "Discipline",
    "Entry",
    "Relaxation",
    "Rival",
    "Router",
    "SkillRequirement",
    "Stage",
    "Standing",
    "Trigger",
    "Wanted",
    "stages_of",
]
