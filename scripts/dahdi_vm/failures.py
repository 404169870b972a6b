"""Why there is no result of the tests, and the exit code that says so."""

CANNOT = 77
"""Cannot be tried on this machine; one line says why. As for the other optional checks."""
NOT_JUDGED = 99
"""The machine or its preparation failed: what it should have run has not been judged."""
TIME_LIMIT = 124
"""The machine was stopped at its time limit."""


class CannotBeTried(Exception):
    """This computer lacks something that is not ours to bring: a tool, a package, a network."""


class NotJudged(Exception):
    """Something went wrong before, or beside, what the machine should have run."""
