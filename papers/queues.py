"""The queues that workers empty, and when one that does nothing is taken for deaf.

Without models: beat and the supervisor's watches read it.
"""

from datetime import timedelta

# Two beats of a minute missed: then a line stands in the log before three minutes are over. In the
# queue cpu a task may keep all workers busy, parsing for up to four minutes.
SILENT_AFTER = {"io": timedelta(seconds=150), "cpu": timedelta(minutes=10)}
# What a tick or a request queues is queued again by the next tick, a minute later: an old one that
# waits in the queue is worth nothing, and a backlog must not pile up.
EXPIRES_SECONDS = 60
# A task of `cpu` is ended well before its worker would be taken for deaf. Tasks of `io` run in
# threads, which nothing can end: each of their steps has a time-out.
CPU_TASK_SECONDS = 540
# What may take longer ends by itself after this, and the next tick goes on with it: other tasks
# of the queue have their turn in between.
ROUND_SECONDS = 240
