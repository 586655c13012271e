"""The site's settings, but no page and no part of one is kept: for benchmarks/pages.py."""

from config.settings import *  # noqa: F403

KEPT_SECONDS = 0
