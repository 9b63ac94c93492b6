"""Declarations, each from its line and the block below it: a file for each kind."""
