"""Reads model cards: what people and tools write about a model in a README.

A README is a card if its front matter has fields of one, or its name or headings say so. That of a data
set or of a demo is for others; that of code states nothing but what it is about.
"""

from collections.abc import Iterator

from backstamp.core.blob import Blob
from backstamp.core.budget import Budget
from backstamp.core.reading import Statement, Unread
from backstamp.core.supply import Kind, Linked, Method, Part, Stated, Teller, Trait
from backstamp.core.tree import Tree
from backstamp.formats.card import MOST_CHARACTERS, Card, card_of
from backstamp.formats.cardtitles import Role, role_of
from backstamp.formats.yamltext import document_of
from backstamp.models.readers.card_front import BY, declared, eval_results
from backstamp.models.readers.card_prose import described, first_words

_CARDS = ("model_card.md", "model-card.md", "modelcard.md", "model_card.markdown", "model card.md")
_READMES = frozenset({"readme.md", "readme.markdown", "readme.mkd", "readme"})
_OF_DATA = frozenset({
    "dataset_info", "task_categories", "task_ids", "size_categories", "annotations_creators",
    "source_datasets",
    "language_creators", "paperswithcode_id", "multilinguality", "train-eval-index", "configs",
})  # fmt: skip
_OF_SITES = frozenset(
    {"layout", "permalink", "sidebar_position", "sidebar_label", "nav_order", "slug", "date"}
)
_OF_DEMOS = frozenset({"sdk", "sdk_version", "app_file", "app_port"})
_OF_MODELS = frozenset({
    "library_name", "pipeline_tag", "base_model", "base_model_relation", "model-index", "license", "tags",
    "datasets",
    "metrics", "language", "widget", "inference", "co2_eq_emissions", "model_name", "quantized_by",
    "model_creator",
    "license_name", "license_link", "new_version", "instance_prompt", "extra_gated_prompt",
})  # fmt: skip
# Headings that only cards of models have; two of them make one of a README without front matter.
_STRONG = frozenset({
    Role.USE, Role.MISUSE, Role.BIAS, Role.TRAINING_DATA, Role.SETTINGS, Role.DETAILS, Role.LIMITATION,
    Role.ENVIRONMENT, Role.TRAINING, Role.RISK,
})  # fmt: skip
_CERTAIN = (
    "model details",
    "model description",
    "intended use",
    "model parameters",
    "model summary",
    "model card",
    "model architecture",
)


class ModelCardReader:
    """States what a model card says: declared by its front matter, parsed out of its prose."""

    name = "model-card"
    version = 1
    kinds = frozenset({"text"})

    def read(self, blob: Blob, budget: Budget) -> Iterator[Statement]:
        """Yield statements about the model of the folder, its runs, and the data sets that are named."""
        name, path = blob.name.lower(), blob.path[0].replace("\\", "/").lower() if blob.path else ""
        is_card = name.endswith(_CARDS)
        if name == "eval_results.yaml" or (".eval_results/" in path and name.endswith((".yaml", ".yml"))):
            yield from eval_results(document_of(blob.view, budget), blob)
            return
        if not is_card and name not in _READMES:
            return
        if blob.size > MOST_CHARACTERS * 3:
            yield Unread(f"a card of {blob.size:,} bytes is too large to be read")
            return
        text = bytes(blob.view).decode("utf-8-sig", "replace")
        budget.spend_operations(len(text) // 8 + 1)
        if text.count("{%") > 3 and text.count("%}") > 3:
            return  # a template from which cards are made
        card = card_of(text, budget)
        front: Tree = card.front.tree if card.front and isinstance(card.front.tree, dict) else {}
        if _is_of_others(front) and not is_card:
            return
        if card.problem:
            yield Unread(f"model-card: {card.problem}")
        if (
            is_card
            or card.problem.startswith("front matter")
            or not _OF_MODELS.isdisjoint(front)
            or _is_headed(card)
        ):
            yield from _once(_all_of(card, blob, budget))
        elif len(blob.path) == 1 and "/" not in path and name != "readme":
            yield from _of_code(card, blob)


def _all_of(card: Card, blob: Blob, budget: Budget) -> Iterator[Statement]:
    if card.front is not None:
        yield from declared(card.front, blob)
    yield from described(card, blob, budget)


def _once(statements: Iterator[Statement]) -> Iterator[Statement]:
    """Cards repeat themselves: the same thing known in the same way is stated at its first place."""
    seen: set[tuple[object, ...]] = set()
    for statement in statements:
        match statement:
            case Stated():
                key: tuple[object, ...] = (
                    statement.part, statement.trait, statement.name, statement.scope, statement.value,
                        statement.method,
                )  # fmt: skip
            case Linked():
                key = (
                    statement.part, statement.relation, statement.target, statement.manner, statement.method,
                )  # fmt: skip
            case _:
                yield statement
                continue
        if key not in seen:
            seen.add(key)
            yield statement


def _is_of_others(front: Tree) -> bool:
    """Say whether front matter is that of a data set, a demo, or a page of a site."""
    if not _OF_DEMOS.isdisjoint(front) and "sdk" in front:
        return True
    if not _OF_SITES.isdisjoint(front) and not {
        "base_model",
        "library_name",
        "pipeline_tag",
        "model-index",
    } & set(front):
        return True
    return not _OF_DATA.isdisjoint(front) and not {"base_model", "library_name", "pipeline_tag"} & set(front)


def _is_headed(card: Card) -> bool:
    titles = {section.title.lower() for section in card.sections}
    strong = {role for title in titles if (role := role_of(title)) in _STRONG}
    certain = any(title.startswith(_CERTAIN) for title in titles)
    return (certain and len(strong) >= 2) or len(strong) >= 4


def _of_code(card: Card, blob: Blob) -> Iterator[Statement]:
    """The README of a repository of code: its first words say what it is."""
    found = first_words(card)
    if found is not None:
        tell = Teller(BY, Method.PARSED, 0.5)
        yield tell.says(blob.at_line(found[1]), Part(Kind.SYSTEM), Trait.DESCRIPTION, found[0])


READER = ModelCardReader()
