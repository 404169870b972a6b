"""What every process of the appliance does first."""

import os

from firmware_host.descriptor_limit import raise_descriptor_limit
from firmware_host.log_lines import log_as

__all__ = ["begin_process"]


def begin_process(name: str, *, may_wait: bool = True) -> None:
    """Keep files from others' eyes, log under this name, and have descriptors enough.

    Args:
        name: Of the process, in each line of its log.
        may_wait: Whether a line may wait for whoever reads the log.
    """
    os.umask(0o027)  # callers' numbers and what technicians typed are nobody else's
    log_as(name, may_wait=may_wait)
    raise_descriptor_limit()
