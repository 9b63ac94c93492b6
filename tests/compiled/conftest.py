"""The random programs of the interpreter's laws, the pages of the reference and the facts of the 2025 notice serve here too."""

import sys
from pathlib import Path

for room in ("interpret", "language", "policies"):
    sys.path.append(str(Path(__file__).parents[1] / room))
