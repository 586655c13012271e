"""The queues that workers empty, and when one that does nothing is taken for deaf.

Without models: beat and the supervisor's watches read it.
"""

from datetime import timedelta

# Two beats of a minute missed: then a line stands in the log before three minutes are over. In the
# queue cpu a task may keep all workers busy, parsing for up to four minutes.
SILENT_AFTER = {"io": timedelta(seconds=150), "cpu": timedelta(minutes=10)}
