"""What presses a pendant's buttons: pockets that mean nothing and frightened hands that mean it.

Rule: a model, not a measurement. Each input is named, with its reason, in places.py and fear.py;
the gestures that read the edges are the firmware's own. `python -m simulator.hands` makes the
tables of docs/pendant.md.
"""
