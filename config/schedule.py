"""Which task beat sends how often: nudges, what is due is decided by rows, in UTC (DESIGN 3.7).

Tasks stand here by name, so that beat need not import them.
"""

from typing import Any

MINUTE_SECONDS = 60.0
# By the name of the entry: the task, and every how many minutes.
_EVERY: dict[str, tuple[str, int]] = {
    "beat-io": ("papers.tasks.beat_io", 1),
    "beat-cpu": ("papers.tasks.beat_cpu", 1),
    "refresh-due-sources": ("papers.tasks.refresh_due_sources", 1),
    "restate-coverage": ("papers.tasks.restate_coverage", 5),
    "forget-old-counts": ("papers.tasks.forget_old_counts", 1440),
    "refresh-meaning": ("papers.tasks.refresh_meaning", 1),
    "follow-trending": ("papers.tasks.follow_trending", 1),
    "match-papers": ("accounts.tasks.match_papers", 1),
    "empty-old-bins": ("readinglists.tasks.empty_old_bins", 1440),
    "forget-old-changes-of-lists": ("readinglists.tasks.forget_old_changes", 1440),
    "forget-old-invitations": ("readinglists.tasks.forget_old_invitations", 1440),
    "settle-arrived-papers": ("accounts.tasks.settle_arrived_papers", 1),
    "ask-for-missing-papers": ("accounts.tasks.ask_for_missing_papers", 30),
    "read-bounces": ("accounts.tasks.read_bounces", 10),
    "forget-old-bounces": ("accounts.tasks.forget_old_bounces", 1440),
    "forget-what-is-over": ("config.tasks.forget_what_is_over", 1440),
    "go-on-with-imports": ("readinglists.tasks.go_on_with_imports", 1),
    "send-due-digests": ("accounts.tasks.send_due_digests", 1),
}


def _expires_seconds(minutes: int) -> float:
    """Return how long a nudge may wait: a worker that was away finds one, not a day of them.

    It is half of the time to the next: what comes once a day must outlive a queue that is behind.
    """
    return max(MINUTE_SECONDS, minutes * MINUTE_SECONDS / 2)


SCHEDULE: dict[str, Any] = {
    name: {
        "task": task,
        "schedule": minutes * MINUTE_SECONDS,
        "options": {"expires": _expires_seconds(minutes)},
    }
    for name, (task, minutes) in _EVERY.items()
}
