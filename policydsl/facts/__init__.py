"""The tables that a program asks for: read from files, validated cell by cell; and the workbook to fill them in."""

from policydsl.facts.read import Progress, read

__all__ = ["Progress", "read"]
