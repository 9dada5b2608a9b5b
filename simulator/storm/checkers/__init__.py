"""The promises as statements that a run either keeps or breaks.

Rule: a checker reads only what an outsider could: what was seen, and the hub's own files. None of
them asks the code under test what it meant.
"""
