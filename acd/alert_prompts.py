"""What is said of an alert: its kind, whom it is about, and which key acknowledges it. Pure."""

from acd.alert_records import Subject
from acd.ivr import number_prompts

__all__ = ["ACKNOWLEDGED", "KIND_PROMPTS", "alert_prompts"]

KIND_PROMPTS = {
    "pause too long": "alert.pause",
    "offers missed": "alert.missed",
    "call too long": "alert.call",
    "wrap-up too long": "alert.wrap_up",
    "handset unusable": "alert.handset",
    "queue loaded": "alert.queue",
    "service level low": "alert.service_level",
    "nobody logged in": "alert.nobody",
}
ACKNOWLEDGED = ("alert.acknowledged",)


def alert_prompts(
    kind: str, subject: Subject, said_as: tuple[str, ...], language: str
) -> tuple[str, ...]:
    """The prompts that say an alert; ``said_as``: those of the queue that it is about, if any."""
    about = said_as if subject.kind == "queue" else _agent(subject.name, language)
    return (KIND_PROMPTS.get(kind, "alert.other"), *about, "alert.key")


def _agent(number: str, language: str) -> tuple[str, ...]:
    digits = [prompt for digit in number for prompt in number_prompts(int(digit), language)]
    return ("alert.agent", *digits)
