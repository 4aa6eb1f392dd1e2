"""How rules about Python source look at effects, and how they tell of them."""

from collections.abc import Callable, Iterator
from functools import cache
from re import Pattern

from backstamp.core.fact import FactBook
from backstamp.core.finding import Finding, Rule
from backstamp.formats.installers import without_installers
from backstamp.knowledge.commands import Command, kind_of
from backstamp.models.facts.python import PythonEffect

RUN_CODE = ("CWE-94", "AML.T0011.000", "AML.T0010", "LLM03:2025")
EXFILTRATE = ("CWE-200", "CWE-522", "AML.T0010", "LLM03:2025")
HIDE = ("CWE-506", "AML.T0010", "LLM03:2025")


def met(facts: FactBook, rule: Rule, holds: Callable[[PythonEffect], bool]) -> Iterator[Finding]:
    """Yield a finding for each effect for which a condition holds."""
    for effect in facts.of(PythonEffect):
        if holds(effect):
            yield rule.found(
                effect,
                evidence=evidence_of(effect),
                callee=effect.callee,
                text=effect.text[:100],
                when=WHEN[effect.when],
            )


WHEN = {
    "import": "on import",
    "load": "when an object is made, loaded or called",
    "main": "when run as a program",
    "latent": "when its function is called",
}


def evidence_of(effect: PythonEffect) -> tuple[str, ...]:
    """Tell an effect's circumstances in short lines."""
    lines = [f"{effect.callee}({effect.text})"]
    if effect.taint:
        lines.append("from: " + ", ".join(effect.taint))
    if effect.via:
        lines.append("by way of: " + " > ".join(effect.via))
    if effect.hidden:
        lines.append("reached by: " + ", ".join(effect.hidden))
    if effect.layers:
        lines.append(f"inside {effect.layers} layers of code in text")
    return tuple(lines)


def command_of(effect: PythonEffect) -> Command:
    """Judge the command that an effect starts."""
    return kind_of(without_installers(effect.text))


def runs_itself(effect: PythonEffect) -> bool:
    """Say whether an effect happens without anybody calling for it."""
    return effect.when in {"import", "load"}


def is_obscured(effect: PythonEffect) -> bool:
    """Say whether the callee was reached by a built or dug-out name."""
    return "built-name" in effect.hidden or "gadget" in effect.hidden


def is_dropped(effect: PythonEffect) -> bool:
    """Say whether an effect runs a file which the same code downloaded or decoded."""
    if "dropped" not in effect.taint or effect.action not in {"process", "code", "native"}:
        return False
    if effect.action != "process":
        return True
    first = effect.text.split(None, 1)[0].rsplit("/", 1)[-1] if effect.text else ""
    return first in {"sh", "bash", "python", "python3", "chmod", "start"} or command_of(effect) not in {
        Command.ASKING,
        Command.TOOL,
    }


def installs(effect: PythonEffect) -> bool:
    """Say whether an effect installs a package from an address other than the known hosts of packages."""
    if effect.action != "process" or "install" not in effect.text or command_of(effect) is not Command.TOOL:
        return False
    found = _installed_from().search(effect.text)
    return found is not None and not f".{found[1].lower()}".endswith(_PACKAGE_HOSTS)


_PACKAGE_HOSTS = tuple(
    "." + host
    for host in "pypi.org pypi.python.org files.pythonhosted.org pytorch.org nvidia.com nvidia.cn github.com "
    "githubusercontent.com gitlab.com bitbucket.org huggingface.co hf.co googleapis.com "
    " pyg.org dgl.ai tuna.tsinghua.edu.cn "
    "aliyun.com aliyuncs.com ustc.edu.cn douban.com tencent.com tencentyun.com "
    "baidu.com huaweicloud.com sjtu.edu.cn "
    "anaconda.org amazonaws.com modelscope.cn openmmlab.com intel.com amd.com jax.dev paddlepaddle.org.cn "
    "fbaipublicfiles.com".split()
)


@cache
def _installed_from() -> Pattern[str]:
    import re

    return re.compile(
        r"\binstall\b.{0,300}?(?:\s|=|\+|@ )https?://(?:[^\s/@]*@)?([\w.-]+)", re.IGNORECASE | re.DOTALL
    )


def is_left_to_callers(effect: PythonEffect) -> bool:
    """Say whether decoded code is what a caller or a file hands in, in a function that nothing here calls.

    Caches of byte code and little languages work so. What is decoded out of the source itself, or out of the
    network, is not meant; nor is what runs when the source is imported or a model loaded.
    """
    origins = set(effect.taint)
    if effect.action != "code" or not origins <= {"decoded", "built", "file", "parameter"}:
        return False
    if effect.when == "main":
        return origins == {"built"}
    return effect.when == "latent" and not effect.known and bool(origins & {"file", "parameter"})
