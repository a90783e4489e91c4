"""Write several files so that all of them appear or none."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

import pandas as pd


def write_together(folder: Path, files: Mapping[str, bytes | pd.DataFrame], stale: Iterable[str] = ()) -> None:
    """Write the files into the folder, bytes as they are and frames as Parquet; then remove the stale ones.

    Everything is first written beside the folder, so that a full disk or a bad cell leaves what was there untouched.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    staging = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        for name, content in files.items():
            if isinstance(content, bytes):
                (staging / name).write_bytes(content)
            else:
                content.to_parquet(staging / name, index=False)
        folder.mkdir(exist_ok=True)
        for name in files:
            (staging / name).replace(folder / name)
        for name in stale:
            (folder / name).unlink(missing_ok=True)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
