"""Benchmarks: figures as ratios against a named floor of the same run, never as tests."""
