"""Do the steps that are not up to date: several at once where they need nothing of each other, the others in order."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum

from LVSegULib.atomic import write_text
from LVSegULib.engines.workers import available_threads
from LVSegULib.errors import LVSegUError
from LVSegULib.rebuild.stamps import Stamps
from LVSegULib.rebuild.steps import Places, Step, needs
from LVSegULib.rebuild.work import PROGRAM, Work

SECONDS_BETWEEN_LOOKS = 0.1

LOCK, OTHERS = ".rebuild.lock", "another rebuild, or a step of one that was killed,"
"""What `LVSegULib.lock.locked` takes for the folder of the runs."""


class State(Enum):
    """How a step stands."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    UP_TO_DATE = "up to date"
    FAILED = "failed"
    LEFT_OUT = "left out"
    STOPPED = "stopped"


READY = (State.DONE, State.UP_TO_DATE)


@dataclass
class Progress:
    """A step as it is shown.

    Attributes:
        step: which.
        state: how it stands.
        seconds: how long it has been running, or took.
        note: the last line of its log while it runs; why it failed or was left out.
    """

    step: Step
    state: State = State.WAITING
    seconds: float = 0.0
    note: str = ""


class Rebuild:
    """Runs the steps of a plan."""

    def __init__(
        self,
        steps: Sequence[Step],
        places: Places,
        workers: int,
        lock: int,
        look: Callable[[Sequence[Progress]], None],
        program: Sequence[str] = PROGRAM,
        plan: Sequence[Step] = (),
    ) -> None:
        """Prepare to run; nothing is done yet.

        Args:
            steps: what is to be done.
            places: where everything is.
            workers: how many steps run side by side; the processor's threads are shared among them.
            lock: see `lock.locked`.
            look: shown all steps every tenth of a second.
            program: what runs a step's words.
            plan: all steps, where `steps` are some that are done with what others have left.

        Raises:
            UsageError: a step reads what no step writes.
        """
        self._all = {step.name: Progress(step) for step in steps}
        self._needs = {name: needed & self._all.keys() for name, needed in needs(plan or steps).items()}
        self._places, self._workers, self._lock, self._look, self._program = places, workers, lock, look, program
        self._stamps = Stamps(places)
        self._keys: dict[str, str] = {}
        self._works: list[Work] = []

    def run(self) -> list[Progress]:
        """Do everything that is not up to date; a step that fails keeps only those back that need it.

        What is at work when this is interrupted (KeyboardInterrupt) is stopped, and goes on the next time.
        """
        try:
            while True:
                while self._start_ready():
                    pass
                self._look(list(self._all.values()))
                if not self._works:
                    return list(self._all.values())
                time.sleep(SECONDS_BETWEEN_LOOKS)
                self._take_ended()
        except BaseException:
            self._stop()
            raise

    def _start_ready(self) -> bool:
        """Start what can be, and settle what is up to date or cannot be done; whether anything changed."""
        is_changed = False
        for progress in self._all.values():
            if progress.state is not State.WAITING:
                continue
            needed = [self._all[name] for name in self._needs[progress.step.name]]
            lost = [one for one in needed if one.state in (State.FAILED, State.LEFT_OUT)]
            if lost:
                progress.state, progress.note = State.LEFT_OUT, f"needs {lost[0].step.name}"
            elif all(one.state in READY for one in needed):
                self._begin(progress)
            is_changed |= progress.state is not State.WAITING
        return is_changed

    def _begin(self, progress: Progress) -> None:
        """Start a step if it is not up to date and there is room for it."""
        step = progress.step
        try:
            key = self._key(step)
            if self._is_up_to_date(step, key):
                progress.state = State.UP_TO_DATE
            elif self._has_room(step):
                threads = available_threads() if step.is_alone else max(1, available_threads() // self._workers)
                further = {"threads": threads, "lock": self._lock}
                self._works.append(Work(step, key, self._places, self._stamps, **further, program=self._program))
                progress.state = State.RUNNING
        except (LVSegUError, OSError) as error:
            progress.state, progress.note = State.FAILED, str(error)

    def _key(self, step: Step) -> str:
        """The step's key, once all that it reads is there."""
        if step.name not in self._keys:
            self._prepare(step)
            self._keys[step.name] = self._stamps.key(step)
        return self._keys[step.name]

    def _has_room(self, step: Step) -> bool:
        is_held = any(work.step.is_alone for work in self._works)
        return not self._works if step.is_alone else len(self._works) < self._workers and not is_held

    def _prepare(self, step: Step) -> None:
        if step.prepared is None:
            return
        write_text(self._places.path(step.prepared.word), step.prepared.text(self._places))

    def _is_up_to_date(self, step: Step, key: str) -> bool:
        stamp = self._stamps.read(step)
        has_all = all(self._places.path(word).exists() for word in step.products)
        return stamp is not None and stamp.is_done and stamp.key == key and has_all

    def _take_ended(self) -> None:
        for work in list(self._works):
            progress = self._all[work.step.name]
            progress.seconds, progress.note = work.seconds, work.last_line()
            reason = work.ended(self._places)
            if reason is not None:
                self._works.remove(work)
                progress.state, progress.note = (State.FAILED if reason else State.DONE), reason

    def _stop(self) -> None:
        for work in self._works:
            work.interrupt()
        for work in self._works:
            work.wait()
            self._all[work.step.name].state = State.STOPPED
        self._look(list(self._all.values()))
