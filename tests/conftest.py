"""What holds for all tests."""

from hypothesis import settings

# How long one example takes is the machine's affair; a test that hangs has pytest's time-out.
settings.register_profile("switchroom", deadline=None)
settings.load_profile("switchroom")
