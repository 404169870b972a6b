"""Operation, administration, maintenance: tails the journal into the records and answers questions."""

from firmware_host.oam.database import DatabaseError, open_database
from firmware_host.oam.projector import Projector
from firmware_host.oam.questions import Refusal, answer_question
from firmware_host.oam.records import CallRecord, call_records

__all__ = [
    "CallRecord",
    "DatabaseError",
    "Projector",
    "Refusal",
    "answer_question",
    "call_records",
    "open_database",
]
