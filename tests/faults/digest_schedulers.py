"""Two beats, the loop command and four workers send one digest each, and fetch each feed once
(RELIABILITY P12).

    python -m tests.faults.digest_schedulers [--readers 1000] [--digests 2] [--feeds 200]

All run at once, with readers and feeds that become due while they do. Exits 1 when anybody got two
mails, when more than 1 % of the feeds were asked twice or one never, or when one of those who work
did not live, or did nothing, to the end.
"""

import argparse
import time
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import connection

from tests.faults.digest_site import digest_stage
from tests.faults.figures import Row, gather, report, unless
from tests.faults.stuck_feeds import ADD
from tests.faults.workers import Loop, Process, wait_for
from tests.origin.many_feeds import ManyFeeds

if TYPE_CHECKING:
    from tests.faults.stage import Stage

PROMISES = (12,)
WORKERS, BEATS = 4, 2
MOST_TWICE = 0.01
# The beats nudge once as they start, and each minute from then on.
MINUTE = timedelta(seconds=60)
FINISH_SECONDS = 300.0
# In each line that a worker's task logs (config/log_lines.py).
OF_A_TASK = "[task_id="
HEAD = ("digest", "beats", "loop rounds", "workers", "taken", "sent", "other", "doubles", "seconds")


def play(stage: "Stage", number: int, loop: Loop) -> tuple[Row, list[str]]:
    from accounts.digest import ledger

    rounds, began = loop.rounds, time.monotonic()
    # Due as the second beat's next nudge comes: all three see them at about the same moment.
    stage.begin(ledger.database_now() + timedelta(seconds=5))
    is_over = wait_for(stage.is_over, FINISH_SECONDS)
    # Another minute's nudges find nothing to do.
    time.sleep(MINUTE.total_seconds())
    states, doubles = stage.states(), stage.postbox.doubles()
    sent = states.pop("sent", 0)
    figures = (number, BEATS, loop.rounds - rounds, WORKERS, len(stage.postbox.mails), sent)
    seconds = round(time.monotonic() - began)
    row = (*map(str, figures), str(dict(states) or "-"), str(doubles), str(seconds))
    return row, [
        *unless(is_over and sent == stage.readers(), f"P12: {sent} sent, {dict(states)}"),
        *unless(not doubles, f"P12: {doubles} doubles"),
    ]


def fetched_otherwise_than_once(feeds: ManyFeeds) -> list[str]:
    twice = sum(times - 1 for times in feeds.asked.values())
    never = feeds.count - len(feeds.asked)
    print(f"{feeds.count} feeds: {twice} asked once more, {never} never", flush=True)
    return [
        *unless(twice <= MOST_TWICE * feeds.count, f"P12: {twice} feeds were asked twice"),
        *unless(not never, f"P12: {never} feeds were never asked"),
    ]


def idle(workers: list[Process], beats: list[Process], loop: Loop) -> list[str]:
    """Who ended, or did no work, in words: then it was not so many that sent one digest."""
    ended = [one for one in (*workers, *beats) if not one.is_alive()]
    for beat in beats:
        beat.ask_to_stop()
    lazy = [one for one in workers if not one.said(OF_A_TASK)]
    alive = [beat for beat in beats if beat not in ended]
    lazy += [beat for beat in alive if beat.ended_after(30.0) is None or not beat.nudges()]
    return [
        *(f"P12: one ended before the end: {one.tail()}" for one in ended),
        *(f"P12: one did nothing: {one.tail()}" for one in lazy if one not in ended),
        *unless(not loop.failed, f"P12: senddigests ended with {sorted(loop.failed)}"),
        *unless(loop.rounds > 1, f"P12: {loop.rounds} rounds of senddigests"),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--readers", type=int, default=1000)
    parser.add_argument("--digests", type=int, default=2)
    parser.add_argument("--feeds", type=int, default=200)
    options = parser.parse_args()
    with (
        ManyFeeds(count=options.feeds, delay_seconds=0.5) as feeds,
        digest_stage(options.readers, feeds.hosts) as stage,
    ):
        with connection.cursor() as cursor:
            cursor.execute(ADD, [feeds.addresses])
        workers = [stage.crew.worker() for _number in range(WORKERS)]
        beats = [stage.crew.beat() for _number in range(BEATS)]
        loop = Loop(stage.crew)
        numbers = range(1, options.digests + 1)
        rows, broken = gather(play(stage, number, loop) for number in numbers)
        broken += [*idle(workers, beats, loop), *fetched_otherwise_than_once(feeds)]
        loop.ask_to_stop().ended_after(30.0)
    report(HEAD, rows, broken)


if __name__ == "__main__":
    main()
