"""What is stated of cards that people write."""

import pytest

from kit.cards import card
from kit.stock import said, ties

CASES = {
    "hub-template": (
        [
            (
                "model:",
                "description",
                "",
                "Sorts customer letters of a bicycle shop into eleven kinds, in Dutch and Norwegian.",
            ),
            ("model:", "producer", "", "Fietsen Data Team"),
            ("model:", "family", "", "Text classifier"),
            ("model:", "language", "", "Dutch"),
            ("model:", "language", "", "Norwegian"),
            ("model:", "license", "", "MIT"),
            ("model:", "link", "vcs", "https://github.com/fietsen/letters"),
            ("model:", "use", "", "Letters that arrive at the desk are put on the right pile."),
            ("model:", "misuse", "", "Judging the people who wrote the letters."),
            ("model:", "risk", "", "Letters in dialect are sorted worse. Sarcasm is not understood."),
            ("model:", "limitation", "", "Letters in dialect are sorted worse. Sarcasm is not understood."),
            ("model:", "bias", "", "Letters in dialect are sorted worse. Sarcasm is not understood."),
            ("model:", "preprocessing", "", "Addresses and names were replaced by marks."),
            ("model:", "metric", "Macro F1", 0.87),
            ("model:", "metric", "Accuracy", "91.5%"),
            ("hardware:name:A10G", "name", "", "A10G"),
            ("run:", "duration", "", 23400.0),
            ("run:", "provider", "", "AWS"),
            ("run:", "region", "", "eu-west-1"),
            ("run:", "emissions", "", 0.4),
            ("model:", "identifier", "arxiv", "2401.01234"),
            ("model:", "link", "paper", "https://arxiv.org/abs/2401.01234"),
            ("model:", "identifier", "doi", "10.1234/abc.567"),
            ("model:", "link", "paper", "https://doi.org/10.1234/abc.567"),
            ("run:", "setting", "precision", "bf16 mixed precision"),
        ],
        [
            ("model:", "derived-from", "model:huggingface:FacebookAI/xlm-roberta-base", "finetune", ""),
            ("run:", "ran-on", "hardware:name:A10G", "", ""),
            ("model:", "made-by", "run:", "", ""),
        ],
    ),
    "research": (
        [
            ("model:", "license", "", "cc-by-nc-4.0"),
            ("model:", "language", "", "en"),
            ("model:", "language", "", "no"),
            ("model:", "task", "", "feature-extraction"),
            ("model:", "identifier", "arxiv", "2310.06825"),
            ("model:", "link", "paper", "https://arxiv.org/abs/2310.06825"),
            ("model:", "tag", "", "protein"),
            ("model:", "name", "", "FoldWise-650M"),
            (
                "model:",
                "description",
                "",
                (
                    "FoldWise-650M reads protein sequences and gives a vector for each residue. It was "
                    "trained with masked language modelling on public sequences."
                ),
            ),
            ("model:", "approach", "", "self-supervised"),
            ("model:", "link", "paper", "https://arxiv.org/abs/2310.06825"),
            ("model:", "link", "vcs", "https://github.com/foldwise/foldwise"),
            ("model:", "link", "demo", "https://foldwise.example"),
            ("model:", "metric", "CASP14", 0.64),
            ("model:", "metric", "CAMEO", 0.75),
            ("model:", "metric", "ProteinGym", 0.44),
            ("model:", "metric", "Accuracy", 0.74),
            ("dataset:url:https://www.uniprot.org/uniref", "name", "", "UniRef50"),
            ("dataset:url:https://www.uniprot.org/uniref", "rows", "", 45000000),
            ("dataset:huggingface:bigbio/profet", "name", "", "bigbio/profet"),
            ("dataset:huggingface:bigbio/profet", "rows", "", 1200000),
            (
                "model:",
                "training-note",
                "",
                (
                    "We pre-trained the model for 500k steps with a global batch size of 2,048, a peak "
                    "learning rate of 4 x 10^-4 and 2,000 warmup steps on 64 NVIDIA A100 80GB GPUs for "
                    "14 days. We used AdamW as the optimizer and a cosine learning rate schedule."
                ),
            ),
            (
                "model:",
                "limitation",
                "",
                (
                    "- Sequences longer than 1,022 residues are cut.\n"
                    "- Disordered regions are poorly represented."
                ),
            ),
            ("model:", "identifier", "arxiv", "2310.06825"),
            ("run:", "setting", "learning_rate", 0.0004),
            ("run:", "setting", "total_train_batch_size", 2048),
            ("run:", "setting", "warmup_steps", 2000),
            ("run:", "setting", "max_steps", 500000),
            ("hardware:name:A100 80GB", "name", "", "A100 80GB"),
            ("hardware:name:A100 80GB", "setting", "count", 64),
            ("run:", "duration", "", 1209600.0),
            ("run:", "setting", "optimizer", "AdamW"),
            ("run:", "setting", "lr_scheduler_type", "cosine"),
        ],
        [
            ("model:", "trained-on", "dataset:url:https://www.uniprot.org/uniref", "", ""),
            ("model:", "trained-on", "dataset:huggingface:bigbio/profet", "", ""),
            ("run:", "ran-on", "hardware:name:A100 80GB", "", ""),
            ("model:", "made-by", "run:", "", ""),
        ],
    ),
    "spanish": (
        [
            ("model:", "license", "", "apache-2.0"),
            ("model:", "language", "", "es"),
            ("model:", "tag", "", "text-classification"),
            ("model:", "name", "", "Clasificador de reseñas"),
            (
                "model:",
                "description",
                "",
                (
                    "Este modelo es una versión afinada de dccuchile/bert-base-spanish-wwm-cased para "
                    "reseñas de restaurantes."
                ),
            ),
            ("model:", "producer", "", "Grupo Comida"),
            ("model:", "language", "", "español"),
            ("model:", "use", "", "Ordenar reseñas públicas por tono."),
            ("model:", "limitation", "", "No entiende la ironía."),
            ("dataset:url:https://example.org/resenas", "name", "", "ReseñasMX"),
            ("dataset:#training-data", "rows", "", 12000),
            (
                "model:",
                "training-note",
                "",
                "Se entrenó con AdamW, learning rate de 3e-5 y batch size de 32.",
            ),
            ("model:", "metric", "F1", 0.88),
            ("model:", "metric", "Exactitud", 0.9),
            ("run:", "setting", "learning_rate", 3e-05),
            ("run:", "setting", "batch_size", 32),
            ("run:", "setting", "optimizer", "AdamW"),
        ],
        [
            (
                "model:",
                "derived-from",
                "model:huggingface:dccuchile/bert-base-spanish-wwm-cased",
                "finetune",
                "",
            ),
            ("model:", "trained-on", "dataset:url:https://example.org/resenas", "", ""),
            ("model:", "trained-on", "dataset:#training-data", "", ""),
            ("model:", "made-by", "run:", "", ""),
        ],
    ),
    "plain-prose": (
        [
            ("model:", "name", "", "Pondlife"),
            (
                "model:",
                "description",
                "",
                "Pondlife tells frogs from toads by their calls, in recordings of up to ten seconds.",
            ),
            ("model:", "producer", "", "Marsh Lab"),
            ("model:", "license", "", "MIT"),
            ("model:", "license-url", "", "https://example.org/license"),
            ("model:", "released", "", "2024-07-23"),
            (
                "model:",
                "use",
                "",
                "Counting animals in protected ponds. It should not be used to find rare animals for trade.",
            ),
            ("model:", "misuse", "", "It should not be used to find rare animals for trade."),
            (
                "model:",
                "training-note",
                "",
                (
                    "Pondlife was fine-tuned from soundlab/hear-small on the PondCalls dataset. "
                    "Training took about 6 hours on two RTX 4090 GPUs, for 12 epochs with a batch size "
                    "of 64 and a learning rate of 1e-3. The second stage used a learning rate of 1e-4."
                ),
            ),
            ("dataset:name:PondCalls", "name", "", "PondCalls"),
            (
                "model:",
                "training-note",
                "",
                "For the last 2 epochs we trained with a learning rate of 0.00005 and random seed 7.",
            ),
            ("model:", "limitation", "", "Rain drowns the calls."),
            ("run:", "setting", "learning_rate", 0.001),
            ("run:", "setting", "batch_size", 64),
            ("run:", "setting", "num_train_epochs", 12),
            ("hardware:name:RTX 4090", "name", "", "RTX 4090"),
            ("hardware:name:RTX 4090", "setting", "count", 2),
            ("run:", "duration", "", 21600.0),
            ("run:", "setting", "learning_rate", 5e-05),
            ("run:", "setting", "num_train_epochs", 2),
            ("run:", "seed", "", 7),
        ],
        [
            ("model:", "derived-from", "model:huggingface:soundlab/hear-small", "finetune", ""),
            ("model:", "trained-on", "dataset:name:PondCalls", "", ""),
            ("run:", "ran-on", "hardware:name:RTX 4090", "", ""),
            ("model:", "made-by", "run:", "", ""),
        ],
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_states_what_a_card_says_and_nothing_else(name):
    found, expected = card(name), CASES[name]
    assert said(found, "README.md") == expected[0]
    assert ties(found, "README.md") == expected[1]


WORDS = {
    "a paragraph of settings": (
        (
            "## Training procedure\n\n"
            "The model was trained on 4 cloud TPUs in Pod configuration for one million steps.\n"
        ),
        [("setting", "max_steps", 1000000), ("setting", "count", 4)],
    ),
    "a table of data sets with their sum": (
        (
            "## Training data\n\n| Dataset | Paper | Number of training tuples |\n|-|-|-|\n"
            "| [Letters](https://x.example/l) titles | [paper](https://arxiv.org/abs/1) | 1,000 |\n"
            "| **Total** | | **1,000** |\n"
        ),
        [("rows", "", 1000), ("rows", "", 1000), ("link", "paper", "https://arxiv.org/abs/1")],
    ),
    "a table of labels": (
        "## Card\n\n| Feature | Description |\n|-|-|\n| **Name** | `en_birds` |\n| **Version** | `3.7.1` |\n",
        [("version", "", "3.7.1")],
    ),
    "a licence in a sentence": (
        "## License\n\nThe weights are released under the Apache 2.0 license.\n",
        [("license", "", "Apache 2.0")],
    ),
    "a licence by its name": (
        (
            "## Model details\n\n"
            "**License**: A custom licence, the Herd 3 Community License, see [here](https://h.example)\n"
        ),
        [("license", "", "Herd 3 Community License"), ("license-url", "", "https://h.example")],
    ),
    "a limit among the uses": (
        (
            "## Intended uses\n\nIt encodes sentences.\n\n"
            "By default, text longer than 256 word pieces is truncated.\n"
        ),
        [
            ("use", "", "It encodes sentences."),
            ("limitation", "", "By default, text longer than 256 word pieces is truncated."),
        ],
    ),
    "results of other models": (
        (
            "## Evaluation\n\n| Model | MMLU |\n|-|-|\n| Eagle | 70 |\n| Owl | 60 |\n\n"
            "| Benchmark | Eagle | Owl |\n|-|-|-|\n| X | 1 | 2 |\n"
        ),
        [],
    ),
    "code, comments and usage": (
        (
            "## Usage\n\nFor training use a learning rate of 1e-3.\n\n```\nbatch size of 8\n```\n"
            "<!-- trained for 3 epochs -->\n"
        ),
        [],
    ),
    "evaluation and inference": (
        "## Evaluation\n\nWe ran inference with a batch size of 8 on an A100.\n",
        [],
    ),
}
_COUNTED = {
    "setting",
    "rows",
    "link",
    "version",
    "license",
    "license-url",
    "use",
    "limitation",
    "metric",
    "seed",
}


@pytest.mark.parametrize("case", WORDS)
def test_reads_what_people_write(case):
    text, expected = WORDS[case]
    found = said(f"---\ntags: []\n---\n# Wren\n\n{text}".encode(), "README.md")
    assert sorted((t, n, v) for _, t, n, v in found if t in _COUNTED) == sorted(expected)
