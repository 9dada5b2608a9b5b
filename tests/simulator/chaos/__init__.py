"""Live chaos: its statements and its parts, without a process."""
