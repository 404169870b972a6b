"""The call server of a running appliance is killed again and again: see `__main__`."""
