"""Says what command lines use: model servers and their options, downloads, installations, containers.

Shared by scripts, container files, compose and Kubernetes files, workflows. A program that serves or fetches
models takes any name; another program's ``--model`` counts only with evidence (see ``naming``). What only
prints
or searches its words uses nothing.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise

import msgspec

from backstamp.core.blob import Blob
from backstamp.core.budget import Budget
from backstamp.core.errors import BudgetExceeded, ReadError
from backstamp.core.location import Location
from backstamp.core.reading import Statement
from backstamp.core.supply import Kind, Method, Part, Relation, Teller
from backstamp.formats.commandline import (
    Command,
    assignment,
    commands_of,
    expanded,
    without_keywords,
    words_of,
)
from backstamp.formats.requirements_txt import package_of
from backstamp.formats.usage.scan import uses_in
from backstamp.knowledge.providers import provider_in
from backstamp.software.readers.images import image_links, is_model_server
from backstamp.software.readers.naming import Name, named
from backstamp.software.readers.pins import pinned
from backstamp.software.readers.settings import role_of

# Programs that serve or convert models: positional arguments that name one, after a word of theirs.
_SERVERS: dict[str, tuple[str, ...]] = {
    "vllm": ("serve", "bench", "chat", "complete"), "text-generation-launcher": (),
    "text-embeddings-router": (),
    "llama-server": (), "llama-cli": (), "llama-embedding": (), "llama-run": ("",), "trtllm-serve": ("",
    "serve"),
    "trtllm-build": (), "trtllm-bench": (), "lmdeploy": ("api_server", "chat"), "aphrodite": ("run",),
    "mlx_lm.server": (), "mlx_lm.generate": (), "infinity_emb": (), "sglang": ("serve",), "optimum-cli": (),
    "ct2-transformers-converter": (), "llamafile": (), "tabby": (), "lightllm": (), "tgi": (),
    "sglang.launch_server": (),
    "vllm.entrypoints.openai.api_server": (), "vllm.entrypoints.api_server": (),
    "lightllm.server.api_server": (),
    "transformers.onnx": (), "fastchat.serve.model_worker": (), "fastchat.serve.vllm_worker": (),
    "llama_cpp.server": (),
    "optimum.exporters.onnx": (), "mlc_llm": ("serve", "chat"), "ramalama": ("run", "serve", "pull"),
    "transformers-cli": ("download",), "lm_eval": (), "lm-eval": (), "tritonserver": (),
    "text-generation-server": ("serve", "download-weights"), "xinference": (),
}  # fmt: skip
_OPTIONS = {
    "model": Kind.MODEL, "model-id": Kind.MODEL, "model-path": Kind.MODEL, "model-name-or-path": Kind.MODEL,
    "hf-repo": Kind.MODEL, "hfr": Kind.MODEL, "hf": Kind.MODEL, "m": Kind.MODEL, "hf-repo-draft": Kind.MODEL,
    "speculative-model": Kind.MODEL, "draft-model": Kind.MODEL, "model-dir": Kind.MODEL,
    "pretrained-model-name-or-path": Kind.MODEL,
    "speculative-draft-model-path": Kind.MODEL, "base-model": Kind.MODEL, "hf-model": Kind.MODEL,
    "mmproj": Kind.MODEL,
    "tokenizer": Kind.TOKENIZER, "tokenizer-path": Kind.TOKENIZER, "tokenizer-name": Kind.TOKENIZER,
    "lora": Kind.ADAPTER, "lora-adapters": Kind.ADAPTER, "adapter-path": Kind.ADAPTER,
    "lora-modules": Kind.ADAPTER,
    "lora-paths": Kind.ADAPTER, "adapter": Kind.ADAPTER, "dataset": Kind.DATASET,
    "dataset-name": Kind.DATASET,
    "chat-model": Kind.MODEL, "embedding-model": Kind.MODEL, "embed-model": Kind.MODEL,
    "reranker-model": Kind.MODEL,
    "judge-model": Kind.MODEL, "peft": Kind.ADAPTER, "pretrained": Kind.MODEL,
}  # fmt: skip
_SILENT = frozenset(
    "echo printf grep egrep rg sed awk cat rm mkdir cp mv test [ [[ ls find touch read trap true false cd "
    "chmod chown ln tail head tee wc sort diff jq yq apt apt-get apk yum dnf brew useradd kill "
    "pkill sleep set shift".split()
)
_WRAPPERS = frozenset(
    "sudo env nohup exec time command uv poetry pipx pdm hatch rye pixi xargs stdbuf numactl tini".split()
)
# Options that only programs of the hub's libraries have: a word without an organisation is a hub name there.
_OF_HUB = frozenset(
    ("model-name-or-path", "pretrained-model-name-or-path", "hf-model", "dataset-name", "tokenizer-name")
)
_FLAGS = frozenset(("-d", "-i", "-t", "-it", "-ti", "-dit", "-itd", "--rm", "--privileged", "--init",
    "--detach",
                    "--interactive", "--tty", "-P", "--read-only", "--no-healthcheck", "--quiet",
                    "-q"))  # fmt: skip
_MOST_DEPTH = 4
_MOST_TURNS = 64  # of a loop over words
_MOST_OPTIONS = 300  # words of a command among which the revision of a model is looked for


class Commands(msgspec.Struct, frozen=True):
    """Reads the command lines of one file. ``variables`` are known values; they grow as scripts assign."""

    blob: Blob
    by: str
    budget: Budget
    variables: dict[str, str]
    certainty: float = 1.0  # by which confidences are multiplied
    built: set[str] = set()  # images that the project makes itself

    def script(self, text: str, line: int = 1) -> Iterator[Statement]:
        """Yield what a script uses."""
        yield from self._block(iter(commands_of(text, self.budget, line)))

    def _block(self, commands: Iterator[Command]) -> Iterator[Statement]:
        """Commands one after another; a loop over known words is gone through once a word."""
        for command in commands:
            words = command.words
            if words[:1] != ("for",) or len(words) < 4 or words[2] != "in":
                yield from self.command(without_keywords(command), 0)
                continue
            body = list(_loop(commands))
            values = [each for word in words[3:] for each in words_of(word, self.variables, self.budget)]
            for value in values[:_MOST_TURNS] or [""]:
                self.variables.pop(words[1], None)
                if value:
                    self.variables[words[1]] = value
                self.budget.spend_operations(len(body) + 1)
                yield from self._block(iter(body))

    def words(
        self, words: Sequence[str], lines: Sequence[int], image: str = "", depth: int = 0
    ) -> Iterator[Statement]:
        """Yield what a list of arguments uses; those of a server's image may begin with options."""
        command = Command(tuple(words), tuple(lines))
        if image and is_model_server(image) and (not words or words[0].startswith("-") or len(words[0]) > 40):
            yield from self._options(command, 0, is_server=True, manner=image)
        elif words and words[0].startswith("-"):
            yield from self._options(command, 0, is_server=False, manner=image or "arguments")
        elif image and is_model_server(image) and "/" in words[0] and not words[0].startswith("/"):
            # The command of an image whose entry point takes the model as its first argument.
            yield from self._use(words[0], lines[0], Kind.MODEL, manner=image, is_for_it=True)
            yield from self._options(command, 1, is_server=True, manner=image)
        else:
            yield from self.command(command, depth)

    def environment(self, key: str, value: str, line: int) -> Iterator[Statement]:
        """Yield what a variable names, by its name and value."""
        value = expanded(value, self.variables) or ""
        role = role_of(key)
        if role is not None and value:
            is_for_it = key.upper() in ("MODEL_ID", "HF_MODEL_ID", "HF_MODEL", "MODEL_NAME_OR_PATH")
            provider = provider_in(key) or provider_in(self.variables.get("LLM_PROVIDER", ""))
            name = named(value, role, provider=provider, is_for_it=is_for_it and "/" in value)
            if name is not None:
                yield self._link(name, self.blob.at_line(line), key)

    def command(self, command: Command, depth: int) -> Iterator[Statement]:
        """Yield what one command uses."""
        at = 0
        words = command.words
        while at < len(words) and (pair := assignment(words[at])) is not None:
            value = expanded(pair[1], self.variables)
            if value is not None:
                self.variables[pair[0]] = value
            yield from self.environment(*pair, command.lines[at])
            at += 1
        if at >= len(words) or depth > _MOST_DEPTH:
            return
        program = words[at].rpartition("/")[2]
        rest = Command(words[at + 1 :], command.lines[at + 1 :])
        if program in ("export", "declare", "local", "readonly", "set"):
            yield from self.command(Command(tuple(w for w in rest.words if "=" in w), rest.lines), depth + 1)
        elif program in _WRAPPERS and (program != "uv" or rest.words[:1] in (("run",), ("tool",))):
            yield from self.command(_unwrapped(rest), depth + 1)
        elif program in ("bash", "sh", "zsh", "/bin/sh") and "-c" in _short(rest.words):
            yield from self._inner_script(rest, depth)
        elif program not in _SILENT:
            yield from self._program(program, rest, depth)

    def _inner_script(self, rest: Command, depth: int) -> Iterator[Statement]:
        at = next(
            (i for i, w in enumerate(rest.words) if w.startswith("-") and w.endswith("c")), len(rest.words)
        )
        if at + 1 < len(rest.words):
            for command in commands_of(rest.words[at + 1], self.budget, rest.lines[at + 1]):
                yield from self.command(without_keywords(command), depth + 1)

    def _program(self, program: str, rest: Command, depth: int) -> Iterator[Statement]:
        words = rest.words
        if program.startswith("python") or program in ("accelerate", "torchrun", "deepspeed"):
            yield from self._python(program, rest, depth)
        elif program in ("pip", "pip3", "uv", "pipenv"):
            yield from self._packages(program, rest)
        elif program == "ollama" and words[:1] and words[0] in ("run", "pull", "show", "cp"):
            yield from self._first(rest, 1, Kind.MODEL, "ollama " + words[0], provider="ollama")
        elif program in ("hf", "huggingface-cli") and words[:1] and words[0] in ("download", "snapshot"):
            yield from self._download(program, rest)
        elif program == "spacy" and words[:1] == ("download",):
            for word, line in zip(words[1:2], rest.lines[1:2], strict=True):
                value = expanded(word, self.variables) or ""
                if value.count("_") >= 2 and value.replace("_", "").isalnum():
                    part = Part(Kind.MODEL, "spacy:" + value[:100])
                    yield self._link(Name(part, "", 0.9), self.blob.at_line(line), "spacy download")
        elif program == "git" and words[:1] == ("clone",):
            yield from self._addresses(rest, "git clone")
        elif program in ("wget", "curl", "aria2c", "axel"):
            yield from self._addresses(rest, program)
        elif program in ("docker", "podman", "nerdctl"):
            yield from self._container(rest, depth)
        elif program in _SERVERS:
            yield from self._server(program, rest)
        else:
            yield from self._options(rest, 0, is_server=False, manner=program)

    def _python(self, program: str, rest: Command, depth: int) -> Iterator[Statement]:
        words = rest.words
        if program.startswith("python") and "-c" in words[:4]:
            at = words.index("-c") + 1
            if at < len(words):
                yield from self.code(words[at], rest.lines[at])
            return
        at = words.index("-m") + 1 if "-m" in words[:6] else len(words)
        if at < len(words):
            inner = Command(words[at:], rest.lines[at:])
            yield from self.command(inner, depth + 1)
        else:
            yield from self._options(rest, 0, is_server=False, manner=program)

    def _server(self, program: str, rest: Command) -> Iterator[Statement]:
        verbs = _SERVERS[program]
        for at, word in enumerate(rest.words):
            previous = rest.words[at - 1] if at else ""
            if verbs and not word.startswith("-") and word not in verbs and previous in verbs:
                yield from self._use(
                    word, rest.lines[at], Kind.MODEL, manner=program, is_for_it=True, rest=rest
                )
                break
        yield from self._options(rest, 0, is_server=True, manner=program)

    def _options(self, rest: Command, start: int, *, is_server: bool, manner: str) -> Iterator[Statement]:
        at = start
        while at < len(rest.words):
            word = rest.words[at]
            self.budget.spend_operations()
            key, found, value = word.partition("=")
            at += 1
            if not word.startswith("-") or (key in ("-m", "-hf", "-hfr") and not is_server):
                continue
            kind = _OPTIONS.get(key.lstrip("-").replace("_", "-")) or _OPTIONS.get(key.lstrip("-"))
            if kind is None and key.startswith("--"):
                kind = role_of(key)
            if key.lstrip("-").replace("_", "-") == "model-args":
                value = value if found else "".join(rest.words[at : at + 1])
                yield from self._model_args(value, rest.lines[at - 1])
                continue
            plain = key.lstrip("-").replace("_", "-")
            if kind is None or (plain == "model" and manner in ("lm_eval", "lm-eval")):
                continue
            line = rest.lines[at - 1]
            if not found and at < len(rest.words) and not rest.words[at].startswith("-"):
                value, line = rest.words[at], rest.lines[at]
                at += 1
            if "lora" in key and "=" in value:
                value = value.partition("=")[2]
            is_for_it = is_server or plain in _OF_HUB
            yield from self._use(value, line, kind, manner=manner, is_for_it=is_for_it, rest=rest)

    def _model_args(self, text: str, line: int) -> Iterator[Statement]:
        """``pretrained=org/name,revision=...`` of the evaluation harness."""
        pairs = dict(part.partition("=")[::2] for part in text.split(","))
        for key, kind in (("pretrained", Kind.MODEL), ("model", Kind.MODEL), ("peft", Kind.ADAPTER),
                          ("tokenizer", Kind.TOKENIZER)):  # fmt: skip
            if key in pairs:
                yield from self._use(
                    pairs[key],
                    line,
                    kind,
                    manner="lm_eval",
                    is_for_it=True,
                    revision=pairs.get("revision", ""),
                )

    def _use(
        self,
        text: str,
        line: int,
        kind: Kind,
        *,
        manner: str,
        is_for_it: bool,
        rest: Command | None = None,
        revision: str = "",
        provider: str = "",
    ) -> Iterator[Statement]:
        value = expanded(text, self.variables)
        if not value:
            return
        if not provider and value.count(":") == 1 and "/" in value and "://" not in value and is_for_it:
            value = value.partition(":")[0]  # a quantisation of llama.cpp: org/name:Q4_K_M
        name = named(value, kind, provider=provider, is_for_it=is_for_it)
        if name is None:
            return
        if rest is not None and not revision and kind is Kind.MODEL:
            revision = _option_value(rest, ("--revision", "--model-revision"), self.variables)
        if revision and not name.revision:
            name = msgspec.structs.replace(name, revision=revision)
        yield self._link(name, self.blob.at_line(line), manner)

    def _link(self, name: Name, place: Location, manner: str) -> Statement:
        tell = Teller(self.by, Method.DECLARED, round(name.confidence * self.certainty, 2))
        return tell.links(
            place,
            Part(Kind.SYSTEM),
            Relation.USES,
            name.part,
            manner=manner[:80],
            revision=name.revision[:100],
        )

    def _first(
        self, rest: Command, start: int, kind: Kind, manner: str, provider: str = ""
    ) -> Iterator[Statement]:
        for at in range(start, len(rest.words)):
            if not rest.words[at].startswith("-"):
                yield from self._use(
                    rest.words[at], rest.lines[at], kind, manner=manner, is_for_it=True, provider=provider
                )
                return

    def _download(self, program: str, rest: Command) -> Iterator[Statement]:
        kind = Kind.DATASET if _option_value(rest, ("--repo-type",), {}) == "dataset" else Kind.MODEL
        if _option_value(rest, ("--repo-type",), {}) == "space":
            return
        revision = _option_value(rest, ("--revision",), self.variables)
        valued = {
            "--repo-type",
            "--revision",
            "--local-dir",
            "--cache-dir",
            "--token",
            "--include",
            "--exclude",
        }
        for at in range(1, len(rest.words)):
            if not rest.words[at].startswith("-") and rest.words[at - 1] not in valued:
                yield from self._use(
                    rest.words[at], rest.lines[at], kind, manner=f"{program} download", is_for_it=True,
                    revision=revision,
                )  # fmt: skip
                return

    def _addresses(self, rest: Command, manner: str) -> Iterator[Statement]:
        for word, line in zip(rest.words, rest.lines, strict=True):
            value = expanded(word, self.variables) or ""
            scheme, found, tail = value.partition("://")
            if found and scheme in ("http", "https"):
                user, at, host = tail.partition("@")
                value = f"{scheme}://{host}" if at and "/" not in user else value
                name = named(value)
                if name is not None and name.part.key.startswith("huggingface:"):
                    yield self._link(name, self.blob.at_line(line), manner)

    def _packages(self, program: str, rest: Command) -> Iterator[Statement]:
        words = rest.words
        if "install" not in words[:3] and not (program == "uv" and words[:1] == ("add",)):
            return
        skip = False
        for word, line in zip(words, rest.lines, strict=True):
            self.budget.spend_operations()
            if skip or word.startswith("-"):
                skip = word in ("-r", "-c", "-i", "-f", "--index-url", "--extra-index-url", "--find-links",
                    "-t",
                                "--requirement", "--constraint", "--trusted-host", "--target",
                                "--python")  # fmt: skip
                continue
            value = expanded(word, self.variables)
            if value and word not in ("install", "pip", "add"):
                entry = package_of(value, line)
                if entry.requirement is not None and entry.requirement.name:
                    yield pinned(entry.requirement, self.blob.at_line(line), "command")

    def _container(self, rest: Command, depth: int) -> Iterator[Statement]:
        words = rest.words
        if words[:1] == ("model",) and words[1:2] in (("run",), ("pull",)):
            yield from self._first(rest, 2, Kind.MODEL, "docker model", provider="dockermodel")
            return
        if "build" in words[:2]:
            self.built.update(
                value.partition(":")[0] for key, value in pairwise(words) if key in ("-t", "--tag")
            )
        if words[:1] not in (("run",), ("pull",), ("create",)):
            return
        at = 1
        while at < len(words) and words[at].startswith("-"):
            key, found, value = words[at].partition("=")
            if key in ("-e", "--env"):
                pair = assignment(value) if found and key == "--env" else None
                if not found and at + 1 < len(words):
                    pair = assignment(words[at + 1])
                if pair is not None:
                    yield from self.environment(*pair, rest.lines[at])
            at += 1 if found or key in _FLAGS else 2
        if at < len(words):
            image = expanded(words[at], self.variables)
            if image and image.partition(":")[0] not in self.built:
                yield from image_links(image, self.blob.at_line(rest.lines[at]), self.by, "container")
            if image and words[at + 1 :]:
                yield from self.words(words[at + 1 :], rest.lines[at + 1 :], image, depth + 1)

    def code(self, text: str, line: int) -> Iterator[Statement]:
        """Python that a command line holds: what it uses, as in a module."""
        code = (expanded(text, self.variables) or text).replace("\0", "$")
        try:
            found = uses_in(code, self.budget)
        except BudgetExceeded:
            raise
        except ReadError:
            return
        for use in found.uses:
            tell = Teller(self.by, Method.DECLARED, round(use.how.confidence * self.certainty, 2))
            yield tell.links(
                self.blob.at_line(line + use.line - 1),
                use.owner or Part(Kind.SYSTEM),
                use.relation,
                use.part,
                manner=use.callee[:80],
                revision=use.revision[:100],
            )


