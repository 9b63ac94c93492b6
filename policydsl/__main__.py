"""`python -m policydsl`."""

from policydsl.cli.main import entry

entry()
