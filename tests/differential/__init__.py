"""The interpreter against other engines on policies and facts, many at a time: `python -m tests.differential`."""