def _loop(commands: Iterator[Command]) -> Iterator[Command]:
    """Take the commands up to the ``done`` of a loop that has begun."""
    depth = 1
    for command in commands:
        words = [w for w in command.words[:3] if w != "do"]
        if words[:1] and words[0] in ("for", "while", "until", "select"):
            depth += 1
        if words[:1] == ["done"]:
            depth -= 1
            if not depth:
                return
        at = 1 if command.words[0] == "do" and words[:1] == ["for"] else 0
        yield Command(command.words[at:], command.lines[at:])


def _short(words: Sequence[str]) -> list[str]:
    """Undo joined short options of a shell: ``-lc`` is ``-c`` as well."""
    return [
        "-c" if w.startswith("-") and not w.startswith("--") and w.endswith("c") else w for w in words[:4]
    ]


def _unwrapped(rest: Command) -> Command:
    """Cut the options and verbs of a program that runs another one."""
    at = 0
    while at < len(rest.words):
        word = rest.words[at]
        if word in ("-u", "--with", "--python", "-p", "--extra", "--group", "-n"):
            at += 2
        elif word.startswith("-") or word in ("run", "tool", "--"):
            at += 1
        else:
            break
    return Command(rest.words[at:], rest.lines[at:])


def _option_value(rest: Command, keys: tuple[str, ...], variables: dict[str, str]) -> str:
    for at, word in enumerate(rest.words[:_MOST_OPTIONS]):
        key, found, value = word.partition("=")
        if key in keys:
            value = value if found else "".join(rest.words[at + 1 : at + 2])
            return expanded(value, variables) or ""
    return ""
