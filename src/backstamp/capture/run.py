"""A training run, recorded by the program that trains: ``with backstamp.training_run(...) as run:``.

1. Recording never changes what the training does, and never makes it fail: what cannot be recorded is
   left out. A signal to end is the one exception: it ends the run by an exception, so that it is recorded.
2. The statement is written when the run ends, whole or not at all; a run that fails says so in it.
3. Outputs are the files of the output folder that are new or changed since the start.
"""

import contextlib
import os
import signal
import threading
import time
import uuid
import warnings
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

from backstamp import __version__
from backstamp.capture import environment, files, repository, sources
from backstamp.capture.seeding import set_seeds
from backstamp.capture.settings import plain, settings_of
from backstamp.capture.statement import FILE_NAME, Record, canonical, described, library, statement_of
from backstamp.core.tree import Json, Tree

_MOST_POINTS = 20_000
_TERMINATED = 128 + 15  # the exit code of a process that was asked to end


class Run:
    """What is recorded of a run while it goes on. ``training_run`` makes and ends it."""

    def __init__(
        self,
        *,
        name: str = "",
        config: object = None,
        output: str | os.PathLike[str] = "",
        statement: str | os.PathLike[str] = "",
        code: str | os.PathLike[str] = "",
    ) -> None:
        self.output = os.fspath(output)
        self.path = os.fspath(statement) or os.path.join(self.output or os.getcwd(), FILE_NAME)
        self.record = Record(
            invocation=str(uuid.uuid4()),
            started=_now(),
            intended={"name": name} if name else {},
            internal={},
            dependencies=[],
            byproducts=[],
            observed={},
            subjects=[],
        )
        self._begun = time.monotonic()
        self._before = dict(files.listed(self.output)) if self.output else {}
        self._points = 0
        self._describe_code(os.fspath(code) or os.getcwd())
        if config is not None:
            self.record.intended["configuration"] = settings_of(config)

    def log(self, step: int | None = None, **metrics: object) -> None:
        """Record metrics as they are measured: ``run.log(step=10, loss=0.3)``."""
        self.observe_metrics({key: plain(value) for key, value in metrics.items()}, step)

    def seed(self, value: int, *names: str) -> None:
        """Set the seeds of random, NumPy and PyTorch, as far as they are loaded, and record them."""
        seeds = self.record.internal.setdefault("seeds", {})
        if isinstance(seeds, dict):
            seeds.update(dict[str, Json](set_seeds(value, names)))

    def add_input(self, source: object, *, kind: str = "dataset", name: str = "") -> None:
        """Record something that the run reads: a file, a folder, a data set object, or a name on a hub."""
        self.record.dependencies.extend(sources.described_source(source, kind=kind, name=name))

    def observe(self, **values: object) -> None:
        """Record what was seen while the run went on: it is kept apart from what was configured."""
        self.record.observed.update({key: plain(value) for key, value in values.items()})

    def observe_settings(self, settings: Mapping[str, object]) -> None:
        """Record the settings that a framework resolved and really used."""
        held = self.record.observed.setdefault("settings", {})
        if isinstance(held, dict):
            held.update(settings_of(settings))

    def observe_metrics(self, metrics: Mapping[str, object], step: int | None = None) -> None:
        """Record metrics; the last value of each stands by itself, the course of them in a list."""
        numbers = {
            str(key)[:200]: value
            for key, value in ((k, plain(v)) for k, v in metrics.items())
            if isinstance(value, int | float) and not isinstance(value, bool)
        }
        if not numbers:
            return
        last = self.record.observed.setdefault("metrics", {})
        course = self.record.observed.setdefault("history", [])
        if isinstance(last, dict) and isinstance(course, list):
            last.update(numbers)
            self._points += 1
            if self._points <= _MOST_POINTS:
                point: Tree = {"step": step} if step is not None else {}
                course.append({**point, **numbers})

    def finish(self, outcome: str, reason: str = "") -> str:
        """End the recording and write the statement; give its path.

        Raises ``OSError`` if it cannot be written. Of many processes the first one writes.
        """
        record = self.record
        record.finished = _now()
        record.observed["outcome"] = outcome
        if os.environ.get("RANK", "0") not in ("", "0"):
            return ""
        if reason:
            record.observed["reason"] = str(plain(reason))[:500]
        record.observed["durationSeconds"] = round(time.monotonic() - self._begun, 3)
        record.dependencies = _distinct(record.dependencies)
        self._describe_outputs()
        if energy := sources.emissions_near(self.output or os.getcwd(), record.started):
            record.observed["energy"] = energy
        files.write_whole(self.path, canonical(statement_of(record, __version__)))
        return self.path

    def describe_environment(
        self, libraries: list[tuple[str, str]] | None = None, python: "Tree | None" = None
    ) -> None:
        """Record interpreter, libraries, machine and environment variables."""
        known = environment.libraries_here() if libraries is None else libraries
        record = self.record
        record.observed["python"] = environment.python_here() if python is None else python
        record.observed["hardware"] = environment.hardware()
        record.internal["environment"] = environment.variables_of(os.environ)
        if known:
            record.internal["environmentLock"] = {"sha256": environment.lock_digest(known)}
            record.dependencies.extend(library(name, version) for name, version in known)

    def _describe_code(self, folder: str) -> None:
        state = repository.state_of(folder)
        if state is None:
            return
        found: Tree = {
            "name": "code",
            "digest": {"gitCommit": state.commit},
            "annotations": {"kind": "code", "dirty": state.dirty, "untracked": state.untracked},
        }
        if state.remote:
            found["uri"] = state.remote
        self.record.dependencies.insert(0, found)

    def _describe_outputs(self) -> None:
        if not self.output or not os.path.isdir(self.output):
            return
        own = os.path.realpath(self.path)
        changed = [
            name
            for name, status in files.listed(self.output)
            if self._before.get(name) != status and os.path.realpath(os.path.join(self.output, name)) != own
        ]
        made = files.fingerprints_of(self.output, names=changed)
        self.record.subjects = [described(file.name, file.sha256, size=file.size) for file in made]
        if made:
            self.record.observed["outputDigest"] = {"sha256": files.tree_digest(made)}


