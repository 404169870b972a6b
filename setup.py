"""Builds the native library of the media plane; everything else is in pyproject.toml."""

from setuptools import setup

setup(cffi_modules=["dsp/native/build_native.py:builder"])
