"""The hub: commits before it answers, runs the written procedure to the minute, makes people act."""