@contextlib.contextmanager
def training_run(
    config: object = None,
    *,
    name: str = "",
    output: str | os.PathLike[str] = "",
    datasets: object = None,
    models: object = None,
    seeds: Mapping[str, int] | int | None = None,
    statement: str | os.PathLike[str] = "",
) -> Iterator[Run]:
    """Record a training run and write one statement about it when it ends.

    ``config`` is what was intended: a dictionary, dataclass, namespace or a framework's arguments.
    ``datasets`` and ``models`` are what it reads: paths, data set objects, hub names; one, some, or by name.
    ``seeds`` are recorded; one number is also set. What is new in the folder ``output`` when the run ends
    is what came out of it; the statement stands there as ``backstamp.training-run.json``.
    """
    run = Run(name=name, config=config, output=output, statement=statement)
    if isinstance(seeds, int):
        run.seed(seeds)
    elif seeds:
        run.record.internal["seeds"] = {str(key): int(value) for key, value in seeds.items()}
    for kind, given in (("dataset", datasets), ("model", models)):
        for label, source in sources.each(given):
            run.add_input(source, kind=kind, name=label)
    with _ended_by_signal():
        try:
            yield run
        except BaseException as error:
            _ended(run, _outcome(error), f"{type(error).__name__}: {error}")
            raise
        _ended(run, "succeeded", "")


def _outcome(error: BaseException) -> str:
    if isinstance(error, SystemExit):
        if error.code in (None, 0):
            return "succeeded"
        return "interrupted" if error.code == _TERMINATED else "failed"
    return "interrupted" if isinstance(error, KeyboardInterrupt) else "failed"


def _ended(run: Run, outcome: str, reason: str) -> None:
    """Write the statement; a run that trained well is not lost because it cannot be written."""
    try:
        run.describe_environment()
        if peak := sources.peak_memory(children=False):
            run.record.observed["peakMemoryBytes"] = peak
        run.finish(outcome, "" if outcome == "succeeded" else reason)
    except OSError as error:
        warnings.warn(f"backstamp: the statement was not written: {error}", RuntimeWarning, stacklevel=4)


@contextlib.contextmanager
def _ended_by_signal() -> Iterator[None]:
    """Turn the system's request to end into an exception, where nobody else listens to it."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.getsignal(signal.SIGTERM)
    if before is not signal.SIG_DFL:
        yield
        return

    def end(_number: int, _frame: object) -> None:
        raise SystemExit(_TERMINATED)

    signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _distinct(dependencies: list[Tree]) -> list[Tree]:
    """Leave out what is described twice: by its own name, and inside a folder."""
    found: dict[str, Tree] = {}
    for each in dependencies:
        key = f"{each.get('name')}\0{each.get('uri')}\0{each.get('digest')}"
        found.setdefault(key, each)
    return list(found.values())


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
