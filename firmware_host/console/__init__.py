"""The technician's and operator's commands, whatever terminal they come from."""

from firmware_host.console.commands import RECORDS, operator_commands, record_rows
from firmware_host.console.output import Column, Output
from firmware_host.console.session import Session

__all__ = ["RECORDS", "Column", "Output", "Session", "operator_commands", "record_rows"]
