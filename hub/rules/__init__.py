"""Pure rules: (terms, visit, event, now) -> (visit', effects). No clock, no I/O, no log."""
