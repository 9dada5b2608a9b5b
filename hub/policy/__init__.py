"""A policy is data: a file that a safety manager can read, checked before the hub obeys it (P9)."""
