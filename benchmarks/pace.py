"""How quick the machine is at the moment: figures of one day can then be held against another's.

    python -m benchmarks.pace

Median of five runs of fixed work on one core. CPU seconds say how quick the processor is (others on
the same host slow it down too), wall seconds beside them how much of it we were given.
"""

import hashlib
import json
import os
import statistics
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

RUNS = 5
STEPS = 2_000_000
HASHED_BYTES = 64_000_000
SIDE = 900


@dataclass(frozen=True, slots=True)
class Pace:
    """CPU and wall seconds of each work, and what else the machine did (load of a minute)."""

    cpu: dict[str, float]
    wall: dict[str, float]
    load: float
    cores: int
    processor: str

    def __str__(self) -> str:
        times = ((name, cpu, self.wall[name]) for name, cpu in self.cpu.items())
        works = ", ".join(f"{name} {cpu:.2f} ({wall:.2f})" for name, cpu, wall in times)
        cores = f"{self.cores} cores of {self.processor}, load {self.load:.1f}"
        return f"{cores}; CPU seconds (and wall) of fixed work: {works}"


def add_numbers() -> None:
    total = 0
    for number in range(STEPS):
        total += number % 7


def write_json() -> None:
    rows = [{"paper": n, "title": f"Title {n}", "score": n / 7} for n in range(40_000)]
    json.loads(json.dumps(rows))


def hash_bytes() -> None:
    hashlib.sha256(bytes(HASHED_BYTES)).digest()


def multiply() -> None:
    matrix = np.ones((SIDE, SIDE), np.float32)
    for _time in range(4):
        matrix @ matrix


WORKS: dict[str, Callable[[], None]] = {
    "Python": add_numbers,
    "JSON": write_json,
    "SHA-256": hash_bytes,
    "product of matrices": multiply,
}


def measure(names: Iterable[str] = WORKS) -> Pace:
    """Do the works of these names, all unless said otherwise."""
    cpu, wall = {}, {}
    for name in names:
        found = [_measure_once(WORKS[name]) for _run in range(RUNS)]
        cpu[name] = statistics.median(used for used, _took in found)
        wall[name] = statistics.median(took for _used, took in found)
    return Pace(cpu, wall, os.getloadavg()[0], os.cpu_count() or 1, _processor())


def _measure_once(work: Callable[[], None]) -> tuple[float, float]:
    used, began = time.process_time(), time.perf_counter()
    work()
    return time.process_time() - used, time.perf_counter() - began


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else "an unknown processor"


if __name__ == "__main__":
    print(measure())
