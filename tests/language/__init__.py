"""The language reference as tests: every example on every page of `docs/language` is run."""
