"""How many examples a property test tries: some in `make test`, all in `make test-thorough`."""

import os

THOROUGH = bool(os.environ.get("SWITCHROOM_THOROUGH"))


def examples(*, quick: int, thorough: int) -> int:
    return thorough if THOROUGH else quick
