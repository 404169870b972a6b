"""The release's number, as the package says it."""

from importlib.metadata import PackageNotFoundError, version

__all__ = ["VERSION"]

try:
    VERSION = version("switchroom")
except PackageNotFoundError:
    VERSION = "unpackaged"
