"""Says what ``adapter_config.json`` of PEFT declares: the base, its revision, the shape of the adapter."""

from collections.abc import Iterator

from backstamp.core.blob import Blob
from backstamp.core.fact import Fact
from backstamp.core.supply import Kind, Method, Part, Relation, Teller, Trait, named_part
from backstamp.core.tree import Tree, escaped, text_at, tree_at
from backstamp.models.readers.stating import is_local, label_of, line_of, scalar_of

_BY = "adapter/1"
DECLARED = Teller(_BY, Method.DECLARED, 0.95)
ADAPTER = Part(Kind.ADAPTER)
_SAID = frozenset({
    "base_model_name_or_path", "revision", "peft_type", "task_type", "peft_version", "auto_mapping",
    "inference_mode",
    "base_model_class", "tokenizer_name_or_path", "parent_library", "transformers_version",
})  # fmt: skip
# The task types of PEFT, as the Hub calls them.
_TASKS = {
    "CAUSAL_LM": "text-generation", "SEQ_CLS": "text-classification", "TOKEN_CLS": "token-classification",
    "QUESTION_ANS": "question-answering", "SEQ_2_SEQ_LM": "text2text-generation",
    "FEATURE_EXTRACTION": "feature-extraction",
}  # fmt: skip


def adapter_told(tree: Tree, blob: Blob) -> Iterator[Fact]:
    """State an adapter: its method, its base, its numbers."""
    if "peft_type" not in tree and "base_model_name_or_path" not in tree:
        return
    if kind := line_of(text_at(tree, "peft_type")):
        yield DECLARED.says(blob.at_pointer("/peft_type"), ADAPTER, Trait.FAMILY, kind)
    yield DECLARED.says(
        blob.whole(), ADAPTER, Trait.FRAMEWORK, line_of(text_at(tree, "peft_version")), name="peft"
    )
    if task := line_of(text_at(tree, "task_type")):
        yield DECLARED.says(blob.at_pointer("/task_type"), ADAPTER, Trait.TASK, _TASKS.get(task, task))
    yield from _base(tree, blob)
    for key, value in tree.items():
        if key in _SAID or value is None or value is False or value in ([], {}, ""):
            continue
        shown = scalar_of(value, 1000)
        if shown is not None:
            place = blob.at_pointer(f"/{escaped(key)}")
            yield DECLARED.says(place, ADAPTER, Trait.SETTING, shown, name=label_of(key))
    if tree_at(tree, "auto_mapping"):
        library = line_of(text_at(tree, "auto_mapping", "parent_library"))
        place = blob.at_pointer("/auto_mapping")
        yield DECLARED.says(place, ADAPTER, Trait.FLAG, library or True, name="auto_mapping")


def _base(tree: Tree, blob: Blob) -> Iterator[Fact]:
    text = text_at(tree, "base_model_name_or_path").strip()
    place = blob.at_pointer("/base_model_name_or_path")
    if not line_of(text):
        return
    target = None if is_local(text) else named_part(Kind.MODEL, text)
    if target is None:
        # Where it lay is nobody's business; what the folder was called may still name the base.
        last = line_of(text.replace("\\", "/").rstrip("/").rsplit("/", 1)[-1])
        if last and len(last) > 3 and not last.startswith("checkpoint"):
            tell = Teller(_BY, Method.DERIVED, 0.5)
            guess = Part(Kind.MODEL, f"name:{last}")
            yield tell.links(place, ADAPTER, Relation.DERIVED_FROM, guess, manner="adapter")
        return
    revision = line_of(text_at(tree, "revision"))
    yield DECLARED.links(place, ADAPTER, Relation.DERIVED_FROM, target, manner="adapter", revision=revision)
