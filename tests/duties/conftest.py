"""The invented notice of the tests of readings is what agendas are tested on, too."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "readings"))
