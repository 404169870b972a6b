"""Which recorded prompts say something that is only known during the call."""

__all__ = ["LAST_SPOKEN_PLACE", "place_prompts"]

LAST_SPOKEN_PLACE = 20
"Beyond this a caller is told that there are many ahead: an exact 37 helps nobody decide to stay."


def place_prompts(place: int) -> tuple[str, ...]:
    """The prompts that tell a caller a place in the queue; 1 is next."""
    if place > LAST_SPOKEN_PLACE:
        return ("place.many",)
    return (f"place.{max(place, 1)}",)
