"""Builds the native libraries; everything else is in pyproject.toml.

Without libpri-dev the PRI worker's is left out: E1 and T1 by PRI then say so when they are configured.
"""

import sys
from pathlib import Path

from setuptools import setup

sys.path.insert(0, str(Path(__file__).parent / "drivers/pri/native"))

from build_native import library

modules = ["dsp/native/build_native.py:builder"]
if library() is not None:
    modules.append("drivers/pri/native/build_native.py:builder")
else:
    sys.stderr.write("libpri-dev is not installed: the PRI worker is not built\n")
setup(cffi_modules=modules)
