"""The commands of `allswell`, a module for each; `python -m hub.cli` runs them too."""

from hub.cli.program import main

__all__ = ["main"]
