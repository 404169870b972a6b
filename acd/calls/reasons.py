"""A routing decision as plain values, as the journal keeps it."""

from acd.routing import Decision

__all__ = ["reasons"]


def reasons(decision: Decision) -> dict[str, str | int | float | None]:
    """All that was looked at; what there was nothing of is left out."""
    why: dict[str, str | int | float | None] = {
        "trigger": decision.trigger.value,
        "waited_s": round(decision.waited_s, 3),
        "score": round(decision.score, 3),
        "discipline": decision.discipline.value,
        "key": round(decision.key, 4),
        "candidates": decision.candidates,
    }
    if decision.next_contact is not None:
        why["next_call"] = decision.next_contact.name
        why["next_score"] = round(decision.next_contact.key, 3)
    if decision.next_agent is not None:
        why["next_agent"] = decision.next_agent.name
        why["next_key"] = round(decision.next_agent.key, 4)
    if decision.wanted.needs:
        why["needs"] = " ".join(f"{skill}>={level}" for skill, level in decision.wanted.needs)
    if decision.wanted.only is not None:
        why["only"] = decision.wanted.only
    if decision.stage:
        why["relaxed"] = decision.stage
    if decision.lag is not None:
        why["lag"] = round(decision.lag, 4)
    return why
