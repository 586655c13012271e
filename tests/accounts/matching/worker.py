"""A worker that matches without pause, in small batches, until it is killed."""

import os
import time
from contextlib import suppress

import django

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from accounts import tasks
    from accounts.matching import arrivals, writing
    from accounts.matching.lease import LeaseLost

    arrivals.BATCH_PAPERS = 3
    writing.PAIRS_A_TRANSACTION = 2
    while True:
        # The test gives a dead worker's turn away early, sometimes that of a living one.
        with suppress(LeaseLost):
            tasks.match_papers()
        time.sleep(0.01)
