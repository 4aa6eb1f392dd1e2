"""What is stated of cards that tools write."""

import pytest

from kit.cards import card
from kit.stock import said, ties

CASES = {
    "trainer": (
        [
            ("model:", "license", "", "apache-2.0"),
            ("model:", "framework", "transformers", ""),
            ("model:", "evaluation-note", "", "metrics: accuracy, f1"),
            ("model:", "tag", "", "generated_from_trainer"),
            ("model:", "name", "", "distilbert-film-reviews"),
            ("model:", "metric", "accuracy", 0.9302),
            ("model:", "metric", "f1", 0.9297),
            ("model:", "name", "", "distilbert-film-reviews"),
            ("model:", "metric", "loss", 0.2437),
            ("model:", "metric", "accuracy", 0.9302),
            ("model:", "metric", "f1", 0.9297),
            ("run:", "setting", "learning_rate", 5e-05),
            ("run:", "setting", "train_batch_size", 16),
            ("run:", "setting", "eval_batch_size", 32),
            ("run:", "seed", "", 42),
            ("run:", "setting", "gradient_accumulation_steps", 2),
            ("run:", "setting", "total_train_batch_size", 32),
            ("run:", "setting", "optimizer", "adamw_torch with betas=(0.9,0.999) and epsilon=1e-08"),
            ("run:", "setting", "lr_scheduler_type", "linear"),
            ("run:", "setting", "warmup_steps", 100),
            ("run:", "setting", "num_train_epochs", 2),
            ("run:", "setting", "precision", "Native AMP"),
            ("model:", "framework", "transformers", "4.44.2"),
            ("model:", "framework", "torch", "2.4.1+cu121"),
            ("model:", "framework", "datasets", "3.0.0"),
            ("model:", "framework", "tokenizers", "0.19.1"),
        ],
        [
            (
                "model:",
                "derived-from",
                "model:huggingface:distilbert/distilbert-base-uncased",
                "finetune",
                "",
            ),
            ("model:", "trained-on", "dataset:huggingface:imdb", "", ""),
            ("model:", "tested-on", "dataset:huggingface:imdb", "", ""),
            (
                "model:",
                "derived-from",
                "model:huggingface:distilbert/distilbert-base-uncased",
                "finetune",
                "",
            ),
            ("model:", "trained-on", "dataset:huggingface:imdb", "", ""),
            ("model:", "made-by", "run:", "", ""),
        ],
    ),
    "sentence-transformers": (
        [
            ("model:", "language", "", "en"),
            ("model:", "task", "", "sentence-similarity"),
            ("model:", "framework", "sentence-transformers", ""),
            ("model:", "tag", "", "sentence-transformers"),
            ("model:", "tag", "", "generated_from_trainer"),
            ("dataset:#training-data", "rows", "", 100000),
            ("run:", "setting", "loss", "MultipleNegativesRankingLoss"),
            ("model:", "name", "", "MPNet base trained on AllNLI triplets"),
            (
                "model:",
                "description",
                "",
                (
                    "This is a sentence-transformers model finetuned from microsoft/mpnet-base on the "
                    "all-nli dataset. It maps sentences & paragraphs to a 768-dimensional dense vector space."
                ),
            ),
            ("model:", "family", "", "Sentence Transformer"),
            ("model:", "dimension", "max_seq_length", 512),
            ("model:", "dimension", "embedding_dimension", 768),
            ("model:", "language", "", "en"),
            ("model:", "metric", "cosine_accuracy", 0.9012),
            (
                "model:",
                "training-note",
                "",
                (
                    "- Dataset: all-nli at d482672\n- Size: 100,000 training samples\n"
                    "- Columns: anchor , positive , and negative"
                ),
            ),
            (
                "dataset:huggingface:sentence-transformers/all-nli",
                "revision",
                "",
                "d482672c8e74ce18da116f430137434ba2e52fab",
            ),
            ("dataset:huggingface:sentence-transformers/all-nli", "rows", "", 100000),
            ("run:", "setting", "eval_strategy", "steps"),
            ("run:", "setting", "per_device_train_batch_size", 16),
            ("run:", "setting", "num_train_epochs", 1),
            ("run:", "setting", "warmup_ratio", 0.1),
            ("run:", "setting", "fp16", True),
            ("model:", "framework", "python", "3.11.9"),
            ("model:", "framework", "sentence-transformers", "3.0.1"),
            ("model:", "framework", "torch", "2.3.1+cu121"),
        ],
        [
            ("model:", "derived-from", "model:huggingface:microsoft/mpnet-base", "finetune", ""),
            ("model:", "trained-on", "dataset:huggingface:sentence-transformers/all-nli", "", ""),
            ("model:", "trained-on", "dataset:#training-data", "", ""),
            ("model:", "derived-from", "model:huggingface:microsoft/mpnet-base", "finetune", ""),
            (
                "model:",
                "derived-from",
                "model:huggingface:microsoft/mpnet-base",
                "",
                "6996ce1e91bd2a9c7d7f61daec37463394f73f09",
            ),
            ("model:", "trained-on", "dataset:huggingface:sentence-transformers/all-nli", "", ""),
            ("model:", "made-by", "run:", "", ""),
        ],
    ),
    "axolotl": (
        [
            ("model:", "framework", "peft", ""),
            ("model:", "tag", "", "axolotl"),
            ("model:", "tag", "", "generated_from_trainer"),
            (
                "model:",
                "description",
                "",
                (
                    "This model is a fine-tuned version of NousResearch/Meta-Llama-3.1-8B on the "
                    "tatsu-lab/alpaca dataset."
                ),
            ),
            ("run:", "framework", "axolotl", ""),
            ("run:", "setting", "load_in_8bit", True),
            ("run:", "setting", "max_seq_length", 4096),
            ("run:", "setting", "adapter", "lora"),
            ("run:", "setting", "lora_r", 32),
            ("run:", "setting", "lora_alpha", 16),
            ("run:", "setting", "lora_target_modules", "q_proj, v_proj"),
            ("run:", "setting", "per_device_train_batch_size", 2),
            ("run:", "setting", "num_train_epochs", 4),
            ("run:", "setting", "optimizer", "adamw_bnb_8bit"),
            ("run:", "setting", "lr_scheduler_type", "cosine"),
            ("run:", "setting", "learning_rate", 0.0002),
        ],
        [
            ("model:", "derived-from", "model:huggingface:NousResearch/Meta-Llama-3.1-8B", "adapter", ""),
            ("model:", "made-by", "run:", "", ""),
            ("run:", "consumed", "model:huggingface:NousResearch/Meta-Llama-3.1-8B", "", ""),
            ("model:", "derived-from", "model:huggingface:NousResearch/Meta-Llama-3.1-8B", "adapter", ""),
            ("run:", "consumed", "dataset:huggingface:tatsu-lab/alpaca", "", ""),
            ("model:", "trained-on", "dataset:huggingface:tatsu-lab/alpaca", "", ""),
        ],
    ),
    "mergekit": (
        [
            ("model:", "framework", "transformers", ""),
            ("model:", "tag", "", "mergekit"),
            ("model:", "tag", "", "merge"),
            ("model:", "name", "", "nimbus-cirrus"),
            (
                "model:",
                "description",
                "",
                "This is a merge of pre-trained language models created using mergekit.",
            ),
            ("model:", "training-note", "", "This model was merged using the linear merge method."),
            ("run:", "framework", "mergekit", ""),
            ("run:", "setting", "merge_method", "linear"),
            ("run:", "setting", "dtype", "bfloat16"),
            ("model:huggingface:fictional-lab/Nimbus-7B-Instruct", "weight", "", 0.6),
            ("model:huggingface:otherlab/Cirrus-7B-Story", "weight", "", 0.4),
        ],
        [
            ("model:", "derived-from", "model:huggingface:fictional-lab/Nimbus-7B-Instruct", "merge", ""),
            ("model:", "derived-from", "model:huggingface:otherlab/Cirrus-7B-Story", "merge", ""),
            ("model:", "derived-from", "model:huggingface:fictional-lab/Nimbus-7B-Instruct", "merge", ""),
            ("model:", "derived-from", "model:huggingface:otherlab/Cirrus-7B-Story", "merge", ""),
            ("model:", "made-by", "run:", "", ""),
            ("run:", "consumed", "model:huggingface:fictional-lab/Nimbus-7B-Instruct", "", ""),
            ("run:", "consumed", "model:huggingface:otherlab/Cirrus-7B-Story", "", ""),
        ],
    ),
    "gguf": (
        [
            ("model:", "license", "", "llama3.1"),
            ("model:", "license-name", "", "llama3.1"),
            ("model:", "license-url", "", "https://llama.meta.com/llama3_1/license/"),
            ("model:", "task", "", "text-generation"),
            ("model:", "tag", "", "gguf"),
            ("model:", "tag", "", "imatrix"),
            ("model:", "name", "", "Llamacpp imatrix Quantizations of Nimbus-7B-Instruct"),
            ("model:", "description", "", "All quants made using imatrix option with dataset from here"),
            ("model:", "author", "", "kestrel"),
        ],
        [
            ("model:", "derived-from", "model:huggingface:fictional-lab/Nimbus-7B-Instruct", "quantized", ""),
            ("model:", "derived-from", "model:huggingface:fictional-lab/Nimbus-7B-Instruct", "quantized", ""),
        ],
    ),
    "diffusion-lora": (
        [
            ("model:", "input", "instance_prompt", "a photo of TOK teapot"),
            ("model:", "license", "", "openrail++"),
            ("model:", "framework", "diffusers", ""),
            ("model:", "tag", "", "text-to-image"),
            ("model:", "tag", "", "diffusers"),
            ("model:", "tag", "", "lora"),
            ("model:", "tag", "", "stable-diffusion-xl"),
            ("model:", "name", "", "SDXL LoRA DreamBooth - ada/teapots"),
            (
                "model:",
                "description",
                "",
                "These are ada/teapots LoRA adaption weights for stabilityai/stable-diffusion-xl-base-1.0.",
            ),
            ("model:", "input", "trigger", "a photo of TOK teapot"),
        ],
        [
            (
                "model:",
                "derived-from",
                "model:huggingface:stabilityai/stable-diffusion-xl-base-1.0",
                "adapter",
                "",
            ),
        ],
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_states_what_a_card_says_and_nothing_else(name):
    found, expected = card(name), CASES[name]
    assert said(found, "README.md") == expected[0]
    assert ties(found, "README.md") == expected[1]
