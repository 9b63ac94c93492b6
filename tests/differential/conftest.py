"""How compiled code is held against the reference serves here too, with what that rests on."""

import sys
from pathlib import Path

for room in ("compiled", "interpret", "language", "policies"):
    sys.path.append(str(Path(__file__).parents[1] / room))
