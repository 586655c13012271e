"""A day of a site in 48 minutes: nothing grows, is stuck, lost or done twice (RELIABILITY P45).

    python -m tests.faults.soak [--minutes 48] [more as in benchmarks.mixed_load]

Ten thousand readers and 300 feeds, whose hours last two minutes, under the mixed load that
benchmarks/mixed_load.py puts on the site: 60 % of the highest rate, writes, papers, and a digest to
each reader who is not logged in (about 200 a minute). Prints its tables; exits 1 on any error, on
anything lost, doubled or stuck, on a feed that fails or was not asked in each of its hours, where
the memory of a process grew by more than 1 MB an hour after warm-up, and where a process was
replaced or was not there long enough to tell. Times are printed and not judged here: they are a
figure, and the machine's.
"""

from benchmarks import mixed_load
from benchmarks.mixed_load import Outcome
from tests.faults.figures import report

PROMISES = (45,)
MOST_SLOPE_MB = 1.0
MINUTES = 24 * mixed_load.FEEDS_EVERY_SECONDS / 60
FEEDS = 300
ALL = float("inf")
HEAD = (
    *("minutes", "requests a second", "p99 ms", "digests", "each feed asked"),
    "steepest, MB an hour",
)


def main() -> None:
    parser = mixed_load.options_parser(__doc__)
    parser.set_defaults(minutes=MINUTES, feeds=FEEDS, mails_a_minute=ALL)
    options = parser.parse_args()
    outcome = mixed_load.play(options)
    mixed_load.show(outcome)
    if options.json:
        mixed_load.keep(outcome, options.json)
    report(HEAD, [row(options.minutes, outcome)], list(outcome.faults(MOST_SLOPE_MB)))


def row(minutes: float, outcome: Outcome) -> tuple[str, ...]:
    steepest, feeds = outcome.steepest, outcome.feeds
    return (
        f"{minutes:g}",
        f"{outcome.rate:.1f}",
        f"{outcome.p(99):.0f}",
        f"{outcome.mails.sent:,} of {outcome.mails.due:,}",
        f"{feeds.fewest} times or more in {feeds.hours} hours",
        f"{steepest.name} {steepest.an_hour:+.2f} ± {steepest.error:.2f}" if steepest else "none",
    )


if __name__ == "__main__":
    main()
