"""Expected waits of several call centers' formulas and of ours, side by side on the same callers."""
