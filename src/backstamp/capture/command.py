"""Records a training that is a command: ``backstamp record -- python train.py ARGUMENTS``.

1. The command runs as it would without: same input, output, environment; its exit code is handed on.
2. Interrupts reach the command; the statement about it is written all the same.
3. Files that the command line names are recorded with their digests; folders only if asked for.
4. A statement that the program itself wrote meanwhile is taken into this one.
"""

import json
import os
import signal
import subprocess

import msgspec

from backstamp.capture import environment, files, sources
from backstamp.capture.run import Run
from backstamp.capture.settings import masked_arguments, plain
from backstamp.capture.statement import PREDICATE_TYPE, described
from backstamp.core.budget import MIB, Budget
from backstamp.core.errors import ReadError, UsageError
from backstamp.core.tree import Json, Tree, list_at, tree_at, trees_at

_CONFIGURATIONS = (".yaml", ".yml", ".json", ".toml", ".cfg", ".ini", ".conf", ".gin")
_CODE = (".py", ".sh", ".ipynb")
_OUTPUT_OPTIONS = (
    "output_dir",
    "output-dir",
    "out_dir",
    "out-dir",
    "save_dir",
    "save-dir",
    "default_root_dir",
)
_MOST_READ = 256 * 1024


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """What is recorded besides the command itself."""

    name: str = ""
    output: str = ""
    statement: str = ""
    datasets: tuple[str, ...] = ()
    models: tuple[str, ...] = ()


def record(arguments: tuple[str, ...], options: Options) -> tuple[int, str]:
    """Run a command and write the statement about it; give its exit code and the statement's path.

    Raises ``UsageError`` if the command cannot be started, and ``OSError`` if nothing can be written.
    """
    output = options.output or output_of(arguments)
    run = Run(name=options.name, output=output, statement=options.statement)
    run.record.intended["command"] = list[Json](masked_arguments(list(arguments)))
    _describe_files(run, arguments)
    for kind, paths in (("dataset", options.datasets), ("model", options.models)):
        for path in paths:
            run.add_input(path, kind=kind)
    python, libraries = environment.interpreter_of(arguments[0])
    before = _changed_at(run.path)
    code = _executed(arguments)
    run.describe_environment(libraries, python)
    if peak := sources.peak_memory(children=True):
        run.record.observed["peakMemoryBytes"] = peak
    if _changed_at(run.path) != before:
        _take_in(run, run.path)
    run.record.observed["exitCode"] = code
    outcome = "succeeded" if code == 0 else "interrupted" if code > 128 else "failed"
    return code, run.finish(outcome, f"exit code {code}" if code else "")


def output_of(arguments: tuple[str, ...]) -> str:
    """Find the folder that a training is told to write to, by the options that frameworks have for it."""
    for at, argument in enumerate(arguments):
        name, equals, value = argument.partition("=")
        if name.startswith("-") and name.lstrip("-").rpartition(".")[2] in _OUTPUT_OPTIONS:
            found = value if equals else arguments[at + 1] if at + 1 < len(arguments) else ""
            if found and not found.startswith("-"):
                return found
    return ""


def _executed(arguments: tuple[str, ...]) -> int:
    """Run the command and wait for it; requests to end are handed on to it, however early they come."""
    children: list[subprocess.Popen[bytes]] = []
    asked: list[int] = []

    def hand_on(number: int, _frame: object) -> None:
        asked.append(number)
        for child in children:
            if child.poll() is None:
                child.send_signal(number)

    def leave(_number: int, _frame: object) -> None:
        """A terminal interrupts the command, too: it need not be handed on."""

    previous = {
        signal.SIGINT: signal.signal(signal.SIGINT, leave),
        signal.SIGTERM: signal.signal(signal.SIGTERM, hand_on),
    }
    try:
        children.append(subprocess.Popen(arguments))  # noqa: S603  # the command that the user asks to run
        for number in asked:
            children[0].send_signal(number)
        code = children[0].wait()
    except (OSError, ValueError) as error:
        reason = (getattr(error, "strerror", None) or str(error)).lower()
        raise UsageError(
            f'cannot start "{arguments[0]}": {reason}', hint="Check the command behind the two dashes."
        ) from error
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
    return code if code >= 0 else 128 - code


def _describe_files(run: Run, arguments: tuple[str, ...]) -> None:
    """Record the files that the command line names: code, configurations and data by what they are."""
    configurations: Tree = {}
    seen: set[str] = set()
    for argument in arguments[1:]:
        path = argument.partition("=")[2] if argument.startswith("-") else argument
        path = path.removeprefix("@")
        if not path or path in seen or not os.path.isfile(path):
            continue
        seen.add(path)
        found = files.fingerprints_of(path)
        shown = files.shown_path(path)
        lowered = path.lower()
        kind = (
            "code"
            if lowered.endswith(_CODE)
            else "configuration"
            if lowered.endswith(_CONFIGURATIONS)
            else "dataset"
            if lowered.endswith((".csv", ".tsv", ".jsonl", ".parquet", ".arrow", ".txt"))
            else "input"
        )
        run.record.dependencies.extend(described(shown, each.sha256, kind, size=each.size) for each in found)
        content = _content(path) if kind == "configuration" else None
        if content is not None:
            configurations[shown] = content
    if configurations:
        run.record.intended["configurationFiles"] = configurations


def _content(path: str) -> Json:
    """Read a configuration as a tree, masked; what is no JSON, YAML or TOML has its digest only."""
    try:
        if os.path.getsize(path) > _MOST_READ:
            return None
        with open(path, "rb") as file:
            data = file.read(_MOST_READ)
        if path.lower().endswith(".toml"):
            import tomllib

            return plain(tomllib.loads(data.decode()))
        if path.lower().endswith((".yaml", ".yml", ".json")):
            from backstamp.formats.yamltext import document_of

            return plain(
                json.loads(data) if path.lower().endswith(".json") else document_of(data, Budget()).tree
            )
    except (OSError, ValueError, RecursionError, ReadError):
        return None
    return None


def _changed_at(path: str) -> int:
    try:
        return os.stat(path).st_mtime_ns
    except OSError:
        return 0


def _take_in(run: Run, path: str) -> None:
    """Take in what the program itself recorded: it saw more than its command line says."""
    try:
        if os.path.getsize(path) > 64 * MIB:
            return
        with open(path, "rb") as file:
            tree: Json = json.loads(file.read())
    except (OSError, ValueError, RecursionError):
        return
    if not isinstance(tree, dict) or tree.get("predicateType") != PREDICATE_TYPE:
        return
    definition = tree_at(tree, "predicate", "buildDefinition")
    run.record.intended = {**tree_at(definition, "externalParameters"), **run.record.intended}
    run.record.internal = {**tree_at(definition, "internalParameters"), **run.record.internal}
    run.record.observed = {**tree_at(tree, "predicate", "observed"), **run.record.observed}
    known = {json.dumps(each, sort_keys=True) for each in run.record.dependencies}
    for each in trees_at({"all": list_at(definition, "resolvedDependencies")}, "all"):
        if (
            json.dumps(each, sort_keys=True) not in known
            and tree_at(each, "annotations").get("kind") != "code"
        ):
            run.record.dependencies.append(each)
