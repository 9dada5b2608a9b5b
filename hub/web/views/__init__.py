"""Pure views: stored rows and `now` in, words and classes for a template out. No I/O, no clock."""
