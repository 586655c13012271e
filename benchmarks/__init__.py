"""Measurements, each a command that prints its figures; none is run by the tests."""

import os

# As the site's processes have it (config/supervisor/children.py), and before numpy is imported.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("MALLOC_ARENA_MAX", "2")
