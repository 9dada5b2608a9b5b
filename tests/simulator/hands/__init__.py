"""Pockets and frightened hands: their edges, their intervals, what the gestures make of them."""
