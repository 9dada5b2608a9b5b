"""The hub: commits before it answers, runs the procedure to the minute, makes people act."""
