"""Rules about what the JSON files of model repositories make a loader import, fetch or trust.

1. Code that a configuration fetches from another repository is high; code that lies beside it is medium,
   since it runs only if the user says so, and is examined itself.
2. What a loader takes from a configuration without asking (a kernel to fetch, trust to grant, a library to
   import) is high.
3. Values that name what ships with the loaders are left alone.
"""

from collections.abc import Iterator
from typing import ClassVar

from backstamp.core.fact import FactBook
from backstamp.core.finding import Confidence, Finding, Rule, Severity
from backstamp.models.facts.repository import (
    AttentionSetting,
    ClassSetting,
    CodeReference,
    ModuleSetting,
    PipelineComponent,
    RepeatedKey,
    ShardIndex,
    TrustSetting,
)
from backstamp.models.rules.safetensors import is_path_out

# Implementations of attention that loaders carry.
_ATTENTION = frozenset({
    "eager", "sdpa", "flash_attention_2", "flash_attention_3", "flash_attention_4", "flex_attention",
    "sage_attention", "flash", "math", "triton", "torch", "auto", "xformers", "sdpa_paged", "eager_paged",
})  # fmt: skip
_MAINTAINED = "kernels-community/"
# Roots whose classes and functions act on the machine.
_ACTING = frozenset({
    "os", "sys", "subprocess", "builtins", "importlib", "runpy", "pty", "shutil", "ctypes", "socket",
    "pickle",
    "marshal", "code", "codeop", "timeit", "posix", "nt", "platform", "webbrowser", "pip", "commands",
    "multiprocessing",
    "asyncio", "urllib", "http", "requests", "tempfile", "pathlib", "io", "operator", "functools",
    "inspect", "types",
    "dill", "cloudpickle", "joblib", "__builtin__", "cProfile", "profile", "pdb", "bdb", "trace", "site",
    "signal",
    "threading", "pkgutil", "zipimport", "ensurepip", "venv", "xmlrpc", "ftplib", "telnetlib", "smtplib",
    "nturl2path",
})  # fmt: skip
# Libraries that a diffusers index may name, and the folders of its own pipelines.
_LIBRARIES = frozenset({
    "diffusers", "transformers", "onnxruntime", "optimum", "flax", "k_diffusion", "timm", "open_clip", "peft",
    "sentencepiece", "tokenizers", "nemo", "gguf", "bitsandbytes", "torchao", "quanto", "nunchaku",
})  # fmt: skip
_PIPELINES = (
    "alt_diffusion amused animatediff allegro aura_flow audioldm audioldm2 audio_diffusion"
    " blip_diffusion bria"
    " bria_fibo chroma chronoedit cogvideo cogview3 cogview4 consisid consistency_models controlnet"
    " controlnet_hunyuandit"
    " controlnet_sd3 controlnet_xs cosmos dance_diffusion ddim ddpm deepfloyd_if deprecated dit"
    " easyanimate flux flux2"
    " free_noise glm_image hidream_image hunyuan_image hunyuan_video hunyuandit hunyuan_video1_5"
    " i2vgen_xl kandinsky"
    " kandinsky2_2 kandinsky3 kandinsky5 kolors latent_consistency_models latent_diffusion latte ledits_pp"
    " latent_diffusion_uncond longcat_image ltx ltx2 lucy lumina lumina2 marigold mochi musicldm"
    " omnigen ovis_image pag"
    " paint_by_example pia pndm prx qwenimage repaint sana sana_video score_sde_ve"
    " semantic_stable_diffusion shap_e"
    " skyreels_v2 spectrogram_diffusion stable_audio stable_cascade stable_diffusion stable_diffusion_3"
    " stable_diffusion_attend_and_excite stable_diffusion_diffedit stable_diffusion_gligen"
    " stable_diffusion_k_diffusion stable_diffusion_ldm3d stable_diffusion_panorama stable_diffusion_safe"
    " stable_diffusion_sag stable_diffusion_xl stable_diffusion_xl_img2img stable_video_diffusion"
    " stochastic_karras_ve t2i_adapter text_to_video_synthesis unclip unidiffuser"
    " versatile_diffusion visualcloze"
    " vq_diffusion wan wuerstchen z_image"
)  # fmt: skip


