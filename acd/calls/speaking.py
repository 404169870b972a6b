"""What callers hear from us, one sound at a time, silenced by whoever ends it."""

from acd.actions import PlayMusic, PlaySignal, Signal, StopSound
from acd.calls.call import Call, Sound
from acd.orders import Orders

__all__ = ["play_music", "play_prompts", "play_ringback", "silence"]


def play_prompts(orders: Orders, call: Call, prompts: tuple[str, ...]) -> None:
    """Let the caller hear prompts, in place of what plays."""
    call.sound = Sound.PROMPTS
    call.sound_id = orders.play(call.port, prompts, call.language)


def play_music(orders: Orders, call: Call, music: str) -> None:
    """Let the caller hear music on hold, in place of what plays."""
    call.sound, call.sound_id = Sound.MUSIC, None
    orders.ask(PlayMusic(port=call.port, music=music))


def play_ringback(orders: Orders, call: Call) -> None:
    """Let the caller hear that it rings where the call goes."""
    call.sound, call.sound_id = Sound.RINGBACK, None
    orders.ask(PlaySignal(port=call.port, signal=Signal.RINGBACK))


def silence(orders: Orders, call: Call) -> None:
    """Stop what the caller hears, if anything."""
    if call.sound is not Sound.NONE:
        orders.ask(StopSound(port=call.port))
    call.sound, call.sound_id = Sound.NONE, None
