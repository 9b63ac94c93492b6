"""Two policies held against each other: what a drafter would call changed, and what that does to the money of real cases."""
