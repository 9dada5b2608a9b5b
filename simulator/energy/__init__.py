"""What a day costs the battery: named inputs, and a day that the real core plays.

Rule: nothing here was measured on a pendant; every number says where it comes from.
"""
