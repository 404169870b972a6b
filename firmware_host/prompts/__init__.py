"""Prompts: speech made once, before the first call."""

from firmware_host.prompts.library import PromptLibrary
from firmware_host.prompts.speech import SpeechMaker, default_cache

__all__ = ["PromptLibrary", "SpeechMaker", "default_cache"]
