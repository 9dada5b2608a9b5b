"""The pure core of the pendant: inputs and ticks in, outputs out.

No asyncio, time or machine in here, so that every rule is tested in virtual time on both
interpreters. The door is `device.Device`.
"""
