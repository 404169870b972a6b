"""ISDN primary rate: B-channels as lines, and the way to the worker that speaks on D-channels.

What loads libpri (`drivers.pri.span` and all that imports it) belongs to the worker's process alone.
"""
