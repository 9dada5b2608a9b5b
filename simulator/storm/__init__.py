"""The storm: the production parts in virtual time, everything around them simulated and hostile.

Rule: one seed replays all. Nothing in here reads a clock, a socket or the system's randomness.
"""
