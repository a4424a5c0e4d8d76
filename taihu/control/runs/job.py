"""Job: what can be run, by name; the doors hand the list of jobs to the loop, so that no room imports upwards."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from taihu.data.engines.stores import Stores


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a job says when it is through."""

    rows_in: int | None = None
    rows_out: int | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Task:
    """What a job is given. `run` stays the same over attempts: be idempotent by it.

    `beat` keeps the lease, notes how far the job has come, and raises LeaseLost where another worker
    has taken over: call it between steps, and before each commit.
    """

    run: str
    attempt: int
    args: Mapping[str, str]
    stores: Stores
    clock: Callable[[], datetime.datetime]
    beat: Callable[[int | None, int | None], None]


Call = Callable[[Task], Outcome]


@dataclass(frozen=True, slots=True)
class Job:
    """A name, a title for people, the callable, and how long and how often it may try."""

    name: str
    title: str
    call: Call
    attempts: int = 3
    lease_seconds: int = 120
    limit_seconds: int = 4 * 3600
    waits: tuple[int, ...] = field(default=(10, 60, 300))

    def wait_seconds(self, attempt: int) -> int:
        """How long to wait after the attempt of that number failed."""
        return self.waits[min(attempt, len(self.waits)) - 1] if self.waits else 0


def by_name(*jobs: Job) -> dict[str, Job]:
    """The jobs by name; refuses two of one name."""
    found: dict[str, Job] = {}
    for job in jobs:
        if job.name in found:
            raise ValueError(f"two jobs are called {job.name!r}")
        found[job.name] = job
    return found
