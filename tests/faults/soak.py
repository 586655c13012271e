"""A day of a site in half an hour: nothing grows, is stuck, lost or done twice (RELIABILITY P45).

    python -m tests.faults.soak [--minutes 30] [more as in benchmarks.mixed_load]

Ten thousand readers and 300 feeds, whose hours last 75 s, under the mixed load that
benchmarks/mixed_load.py puts on the site: 60 % of the highest rate, writes, digests, papers. Prints
its tables; exits 1 on any error, on anything lost, doubled or stuck, and where the memory of a
process grew by more than 1 MB an hour after warm-up. Times are printed and not judged here: they
are a figure, and the machine's.
"""

from benchmarks import mixed_load
from tests.faults.figures import report

PROMISES = (45,)
MOST_SLOPE_MB = 1.0
FEEDS = 300


def main() -> None:
    parser = mixed_load.options_parser(__doc__)
    parser.set_defaults(feeds=FEEDS)
    options = parser.parse_args()
    outcome = mixed_load.play(options)
    mixed_load.show(outcome)
    if options.json:
        mixed_load.keep(outcome, options.json)
    row = (f"{options.minutes:g}", f"{outcome.rate:.1f}", f"{outcome.p(99):.0f}")
    report(("minutes", "requests a second", "p99 ms"), [row], list(outcome.faults(MOST_SLOPE_MB)))


if __name__ == "__main__":
    main()
