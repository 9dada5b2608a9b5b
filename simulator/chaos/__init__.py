"""Live chaos: real processes, real sockets, `kill -9`, and the statements that must hold after it.

Rule: nothing in the shipped code knows of it. Faults come from outside (signals, a bad network, a
provider that fails), and what is stated is stated over what an outsider saw and the hub's log.
"""
