"""How long a caller will wait: what is learned, what is estimated, what is told."""

from acd.waiting.simple import FEWEST_TALKS, ExpectedWait, agents_at_work, expected_wait

__all__ = ["FEWEST_TALKS", "ExpectedWait", "agents_at_work", "expected_wait"]
