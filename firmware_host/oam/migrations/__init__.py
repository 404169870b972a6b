"""How the records database changes shape from release to release."""
