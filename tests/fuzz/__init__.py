"""Hostile and damaged input: whatever is given, findings come back and never a traceback. `python -m tests.fuzz`."""
