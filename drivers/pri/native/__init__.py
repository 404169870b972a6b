"""The C of the PRI worker, and how it is built."""
