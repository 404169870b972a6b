"""The C of the media plane, and its builder; the built module is ``dsp._native``."""
