"""Rules about Keras configurations: what loading them would import, make and call."""

import sys
from collections.abc import Iterator
from typing import ClassVar

from backstamp.core.fact import FactBook
from backstamp.core.finding import Confidence, Finding, Rule, Severity
from backstamp.models.facts.keras import KerasObject
from backstamp.models.rules.onnx import leaves_folder

# fmt: off
_KERAS = frozenset({
    "keras", "tf_keras", "keras_core", "keras_nlp", "keras_hub", "keras_cv", "keras_tuner", "keras_rs",
    "keras_remote",
})
_TENSORFLOW = frozenset({
    "tensorflow", "tensorflow_probability", "tensorflow_addons", "tensorflow_hub", "tensorflow_text",
    "tensorflow_model_optimization", "tensorflow_recommenders", "tensorflow_decision_forests",
    "tensorflow_gnn", "tensorflow_ranking", "tensorflow_lattice", "tensorflow_transform",
    "tensorflow_privacy", "tf_agents", "tfimm",
})
_GONE = frozenset({
    "posix", "nt", "imp", "asyncore", "asynchat", "smtpd", "distutils", "commands", "pipes", "crypt",
    "telnetlib", "cgi", "nntplib", "lib2to3", "os2", "test", "idlelib", "pip", "setuptools",
    "pkg_resources",
})
_BUILTINS = frozenset({
    "eval", "exec", "compile", "__import__", "open", "getattr", "setattr", "delattr", "globals",
    "locals", "vars", "input", "breakpoint", "exit", "quit", "help", "memoryview", "__build_class__",
    "execfile", "print", "dir", "license", "credits", "copyright",
})
_PURE_PARTS = frozenset({
    "activations", "losses", "metrics", "initializers", "regularizers", "constraints", "optimizers",
    "ops", "layers", "random", "applications", "legacy", "quantizers", "distillation", "nn", "math",
    "engine", "mixed_precision", "backend", "dtype_policies", "policies", "schedules", "training",
    "api",
})
_GADGETS = frozenset({
    "get_file", "load_model", "load_weights", "model_from_json", "model_from_config", "model_from_yaml",
    "urlretrieve", "extract_archive", "extract_open_archive", "load_op_library", "load_library",
    "load_file_system_library", "py_function", "numpy_function", "py_func", "write_file", "read_file",
    "WriteFile", "ReadFile", "PyFunc", "EagerPyFunc", "MatchingFiles", "enable_unsafe_deserialization",
    "set_backend", "save_model", "save_weights", "img_to_array_from_file", "load_img", "save_img",
    "load_data", "pad_file", "run_module", "import_module", "deserialize_keras_object",
    "matching_files", "load_own_variables", "system", "popen", "run_command",
})
# fmt: on
_WRAPPERS = frozenset({"TFOpLambda", "SlicingOpLambda", "ClassMethod", "InstanceProperty", "InstanceMethod"})
_FILE_LAYERS = frozenset({"StringLookup", "IntegerLookup", "IndexLookup", "TextVectorization"})


