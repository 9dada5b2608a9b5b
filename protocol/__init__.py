"""The contract between pendant and hub: pure, and the same on CPython and MicroPython.

Imports nothing of ours and nothing that MicroPython lacks. Both ends parse with this code, so a
rule about the wire stands in one place.
"""
