"""What is needed to repeat a decision years later, and the repeating."""
