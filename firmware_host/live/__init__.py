"""A person at a line: live sound between a process of the appliance and whoever listens or speaks.

`messages` is what travels, `server` and `client` are the two ends of the socket. `handset` and `listening`
are the commands, with the sound card, the keyboard and the level meter that they use.
"""
