"""Pages to people: taken from the outbox, handed to providers, their fate told to the engine."""
