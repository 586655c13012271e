"""Whether the last tries to hand issues over failed, and why: what readiness says of mail.

It reads the ledger, where each try leaves its end, and judges; it asks no mail server. Tries that
failed count until a later one worked, and at most for as long as the longest pause between two.
"""

import re
from dataclasses import dataclass
from typing import Any

from django.db import connection

from accounts.digest import smtp
from accounts.digest.ledger import RETRY_AFTER_MINUTES
from papers.sentences import Sentence, sentence

# What waits for longer than this after its moment is no sign of mail: nobody tried it, as on a site
# that was off for the night, and workers have parts of their own.
UNTRIED_MINUTES = 3
LATELY_MINUTES = max(RETRY_AFTER_MINUTES)
# One reader's mailbox may refuse for days. So many at once are the server, or one where nothing
# else goes out; sites whose readers all have one hour hand over once in 24 hours.
SEVERAL = 3
QUIET_HOURS = 20

_UNREACHABLE, _BROKE = smtp.UNREACHABLE.partition("(")[0], smtp.BROKE.partition("(")[0]
_SAID = re.compile(re.escape(smtp.SAID).replace("%s", r"(\d{3})"))
# By indexes: delivery_open, delivery_failed, delivery_unknown; where nothing failed, no more.
_FAILING = """
WITH failed AS (
    SELECT reason, coalesce(due_at - (%(pauses)s::int[])[attempts] * interval '1 minute', due_at)
        AS tried_at
    FROM accounts_delivery
    WHERE state = 'due' AND attempts > 0 AND reason <> ''
        AND due_at > statement_timestamp() - %(untried)s * interval '1 minute'
    UNION ALL
    SELECT reason, finished_at FROM accounts_delivery
    WHERE state = 'failed'
        AND finished_at > statement_timestamp() - %(lately)s * interval '1 minute'
    UNION ALL
    SELECT reason, finished_at FROM accounts_delivery
    WHERE state = 'unknown'
        AND finished_at > statement_timestamp() - %(lately)s * interval '1 minute'
), sent AS (
    SELECT max(finished_at) AS last_at FROM accounts_delivery
    WHERE EXISTS (SELECT FROM failed) AND state = 'sent'
        AND local_date > statement_timestamp()::date - 3
        AND finished_at > statement_timestamp() - %(quiet)s * interval '1 hour'
)
SELECT count(*), count(*) FILTER (WHERE reason LIKE ANY(%(own)s)),
    (array_agg(reason ORDER BY tried_at DESC))[1], (SELECT last_at FROM sent) IS NULL
FROM failed WHERE tried_at > coalesce((SELECT last_at FROM sent), '-infinity')
"""


@dataclass(frozen=True, slots=True)
class Failing:
    """`issues` whose last try failed after the last that worked; `why` is the latest's kind.

    `detail` is for operators: what the connection said. Replies of mail servers are not in it, for
    they repeat readers' addresses.
    """

    issues: int
    why: Sentence
    detail: str = ""


def failing() -> Failing | None:
    """Return what fails, None where mail goes out or nothing was tried. One query."""
    asked: dict[str, Any] = {
        "pauses": list(RETRY_AFTER_MINUTES),
        "untried": UNTRIED_MINUTES,
        "lately": LATELY_MINUTES,
        "quiet": QUIET_HOURS,
        "own": [f"{_UNREACHABLE}%", f"{_BROKE}%"],
    }
    with connection.cursor() as cursor:
        cursor.execute(_FAILING, asked)
        issues, of_server, reason, is_quiet = cursor.fetchone()
    if not issues or not (of_server or issues >= SEVERAL or is_quiet):
        return None
    return Failing(issues, _kind(reason), _detail(reason))


def _kind(reason: str) -> Sentence:
    if reason.startswith(_UNREACHABLE):
        return sentence("The mail server cannot be reached.")
    if reason.startswith(_BROKE):
        return sentence("The connection to the mail server broke.")
    if reason.startswith(smtp.SILENT):
        return sentence("The mail server took the message and did not answer.")
    if said := _SAID.match(reason):
        return sentence("The mail server refuses with %(code)s.", code=said[1])
    return sentence("Why stands with the issues.")


def _detail(reason: str) -> str:
    for words in (_UNREACHABLE, _BROKE):
        if reason.startswith(words):
            return reason.removeprefix(words)
    return ""
