"""The running appliance; the only package that knows acd, drivers and dsp."""
