"""Measurements, each a command that prints its figures; none is run by the tests."""

import os

# As the site's processes have it (config/supervisor/children.py), and before numpy is imported.
# What glibc is told there it reads when a process starts: only whole sites are measured with it.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
