"""What a web process reads before its first visitor: else that one waits half a second more.

It decides what is read early, never what is answered: whatever fails here fails again, and is said,
where it is needed.
"""

import gc
import logging
import threading

from django.db import connection

from papers.meaning.near import encode
from papers.search.engine import search
from papers.search.language import parse

logger = logging.getLogger(__name__)

# It needs the index, its facets and the counts of all papers.
_SEARCH = "model stars:>0"
# After so many the collector looks through the young ones; Python's own 700 is a tenth of a page.
NEW_OBJECTS = 5_000


def warm_up() -> threading.Thread:
    """Let a thread read the index, the counts and the model."""
    thread = threading.Thread(target=_read, name="warm-up", daemon=True)
    thread.start()
    return thread


def _read() -> None:
    try:
        search(parse(_SEARCH), limit=1, facets=True)
        encode(_SEARCH)
    except Exception as error:
        logger.debug("web: nothing could be read early (%s)", error)
    finally:
        connection.close()
        spare_the_collector()


def spare_the_collector() -> None:
    """Let the garbage collector pass over what is there by now, which stays as long as the process.

    Measured on search pages: it took 1.0 ms of each, with halts of up to 100 ms, and then 0.5.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(NEW_OBJECTS)
