"""The workers of a cohort: processes of this machine, those of a running Dask scheduler, or jobs of SLURM."""

from __future__ import annotations

import gc
import inspect
import json
import logging
import signal
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import resource_tracker
from pathlib import Path
from typing import TYPE_CHECKING, Any

from LVSegULib.errors import EngineError, InputError
from LVSegULib.shown import counted

if TYPE_CHECKING:
    from dask_jobqueue.slurm import SLURMCluster
    from distributed import Client

MEMORY_MB = 2000
"""Memory that a worker of this machine may use before it is started anew."""

CONNECT_SECONDS = 15

MEMORY_IS_KEPT = {"MALLOC_TRIM_THRESHOLD_": 1 << 27, "MALLOC_MMAP_THRESHOLD_": 1 << 22, "MALLOC_ARENA_MAX": 2}
"""What glibc keeps of the memory of images, bytes, and in how many places.

Dask has its workers give it back at once, so that every image asks for its pages anew, which is a third of the time.
"""

LEAN: dict[str, Any] = {
    "distributed.worker.profile.enabled": False,
    "distributed.worker.memory.monitor-interval": "500ms",
    "distributed.admin.system-monitor.interval": "10s",
    "distributed.admin.tick.interval": "500ms",
    "distributed.nanny.pre-spawn-environ": {"OMP_NUM_THREADS": 1, **MEMORY_IS_KEPT},
}
"""Dask's settings for workers. Its profile of what they do a hundred times a second takes 0.15 MB each second; looking
at itself as often as it does takes a tenth of two cores."""

PROLOGUE = (
    "export DASK_DISTRIBUTED__WORKER__PROFILE__ENABLED=False",
    f"export DASK_DISTRIBUTED__NANNY__PRE_SPAWN_ENVIRON='{json.dumps(MEMORY_IS_KEPT)}'",
)
"""What matters most of it, for workers that are started by a shell."""

ANY_FREE_PORT: dict[str, Any] = {"scheduler_options": {"dashboard_address": ":0"}}
"""Several people run clusters on one login node; Dask's usual port for its web page is taken then."""


@dataclass(frozen=True)
class Workers:
    """Who does the work; one of the last two may be given instead of processes of this machine.

    Attributes:
        count: processes of this machine, each with one thread.
        memory_mb: memory that each may use.
        scheduler: address of a running scheduler.
        slurm: YAML file with the settings of dask-jobqueue's SLURMCluster, and `jobs`, how many of them to ask for.
    """

    count: int = 1
    memory_mb: int = MEMORY_MB
    scheduler: str | None = None
    slurm: Path | None = None

    @property
    def are_ours(self) -> bool:
        """Whether they are processes of this machine, which end with the run."""
        return self.scheduler is None and self.slurm is None

    def __str__(self) -> str:
        """For people: who does the work."""
        if self.scheduler is not None:
            return f"the scheduler at {self.scheduler}"
        if self.slurm is not None:
            return f"SLURM as in {self.slurm}"
        return f"{counted(self.count, 'worker')} of this machine"


@contextmanager
def connected(workers: Workers) -> Iterator[Client]:
    """A client of the workers; those that were started for it are stopped at the end.

    Raises:
        EngineError: the scheduler does not answer, or dask-jobqueue is missing.
        InputError: the settings for SLURM cannot be read.
    """
    _hush()
    gc.collect()  # a client that found no scheduler, collected while a new one holds Dask's lock, waits for ever
    if workers.scheduler is not None:
        yield from _running(workers.scheduler)
    elif workers.slurm is not None:
        yield from _slurm(workers.slurm)
    else:
        yield from _local(workers)


def _local(workers: Workers) -> Iterator[Client]:
    import dask
    from distributed import Client, LocalCluster

    with dask.config.set(LEAN):  # to the end: for those that are started anew, too
        with interrupts_held():
            cluster = LocalCluster(
                n_workers=workers.count,
                threads_per_worker=1,
                processes=True,
                memory_limit=f"{workers.memory_mb} MB",
                dashboard_address="127.0.0.1:0",
                silence_logs=logging.CRITICAL,
            )
        with cluster, Client(cluster) as client:
            yield client


