"""How long prompts last: as the real ones do, or a set time for each."""

from collections.abc import Sequence

from dsp import SAMPLE_RATE_HZ, Law
from firmware_host.config import Appliance
from firmware_host.prompts import SpeechMaker, default_cache
from firmware_host.prompts.texts import BUILT_IN
from firmware_host.simulation.lines import PromptLength

__all__ = ["real_length", "set_length"]


def set_length(each_s: float) -> PromptLength:
    """Every prompt lasts as long."""
    return lambda prompts, _: each_s * len(prompts)


def real_length(appliance: Appliance, maker: SpeechMaker | None = None) -> PromptLength:
    """As the appliance's own speech; each prompt is made when it is first heard, and kept by the maker."""
    maker = maker or SpeechMaker(Law(appliance.site.law), default_cache())
    texts = {**BUILT_IN, **appliance.prompt}
    known: dict[tuple[str, str], float] = {}

    def length_of(name: str, language: str) -> float:
        translations = texts.get(name, {})
        spoken = language if language in translations else appliance.site.language
        if spoken not in translations:
            return 0.0
        return len(maker.make(translations[spoken], spoken)) / SAMPLE_RATE_HZ

    def length(prompts: Sequence[str], language: str) -> float:
        total_s = 0.0
        for name in prompts:
            if (name, language) not in known:
                known[name, language] = length_of(name, language)
            total_s += known[name, language]
        return total_s

    return length
