"""A worker that matches without pause, in small batches, until it is killed."""

import os
import time

import django

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from accounts import tasks
    from accounts.matching import arrivals, writing

    arrivals.BATCH_PAPERS = 3
    writing.PAIRS_A_TRANSACTION = 2
    while True:
        tasks.match_papers()
        time.sleep(0.01)
