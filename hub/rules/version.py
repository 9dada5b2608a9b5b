"""The version of the rules: written into every log row, so that a decision can be made again.

Rule: it is raised with every change that can decide anything differently.
"""

VERSION = "3"
