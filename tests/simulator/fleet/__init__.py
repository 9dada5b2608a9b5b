"""The fleet: its clients, its figures and its limits, without the hub."""