@contextmanager
def interrupts_held() -> Iterator[None]:
    """Keep Ctrl-C, which reaches every process of a terminal, from those that are begun here.

    That holds for processes that threads begun here start later, too. This process hears of it afterwards. Windows
    cannot hold it back.
    """
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    resource_tracker.ensure_running()  # its start, which comes with that of the first process, lets signals through
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _running(address: str) -> Iterator[Client]:
    from distributed import Client

    try:
        client = Client(address or "none given", timeout=CONNECT_SECONDS)  # Dask takes "" for a cluster of its own
    except (OSError, ValueError, TypeError) as error:
        raise EngineError(
            f"no Dask scheduler answers at {address}: start one with `dask scheduler`, or check the address"
        ) from error
    with client:
        yield client


def _slurm(path: Path) -> Iterator[Client]:
    from distributed import Client

    settings = read_slurm(path)
    try:
        from dask_jobqueue.slurm import SLURMCluster
    except ImportError as error:
        raise EngineError('SLURM needs dask-jobqueue, which is not installed: pip install "lvsegu[slurm]"') from error
    known = {name for each in (*SLURMCluster.__mro__, *SLURMCluster.job_cls.__mro__) for name in _arguments(each)}
    jobs = settings.pop("jobs")
    refusals: list[Exception] = []
    own = settings.get("job_script_prologue") or []
    prologue = [*PROLOGUE, *([own] if isinstance(own, str) else own)]
    if unknown := sorted(settings.keys() - known):
        raise InputError(f"{path}: dask-jobqueue's SLURMCluster does not know {', '.join(unknown)}: correct the names")
    try:
        cluster = SLURMCluster(
            **ANY_FREE_PORT | settings | {"job_script_prologue": prologue}, job_cls=_noting(refusals)
        )
    except (TypeError, ValueError, OSError) as error:
        raise InputError(f"{path}: SLURMCluster does not take this: {error}") from error
    with cluster, Client(cluster) as client:
        _ask_for_jobs(cluster, jobs, refusals)
        yield client


def _ask_for_jobs(cluster: SLURMCluster, jobs: int, refusals: list[Exception]) -> None:
    """Return once SLURM has taken them."""

    async def ask() -> None:
        cluster.scale(jobs=jobs)
        await cluster  # until all are submitted

    cluster.sync(ask)
    if not refusals:
        return
    first = refusals[0]
    if isinstance(first, FileNotFoundError):
        raise EngineError("there is no sbatch here: run this where jobs of SLURM are submitted") from first
    said = str(first).split("stderr:")[-1]  # of sbatch, last in dask-jobqueue's words
    raise EngineError(f"SLURM does not take the jobs: {' '.join(said.split())}") from first


def _noting(refusals: list[Exception]) -> Any:
    """A class of jobs that note in `refusals` why SLURM did not take them.

    Those of dask-jobqueue leave that to the log, and the run would wait for them for ever.
    """
    from dask_jobqueue.slurm import SLURMJob
    from distributed import Status

    class NotingJob(SLURMJob):
        async def start(self) -> None:
            try:
                await super().start()  # type: ignore[no-untyped-call]
            except (OSError, RuntimeError, ValueError) as error:
                refusals.append(error)
                self.status = Status.running  # so that the others are waited for

        async def close(self) -> None:
            await super().close()  # type: ignore[no-untyped-call]
            self.status = Status.closed  # Dask asks for it of every job that is still known, here by its noted error

    return NotingJob


def _arguments(kind: type) -> Iterable[str]:
    own = vars(kind).get("__init__")
    return inspect.signature(own).parameters if inspect.isfunction(own) else ()


def read_slurm(path: Path) -> dict[str, Any]:
    """The settings of a SLURM configuration; what each is called is documented by dask-jobqueue.

    Raises:
        InputError: no such file, no YAML, no settings, or `jobs`, `cores` or `memory` is missing.
    """
    import yaml

    try:
        settings = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        line = " ".join(str(error).split())
        raise InputError(f"{path}: cannot be read ({line}): docs/cohort.md has an example") from error
    missing = [
        name for name in ("jobs", "cores", "memory") if not isinstance(settings, Mapping) or name not in settings
    ]
    if missing:
        raise InputError(f"{path}: says nothing of {', '.join(missing)}: docs/cohort.md has an example")
    if not isinstance(settings["jobs"], int) or settings["jobs"] < 1:
        raise InputError(f"{path}: jobs must be a whole number from 1, got {settings['jobs']!r}")
    return dict(settings)


def _hush() -> None:
    """Dask logs every worker that comes or goes; what matters is said by who uses it."""
    import distributed  # sets the levels of its loggers, one by one

    own = [name for name in logging.root.manager.loggerDict if name.startswith(f"{distributed.__name__}.")]
    for name in (*own, "tornado"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
