"""How compiled code is held against the reference serves here too."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1] / "compiled"))
