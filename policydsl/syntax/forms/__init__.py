"""The canonical form of declarations, each with the block below it: a file for each kind, as in `declarations`."""
