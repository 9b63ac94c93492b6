"""The compiled engine: core → Python code objects, for when one wants many outcomes quickly and explanations of few."""
