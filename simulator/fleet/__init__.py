"""Load on real sockets: real firmware in processes of its own, and thin clients beyond that.

Rule: a figure says what it was taken with, and what is lost is named.
"""
