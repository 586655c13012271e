"""What a check of the deployment found: claims, each kept, broken or not looked at."""

from dataclasses import dataclass
from subprocess import CompletedProcess

from benchmarks.site import print_table

KEPT, BROKEN, LEFT_OUT = "yes", "NO", "left out"


@dataclass(frozen=True, slots=True)
class Claim:
    """`problems` says in words where it does not hold; `left_out` why nobody looked."""

    text: str
    problems: tuple[str, ...] = ()
    figures: str = ""
    left_out: str = ""

    @property
    def verdict(self) -> str:
        return BROKEN if self.problems else LEFT_OUT if self.left_out else KEPT


def print_claims(claims: list[Claim]) -> bool:
    """Print the table and what is broken; return whether every claim is kept."""
    rows: list[tuple[str, ...]] = [
        (each.text, each.verdict, each.left_out or each.figures) for each in claims
    ]
    print_table(("claim", "kept", "seen"), rows)
    for claim in claims:
        for problem in claim.problems:
            print(f"BROKEN: {claim.text}: {problem}")
    return not any(claim.problems for claim in claims)


def lines_of_failure(done: CompletedProcess[str]) -> list[str]:
    """Return what a program that failed said, its exit code last: one that fails in silence is no
    program that found nothing. Empty where it did not fail.
    """
    if not done.returncode:
        return []
    return [*done.stdout.splitlines(), *done.stderr.splitlines(), f"exit code {done.returncode}"]
