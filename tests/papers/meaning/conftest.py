from pathlib import Path

import pytest
from pytest_django import Settings


@pytest.fixture(autouse=True)
def model_folder(settings: Settings, tmp_path: Path) -> Path:
    """An empty place for the models of each test."""
    settings.SEARCH_INDEX = tmp_path / "index"
    return tmp_path / "meaning"
