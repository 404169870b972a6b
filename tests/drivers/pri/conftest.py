"""Without libpri-dev the worker is not built, and what needs it is left out with that reason."""

import importlib.util

NATIVE = importlib.util.find_spec("drivers.pri._native") is not None
collect_ignore_glob = [] if NATIVE else ["test_*_over_libpri.py"]
