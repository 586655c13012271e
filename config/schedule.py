"""Which task beat sends how often: nudges, what is due is decided by rows, in UTC (DESIGN 3.7).

Tasks stand here by name, so that beat need not import them.
"""

from typing import Any

TICK_SECONDS = 60.0
SCHEDULE: dict[str, Any] = {
    "beat-io": {
        "task": "papers.tasks.beat_io",
        "schedule": TICK_SECONDS,
        "options": {"expires": TICK_SECONDS},
    },
    "beat-cpu": {
        "task": "papers.tasks.beat_cpu",
        "schedule": TICK_SECONDS,
        "options": {"expires": TICK_SECONDS},
    },
    # expires: a worker that was away finds one nudge waiting, not a day of them
    "refresh-due-sources": {
        "task": "papers.tasks.refresh_due_sources",
        "schedule": TICK_SECONDS,
        "options": {"expires": TICK_SECONDS},
    },
    "restate-coverage": {
        "task": "papers.tasks.restate_coverage",
        "schedule": 5 * TICK_SECONDS,
        "options": {"expires": TICK_SECONDS},
    },
    "forget-old-counts": {
        "task": "papers.tasks.forget_old_counts",
        "schedule": 1440 * TICK_SECONDS,
        "options": {"expires": TICK_SECONDS},
    },
    "refresh-meaning": {
        "task": "papers.tasks.refresh_meaning",
        "schedule": TICK_SECONDS,
        "options": {"expires": TICK_SECONDS},
    },
    "follow-trending": {
        "task": "papers.tasks.follow_trending",
        "schedule": TICK_SECONDS,
        "options": {"expires": TICK_SECONDS},
    },
    "match-papers": {
        "task": "accounts.tasks.match_papers",
        "schedule": TICK_SECONDS,
        "options": {"expires": TICK_SECONDS},
    },
    "empty-old-bins": {
        "task": "readinglists.tasks.empty_old_bins",
        "schedule": 1440 * TICK_SECONDS,
        "options": {"expires": TICK_SECONDS},
    },
    "forget-old-changes-of-lists": {
        "task": "readinglists.tasks.forget_old_changes",
        "schedule": 1440 * TICK_SECONDS,
        "options": {"expires": TICK_SECONDS},
    },
    "forget-old-invitations": {
        "task": "readinglists.tasks.forget_old_invitations",
        "schedule": 1440 * TICK_SECONDS,
        "options": {"expires": TICK_SECONDS},
    },
    "settle-arrived-papers": {
        "task": "accounts.tasks.settle_arrived_papers",
        "schedule": TICK_SECONDS,
        "options": {"expires": TICK_SECONDS},
    },
    "ask-for-missing-papers": {
        "task": "accounts.tasks.ask_for_missing_papers",
        "schedule": 30 * TICK_SECONDS,
        "options": {"expires": TICK_SECONDS},
    },
    "read-bounces": {
        "task": "accounts.tasks.read_bounces",
        "schedule": 10 * TICK_SECONDS,
        "options": {"expires": TICK_SECONDS},
    },
    "forget-old-bounces": {
        "task": "accounts.tasks.forget_old_bounces",
        "schedule": 1440 * TICK_SECONDS,
        "options": {"expires": TICK_SECONDS},
    },
    "forget-what-is-over": {
        "task": "config.tasks.forget_what_is_over",
        "schedule": 1440 * TICK_SECONDS,
        "options": {"expires": TICK_SECONDS},
    },
    "go-on-with-imports": {
        "task": "readinglists.tasks.go_on_with_imports",
        "schedule": TICK_SECONDS,
        "options": {"expires": TICK_SECONDS},
    },
    "send-due-digests": {
        "task": "accounts.tasks.send_due_digests",
        "schedule": TICK_SECONDS,
        "options": {"expires": TICK_SECONDS},
    },
}
