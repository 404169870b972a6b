"""Room for the descriptors of many lines.

A virtual line, or a channel of a card, is up to two descriptors, and the pump works on duplicates: a full
chassis of sixteen E1 has some two thousand. Many systems begin a process with a soft limit of 1024.
"""

import logging
import resource

__all__ = ["raise_descriptor_limit"]

_log = logging.getLogger(__name__)

_WANTED = 16_384


def raise_descriptor_limit() -> None:
    """Raise the soft limit as far as the hard one allows, and as far as it makes sense."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _WANTED if hard == resource.RLIM_INFINITY else min(_WANTED, hard)
    if soft == resource.RLIM_INFINITY or soft >= wanted:
        return
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    except (OSError, ValueError) as error:
        _log.warning("no more than %d descriptors can be had: %s", soft, error)
