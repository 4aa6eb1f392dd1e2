"""Laws of the readers of cards, configurations and run records: any text gives statements, within budget."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backstamp.core.blob import Blob
from backstamp.core.budget import Budget, Limits
from backstamp.core.errors import ReadError
from backstamp.core.location import Line
from backstamp.core.placeholders import is_placeholder
from backstamp.core.supply import Linked, Stated
from backstamp.models.readers import dvc, lightning, mlflow, model_card, training_config, wandb
from kit.cards import card

RUN = "mlruns/1/0123456789abcdef0123456789abcdef"
NAMES = {
    "README.md": model_card,
    "eval_results.yaml": model_card,
    "train.yaml": training_config,
    "ds.json": training_config,
    "MLmodel": mlflow,
    f"{RUN}/meta.yaml": mlflow,
    f"{RUN}/params/lr": mlflow,
    "wandb/run-1/files/config.yaml": wandb,
    "wandb-metadata.json": wandb,
    "wandb-summary.json": wandb,
    "dvc.lock": dvc,
    "params.yaml": dvc,
    "hparams.yaml": lightning,
    "metrics.csv": lightning,
}
WORDS = (
    "---\n",
    "# ",
    "## Training\n",
    "## Intended use\n",
    "## Evaluation\n",
    "- ",
    "|a|b|\n|-|-|\n",
    "|",
    "**",
    "`",
    "```yaml\n",
    "[a](https://huggingface.co/a/b)",
    "learning rate of ",
    "2e-5",
    "batch size ",
    "1,024",
    " fine-tuned from ",
    "<!--",
    "-->",
    "<table><tr><td>",
    "license: ",
    "base_model: ",
    "datasets:\n",
    "  - path: ",
    "stages:\n",
    "a: &a [*a]\n",
    "{",
    "}",
    ":",
    "\n",
    "\n\n",
    "    ",
    "\u202e",
    "\x00",
    "TODO",
    "None",
    "8x A100 for 3 days. ",
    "epoch,step,loss\n1,2,3\n",
    "flavors:\n",
    "\\",
    "&#0;",
)
CARDS = [card(name) for name in ("trainer", "hub-template", "research", "sentence-transformers", "axolotl")]


@st.composite
def texts(draw):
    if draw(st.booleans()):
        return "".join(draw(st.lists(st.sampled_from(WORDS), max_size=60))).encode()
    data = bytearray(draw(st.sampled_from(CARDS)))
    for _ in range(draw(st.integers(1, 8))):
        at = draw(st.integers(0, len(data)))
        data[at : at + draw(st.integers(0, 40))] = draw(st.sampled_from(WORDS)).encode()
    return bytes(data)


@given(data=st.one_of(texts(), st.binary(max_size=200)), name=st.sampled_from(sorted(NAMES)))
@settings(max_examples=100, deadline=None)
def test_any_text_gives_statements_that_are_fit_to_be_written(data, name):
    budget = Budget(Limits(operations=2_000_000, facts=5_000))
    lines = data.count(b"\n") + data.count(b"\r") + 1
    try:
        for statement in NAMES[name].READER.read(Blob(data, path=(name,)), budget):
            if not isinstance(statement, Stated | Linked):
                continue
            assert 0 < statement.confidence <= 1
            if isinstance(statement.place.where, Line):
                assert 1 <= statement.place.where.line <= lines
            if isinstance(statement, Stated):
                assert len(str(statement.value)) <= 4000
                assert statement.trait == "framework" or not is_placeholder(str(statement.value))
                assert "\n" not in statement.name
                assert "\n" not in statement.scope
    except ReadError:
        pass


REPEATED = (
    "[",
    "[a](",
    "![a](",
    "<a ",
    "**a",
    "|",
    "`",
    "- a\n",
    ">",
    "<!-- a --> ",
    "<td>",
    "1,",
    "learning rate ",
    "fine-tuned of ",
)


@pytest.mark.parametrize("piece", REPEATED)
def test_a_hostile_card_costs_in_proportion_to_its_length(piece):
    # Patterns that go back over the text would take minutes on these.
    text = "---\nlicense: mit\n---\n# Owl\n\n## Training\n\n" + piece * (100_000 // len(piece))
    found = list(model_card.READER.read(Blob(text.encode(), path=("README.md",)), Budget()))
    assert [(f.trait, f.value) for f in found if isinstance(f, Stated)][:2] == [
        ("license", "mit"),
        ("name", "Owl"),
    ]


def test_a_huge_card_is_not_read_and_said_so():
    found = list(model_card.READER.read(Blob(b"a" * 6_000_001, path=("README.md",)), Budget()))
    assert [statement.reason for statement in found] == ["a card of 6,000,001 bytes is too large to be read"]
