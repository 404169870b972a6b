"""Millions of random events with faults, through call control as it runs: see `__main__`."""