class RemoteClass:
    """
    ## What it does
    Looks for classes that a configuration takes from a file of code in another repository
    (``other/repository--file.Class``).

    ## Why is this bad?
    The code is not part of what was examined, can change at any time, and runs when the model is loaded
    with remote code allowed.

    ## What to do
    Do not allow remote code for this model. Ask its maker to ship the code, or use a model without any.
    """

    RULE: ClassVar = Rule(
        code="CFG101",
        name="code-from-another-repository",
        severity=Severity.HIGH,
        confidence=Confidence.HIGH,
        message='"{key}" takes {target} from the repository "{repository}"',
        maps=("CWE-829", "AML.T0010", "AML.T0011", "LLM03:2025"),
    )
    WANTS: ClassVar = (CodeReference,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each reference to another repository."""
        for code in facts.of(CodeReference):
            if code.repository or _is_foreign(code):
                yield self.RULE.found(
                    code,
                    key=code.key,
                    target=code.target or code.role,
                    repository=code.repository or code.target,
                )


class LocalClass:
    """
    ## What it does
    Looks for classes that a configuration takes from a file of code beside it.

    ## Why is this bad?
    Loading the model needs remote code to be allowed, and then runs that file. The file is examined too, if
    it is there.

    ## What to do
    Read the code before you allow it, and pin the revision that you have read.
    """

    RULE: ClassVar = Rule(
        code="CFG102",
        name="code-beside-the-model",
        severity=Severity.MEDIUM,
        confidence=Confidence.HIGH,
        message='"{key}" makes the loader run {target}',
        maps=("CWE-829", "AML.T0010", "AML.T0011", "LLM03:2025"),
    )
    WANTS: ClassVar = (CodeReference,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each reference to a file of the same repository."""
        for code in facts.of(CodeReference):
            if not code.repository and not _is_foreign(code) and _names_class(code):
                yield self.RULE.found(code, key=code.key, target=code.target)


def _is_foreign(code: CodeReference) -> bool:
    """A pipeline by itself is a repository or an address; a path out of the folder is no class either."""
    if "://" in code.target or is_path_out(code.target):
        return True
    return code.key in ("custom_pipeline", "custom_generate") and "/" in code.target


def _names_class(code: CodeReference) -> bool:
    if code.key != "auto_map":
        return True
    module, dot, name = code.target.rpartition(".")
    return bool(dot and module) and name.isidentifier() and " " not in module


class GrantedTrust:
    """
    ## What it does
    Looks for ``trust_remote_code`` set to true in the configuration of a model, at any depth.

    ## Why is this bad?
    The user is meant to decide about it. Loaders which take it from the file run code of the repository
    without asking (CVE-2026-5241).

    ## What to do
    Remove the setting, and do not load the model with a version that obeys it.
    """

    RULE: ClassVar = Rule(
        code="CFG103",
        name="trust-granted-by-the-model",
        severity=Severity.HIGH,
        confidence=Confidence.HIGH,
        message="the configuration grants itself trust_remote_code ({value})",
        maps=("CWE-829", "CVE-2026-5241", "AML.T0011", "LLM03:2025"),
    )
    WANTS: ClassVar = (TrustSetting,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each setting in a model's own configuration."""
        for trust in facts.of(TrustSetting):
            if trust.document == "model":
                yield self.RULE.found(trust, value=trust.value)


class FetchedKernel:
    """
    ## What it does
    Looks for an attention implementation that is a repository to fetch a kernel from.

    ## Why is this bad?
    Loaders fetch and import the kernel while they build the model, even where remote code is not allowed
    (CVE-2026-4372).

    ## What to do
    Remove the setting, or choose the implementation yourself when you load the model.
    """

    RULE: ClassVar = Rule(
        code="CFG104",
        name="fetched-attention-kernel",
        severity=Severity.HIGH,
        confidence=Confidence.HIGH,
        message='"{key}" makes the loader fetch and run the kernel "{value}"',
        maps=("CWE-829", "CVE-2026-4372", "AML.T0010", "AML.T0011"),
    )
    WANTS: ClassVar = (AttentionSetting,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each choice that is not a bare name."""
        for choice in facts.of(AttentionSetting):
            value = choice.value.rpartition("|")[2].strip()
            if value not in _ATTENTION and not value.startswith(_MAINTAINED) and _is_reference(value):
                yield self.RULE.found(choice, key=choice.key, value=choice.value)


class MaintainedKernel:
    """
    ## What it does
    Looks for an attention implementation from the kernel collection that the loader's makers maintain.

    ## Why is this bad?
    It is fetched and run while the model is built, and was not examined.

    ## What to do
    Choose the implementation yourself when you load the model, and pin its revision.
    """

    RULE: ClassVar = Rule(
        code="CFG105",
        name="maintained-attention-kernel",
        severity=Severity.MEDIUM,
        confidence=Confidence.HIGH,
        message='"{key}" makes the loader fetch the kernel "{value}"',
        maps=("CWE-829", "AML.T0010"),
    )
    WANTS: ClassVar = (AttentionSetting,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each choice from that collection."""
        for choice in facts.of(AttentionSetting):
            if choice.value.rpartition("|")[2].strip().startswith(_MAINTAINED):
                yield self.RULE.found(choice, key=choice.key, value=choice.value)


def _is_reference(value: str) -> bool:
    return any(mark in value for mark in "/\\:@.") or "--" in value


class ForeignPipelinePart:
    """
    ## What it does
    Looks for parts of a diffusers pipeline whose library is neither the loader's own nor one of those it
    works with.

    ## Why is this bad?
    The loader imports the library, or a file of that name from the repository, to build the part.

    ## What to do
    Read that file, and load the pipeline only if you trust it.
    """

    RULE: ClassVar = Rule(
        code="CFG106",
        name="foreign-pipeline-part",
        severity=Severity.HIGH,
        confidence=Confidence.MEDIUM,
        message='the pipeline takes "{component}" from {library}.{class_name}',
        maps=("CWE-829", "AML.T0010", "AML.T0011"),
    )
    WANTS: ClassVar = (PipelineComponent,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each part from a library that is not known."""
        known = _LIBRARIES.union(_PIPELINES.split())
        for part in facts.of(PipelineComponent):
            root = part.library.partition(".")[0]
            is_known = root in known and part.component != "_class_name"
            if not is_known or not part.class_name.isidentifier() or part.class_name.startswith("__"):
                yield self.RULE.found(
                    part, component=part.component, library=part.library, class_name=part.class_name
                )


class PathAsClass:
    """
    ## What it does
    Looks for keys that hold a bare class name and hold a path, a repository or a dotted module instead.

    ## Why is this bad?
    Loaders which resolve such a name import code that the user did not choose.

    ## What to do
    Ask the maker of the model why the name is not that of a class of the library.
    """

    RULE: ClassVar = Rule(
        code="CFG107",
        name="path-as-class",
        severity=Severity.HIGH,
        confidence=Confidence.MEDIUM,
        message='"{key}" is no class name: "{value}"',
        maps=("CWE-829", "CWE-470", "AML.T0011"),
    )
    WANTS: ClassVar = (ClassSetting,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each value that leads elsewhere."""
        for setting in facts.of(ClassSetting):
            if is_elsewhere(setting.value):
                yield self.RULE.found(setting, key=setting.key, value=setting.value)


def is_elsewhere(value: str) -> bool:
    """Say whether a class name is a path, a repository, or a dotted name of a module that acts."""
    root, dot, _ = value.partition(".")
    return any(mark in value for mark in ("/", "\\", "--", "__", ":")) or bool(dot and root in _ACTING)


class ActingModule:
    """
    ## What it does
    Looks for module paths in configurations that a loader imports, and which belong to modules that start
    processes, open connections or run code, or lie in another repository.

    ## Why is this bad?
    The loader imports the module and calls what the configuration names.

    ## What to do
    Do not load the model.
    """

    RULE: ClassVar = Rule(
        code="CFG108",
        name="acting-module",
        severity=Severity.HIGH,
        confidence=Confidence.HIGH,
        message='"{key}" makes the loader import "{value}"',
        maps=("CWE-470", "CWE-829", "AML.T0011"),
    )
    WANTS: ClassVar = (ModuleSetting,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each module of these kinds."""
        for setting in facts.of(ModuleSetting):
            root = setting.value.partition(".")[0]
            if root in _ACTING or any(mark in setting.value for mark in ("--", "/", "\\", "://", "..")):
                yield self.RULE.found(setting, key=setting.key, value=setting.value)


_MODULES = frozenset({
    "sentence_transformers", "transformers", "diffusers", "peft", "timm", "torch", "pylate",
    "transformers_modules",
    "model2vec", "adapters", "unsloth", "open_clip", "setfit", "colbert", "accelerate", "bitsandbytes",
})  # fmt: skip


class UnknownModule:
    """
    ## What it does
    Looks for module paths in configurations that a loader imports, and which belong to no library that the
    loader works with.

    ## Why is this bad?
    The loader imports a file of the repository, or whatever is installed under that name.

    ## What to do
    Read that module before you load the model, and pin the revision that you have read.
    """

    RULE: ClassVar = Rule(
        code="CFG109",
        name="unknown-module",
        severity=Severity.MEDIUM,
        confidence=Confidence.MEDIUM,
        message='"{key}" makes the loader import "{value}"',
        maps=("CWE-829", "AML.T0011"),
    )
    WANTS: ClassVar = (ModuleSetting,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each module that is neither known nor acting."""
        for setting in facts.of(ModuleSetting):
            root = setting.value.partition(".")[0]
            is_odd = any(mark in setting.value for mark in ("--", "/", "\\", "://", ".."))
            if root not in _ACTING and not is_odd and root not in _MODULES and root != "__main__":
                yield self.RULE.found(setting, key=setting.key, value=setting.value)


class RepeatedDecision:
    """
    ## What it does
    Looks for keys that decide about code and stand twice in one object.

    ## Why is this bad?
    Readers disagree which value counts: one shows the harmless, another obeys the other.

    ## What to do
    Do not load the model; no tool writes such a file.
    """

    RULE: ClassVar = Rule(
        code="CFG110",
        name="repeated-decision",
        severity=Severity.MEDIUM,
        confidence=Confidence.HIGH,
        message='the key "{key}" stands twice in one object',
        maps=("CWE-436",),
    )
    WANTS: ClassVar = (RepeatedKey,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each such key."""
        for key in facts.of(RepeatedKey):
            yield self.RULE.found(key, key=key.key)


class ShardOutside:
    """
    ## What it does
    Looks for shards in an index of weights that are paths out of the folder, or addresses.

    ## Why is this bad?
    The loader opens files that the model has no business with, and what was examined is not what is loaded.

    ## What to do
    Do not load the model.
    """

    RULE: ClassVar = Rule(
        code="CFG111",
        name="shard-outside",
        severity=Severity.HIGH,
        confidence=Confidence.HIGH,
        message='the index takes weights from outside of the folder: "{shard}"',
        maps=("CWE-22", "AML.T0010"),
    )
    WANTS: ClassVar = (ShardIndex,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each index with such shards, at its first."""
        for index in facts.of(ShardIndex):
            outside = [s for s in index.shards if is_path_out(s) or "://" in s]
            if outside:
                yield self.RULE.found(index, evidence=tuple(outside[:5]), shard=outside[0])


RULES: tuple[type, ...] = (
    RemoteClass, LocalClass, GrantedTrust, FetchedKernel, MaintainedKernel, ForeignPipelinePart, PathAsClass,
    ActingModule, UnknownModule, RepeatedDecision, ShardOutside,
)  # fmt: skip