class LambdaLayer:
    """## What it does

    Looks for `Lambda` layers and serialized lambda functions in a Keras configuration, wherever it lies:
    a `.keras` archive, an HDF5 file, a SavedModel's metadata, plain JSON.

    ## Why is this bad?
    The layer holds Python bytecode, which runs in the process that loads or calls the model. In HDF5 files
    safe mode is not asked (CVE-2024-3660, GHSA-36rr-ww3j-vrjv).

    ## What to do
    Do not load the model. Ask its maker to write the layer as a class of its own.
    """

    RULE: ClassVar = Rule(
        code="KER101",
        name="lambda-layer",
        severity=Severity.HIGH,
        confidence=Confidence.HIGH,
        message="loading the configuration brings in Python code through {class_name}{code}",
        maps=("CWE-502", "CVE-2024-3660", "AML.T0011.000", "LLM03:2025"),
    )
    WANTS: ClassVar = (KerasObject,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each such object."""
        for fact in facts.of(KerasObject):
            is_lambda = fact.class_name in {"Lambda", "__lambda__"} or fact.class_name.endswith(">Lambda")
            if is_lambda or fact.has_code or fact.registered_name.endswith(">Lambda"):
                code = " with bytecode" if fact.has_code else ""
                yield self.RULE.found(fact, class_name=fact.class_name, code=code)


class ForeignCallable:
    """## What it does

    Looks for objects of a Keras configuration that come from a module outside Keras and TensorFlow and are no
    registered class: modules of the standard library, functions, builtins such as `eval`.

    ## Why is this bad?
    Keras imports the module and calls what the configuration names (CVE-2025-1550), even in safe mode.

    ## What to do
    Do not load the model.
    """

    RULE: ClassVar = Rule(
        code="KER102",
        name="foreign-callable",
        severity=Severity.HIGH,
        confidence=Confidence.HIGH,
        message="loading the configuration imports {module} and takes {name} from it",
        maps=("CWE-94", "CVE-2025-1550", "AML.T0011.000", "LLM03:2025"),
    )
    WANTS: ClassVar = (KerasObject,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each such object."""
        for fact in facts.of(KerasObject):
            if _is_foreign(fact) and not _is_custom_class(fact):
                yield self.RULE.found(fact, module=fact.module, name=_name_of(fact))


class CustomClass:
    """## What it does

    Names classes of a Keras configuration that a package outside Keras and TensorFlow must supply.

    ## Why is this bad?
    Keras before 3.9 imports the module that the configuration names; whoever controls a module of that name
    runs code.

    ## What to do
    Find out where the class comes from. Load with an explicit `custom_objects`.
    """

    RULE: ClassVar = Rule(
        code="KER103",
        name="custom-class",
        severity=Severity.LOW,
        confidence=Confidence.MEDIUM,
        message="the model needs class {name} of {module}",
        maps=("CWE-829", "LLM03:2025"),
    )
    WANTS: ClassVar = (KerasObject,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each such class."""
        for fact in facts.of(KerasObject):
            if _is_foreign(fact) and _is_custom_class(fact):
                yield self.RULE.found(fact, module=fact.module, name=_name_of(fact))


class ModelLayer:
    """## What it does

    Looks for `TFSMLayer`.

    ## Why is this bad?
    The layer loads a TensorFlow SavedModel from a path that the configuration names, and runs its graph,
    in safe mode too (CVE-2026-1462).

    ## What to do
    Do not load the model; ask for one whose layers are its own.
    """

    RULE: ClassVar = Rule(
        code="KER104",
        name="model-layer",
        severity=Severity.HIGH,
        confidence=Confidence.HIGH,
        message="the layer TFSMLayer loads the SavedModel {path}",
        maps=("CWE-502", "CVE-2026-1462", "AML.T0011.000", "LLM03:2025"),
    )
    WANTS: ClassVar = (KerasObject,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each such layer."""
        for fact in facts.of(KerasObject):
            if fact.class_name.rpartition(">")[2] == "TFSMLayer":
                yield self.RULE.found(fact, path=next((v for _, v in fact.paths), "it names"))


class LibraryGadget:
    """## What it does

    Looks for functions of Keras or TensorFlow themselves that fetch, load, read or write files, where a
    configuration should name layers, losses or activations.

    ## Why is this bad?
    Keras trusts its own namespace: `keras.utils.get_file` downloads and unpacks what the configuration says.

    ## What to do
    Do not load the model.
    """

    RULE: ClassVar = Rule(
        code="KER105",
        name="library-gadget",
        severity=Severity.HIGH,
        confidence=Confidence.HIGH,
        message="loading the configuration takes the function {name} of {module}",
        maps=("CWE-94", "CVE-2025-1550", "CVE-2025-8747", "AML.T0011.000", "LLM03:2025"),
    )
    WANTS: ClassVar = (KerasObject,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each such function."""
        for fact in facts.of(KerasObject):
            if _is_gadget(fact):
                yield self.RULE.found(fact, module=fact.module or "Keras", name=_name_of(fact))


class VocabularyPath:
    """## What it does

    Looks for lookup layers whose vocabulary is not a list of words but a path or address.

    ## Why is this bad?
    Loading the model reads that file or fetches that address into the model, in safe mode too
    (CVE-2025-12058); its outputs give it away.

    ## What to do
    Do not load the model. Vocabularies belong into its assets.
    """

    RULE: ClassVar = Rule(
        code="KER106",
        name="vocabulary-path",
        severity=Severity.HIGH,
        confidence=Confidence.HIGH,
        message="{class_name} reads its vocabulary from {path}",
        maps=("CWE-22", "CWE-918", "CVE-2025-12058", "LLM03:2025"),
    )
    WANTS: ClassVar = (KerasObject,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each vocabulary outside the model."""
        for fact in facts.of(KerasObject):
            if fact.class_name.rpartition(">")[2] in _FILE_LAYERS:
                for key, path in fact.paths:
                    if key == "vocabulary" and leaves_folder(path):
                        yield self.RULE.found(fact, class_name=fact.class_name, path=path)


class RepeatedKey:
    """## What it does

    Looks for objects of a configuration in which a leading key (`class_name`, `module`, `config` ...)
    stands twice.

    ## Why is this bad?
    JSON parsers differ in which one they take: a scanner may be shown one class and Keras another.

    ## What to do
    Do not load the model; no writer of Keras makes such a file.
    """

    RULE: ClassVar = Rule(
        code="KER107",
        name="repeated-key",
        severity=Severity.MEDIUM,
        confidence=Confidence.HIGH,
        message="{class_name} has the key {keys} twice",
        maps=("CWE-436", "LLM03:2025"),
    )
    WANTS: ClassVar = (KerasObject,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each such object."""
        for fact in facts.of(KerasObject):
            if fact.repeated:
                yield self.RULE.found(fact, class_name=fact.class_name, keys=", ".join(fact.repeated))


RULES = (LambdaLayer, ForeignCallable, CustomClass, ModelLayer, LibraryGadget, VocabularyPath, RepeatedKey)


def _name_of(fact: KerasObject) -> str:
    return fact.function if fact.class_name in {"function", "builtin_function_or_method"} else fact.class_name


def _is_foreign(fact: KerasObject) -> bool:
    """It comes from a module which is neither Keras nor TensorFlow, or from a builtin that acts."""
    top = fact.module.partition(".")[0]
    if not top or top in _KERAS or top in _TENSORFLOW:
        return False
    if top in {"builtins", "__builtin__", "__builtins__"}:
        return _name_of(fact) in _BUILTINS or "." in fact.module
    if top == "numpy":
        return fact.class_name in {"function", "builtin_function_or_method"}
    return True


def _is_custom_class(fact: KerasObject) -> bool:
    """A class as an honest writer of a custom layer leaves it: registered, and not of Python's own."""
    top = fact.module.partition(".")[0]
    name = fact.class_name.rpartition(">")[2]
    if top in sys.stdlib_module_names and top != "__main__":
        return False
    if top in _GONE or not fact.registered_name or fact.class_name == "builtin_function_or_method":
        return False
    if fact.class_name == "function":
        return top == "__main__"
    return name[:1].isupper() and fact.registered_name.rpartition(">")[2] == name


def _is_gadget(fact: KerasObject) -> bool:
    """A function of Keras or TensorFlow that does more than compute."""
    name = _name_of(fact)
    last = name.rpartition(".")[2]
    if fact.class_name in _WRAPPERS:
        return fact.function.rpartition(".")[2] in _GADGETS or ".raw_ops." in f".{fact.function}"
    top, *parts = fact.module.split(".")
    if top in _KERAS or top in _TENSORFLOW:
        if last in _GADGETS:
            return True
        is_function = fact.class_name == "function" or name[:1].islower()
        return is_function and top in _KERAS and bool(parts) and _PURE_PARTS.isdisjoint(parts)
    return not top and fact.class_name in _GADGETS
