"""Rules about files that are not what their names say."""

from collections.abc import Iterator
from typing import ClassVar

from backstamp.core.fact import FactBook, Present
from backstamp.core.finding import Confidence, Finding, Rule, Severity

# Names that promise data, and the format that they promise.
_DATA_NAMES = {
    ".safetensors": "safetensors", ".gguf": "gguf", ".json": "text", ".jsonl": "text", ".txt": "text",
    ".md": "text",
    ".yaml": "text", ".yml": "text", ".csv": "text", ".jinja": "text", ".npy": "npy", ".onnx": "onnx",
    ".png": "png",
    ".jpg": "jpeg", ".jpeg": "jpeg", ".gif": "gif", ".wav": "wav", ".gitattributes": "text",
}  # fmt: skip
_ACTING = frozenset({"pickle", "sevenzip", "tar", "zip"})


class Disguise:
    """
    ## What it does
    Looks for pickles and archives under names that promise plain data: a ``.safetensors`` file that is a
    pickle, a ``.json`` file that is a zip.

    ## Why is this bad?
    The name makes people and tools trust the file, while a loader that goes by content runs it.

    ## What to do
    Do not load the file. Ask its maker what it is.
    """

    RULE: ClassVar = Rule(
        code="REP101",
        name="disguised-file",
        severity=Severity.HIGH,
        confidence=Confidence.HIGH,
        message="the file is named like {promised} but is {found}",
        maps=("CWE-434", "CWE-646", "AML.T0011.000"),
    )
    WANTS: ClassVar = (Present,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each file whose content can act and whose name promises data."""
        for present in facts.of(Present):
            kinds = frozenset(present.kinds)
            acting = kinds & _ACTING
            if not acting:
                continue
            name = present.place.path[-1].lower() if present.place.path else ""
            promised = next((f for end, f in _DATA_NAMES.items() if name.endswith(end)), "")
            if promised and promised not in kinds and not (promised == "onnx" and "zip" not in kinds):
                yield self.RULE.found(present, promised=promised, found=", ".join(sorted(acting)))


class MisnamedWeights:
    """
    ## What it does
    Looks for weights of one format under the name of another: GGUF in a ``.safetensors`` file.

    ## Why is this bad?
    Loaders and scanners that go by the name read the file wrongly, or not at all.

    ## What to do
    Ask the maker of the model, and load the file by what it is.
    """

    RULE: ClassVar = Rule(
        code="REP104",
        name="misnamed-weights",
        severity=Severity.MEDIUM,
        confidence=Confidence.HIGH,
        message="the file is named like {promised} but is {found}",
        maps=("CWE-646",),
    )
    WANTS: ClassVar = (Present,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each such file."""
        for present in facts.of(Present):
            name = present.place.path[-1].lower() if present.place.path else ""
            promised = next((f for end, f in _WEIGHT_NAMES if name.endswith(end)), "")
            other = frozenset(present.kinds) & _WEIGHTS
            if promised and other and promised not in present.kinds:
                yield self.RULE.found(present, promised=promised, found=", ".join(sorted(other)))


_WEIGHT_NAMES = ((".safetensors", "safetensors"), (".gguf", "gguf"))
_WEIGHTS = frozenset({"gguf", "hdf5", "npy", "onnx", "safetensors", "tflite"})

RULES: tuple[type, ...] = (Disguise, MisnamedWeights)
