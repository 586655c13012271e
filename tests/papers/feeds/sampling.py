import os
from pathlib import Path

import pytest

SAMPLES = Path(__file__).parent / "samples"
PROJECT = Path(__file__).resolve().parents[3]
SHARED = Path(os.environ.get("BROADSHEET_SHARED_DATA", PROJECT.parent / "shared" / "data"))

needs_shared_data = pytest.mark.skipif(
    not SHARED.is_dir(), reason=f"the recorded data is not at {SHARED} (BROADSHEET_SHARED_DATA)"
)


def read_sample(name: str) -> bytes:
    return (SAMPLES / name).read_bytes()
