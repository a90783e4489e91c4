"""Let each benchmark import the invented problems and the record beside it, as it does where it is run as a script."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
