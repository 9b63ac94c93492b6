"""What other readings of the notice would change: one is flipped at a time, on the same facts."""
