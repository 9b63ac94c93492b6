"""The invented notices of the tests of explanations and of readings are what reports are tested on, too."""

import sys
from pathlib import Path

for room in ("explain", "readings"):
    sys.path.insert(0, str(Path(__file__).parents[1] / room))
