"""Owns proof: questions about a policy, what they say as formulas (z3), what the solver makes of them, and the case that refutes."""
