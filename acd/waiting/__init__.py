"""How long a caller will wait: what is learned, what is estimated, what is told, and how true it was.

Pure: a moment comes in as a `Picture`, what was learned as a plain dictionary, time as an argument.
"""

from acd.waiting.accuracy import Accuracy, Told, accuracy_of, observe_service, stretch_of
from acd.waiting.estimate import FEWEST_TALKS, Priors, Wait, estimate_wait
from acd.waiting.learning import (
    Duration,
    arrivals_per_s,
    duration_s,
    leaving_per_s,
    observe_arrival,
    observe_duration,
    observe_end_of_wait,
    samples,
)
from acd.waiting.picture import Activity, Ahead, AtWork, Overtaking, Picture, Reach
from acd.waiting.telling import MEAN, ToldWait, rounded_up, wait_to_tell

__all__ = [
    "FEWEST_TALKS",
    "MEAN",
    "Accuracy",
    "Activity",
    "Ahead",
    "AtWork",
    "Duration",
    "Overtaking",
    "Picture",
    "Priors",
    "Reach",
    "Told",
    "ToldWait",
    "Wait",
    "accuracy_of",
    "arrivals_per_s",
    "duration_s",
    "estimate_wait",
    "leaving_per_s",
    "observe_arrival",
    "observe_duration",
    "observe_end_of_wait",
    "observe_service",
    "rounded_up",
    "samples",
    "stretch_of",
    "wait_to_tell",
]
