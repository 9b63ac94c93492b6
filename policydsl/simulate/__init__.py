"""What would become of the money if facts were others: one fact swept over a range, the least change sought, many draws."""
