"""What statistics follow from: each wait in a queue, what each agent did, which trunk carried a call."""

from firmware_host.oam.histories.keeping import Histories, forget_histories
from firmware_host.oam.histories.rows import Came, Doing, Moment, Outcome, seconds

__all__ = ["Came", "Doing", "Histories", "Moment", "Outcome", "forget_histories", "seconds"]
