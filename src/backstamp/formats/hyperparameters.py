"""Names of training settings: many tools, one name each, that of transformers' ``TrainingArguments``.

A name that is not known stays as it is written, in small letters with underscores.
"""

from functools import cache
from re import Pattern

from backstamp.core.placeholders import is_placeholder
from backstamp.core.supply import Scalar
from backstamp.formats.prose import number_of

_ALIASES = {
    "lr": "learning_rate",
    "peak_lr": "learning_rate",
    "max_lr": "learning_rate",
    "peak_learning_rate": "learning_rate",
    "base_learning_rate": "learning_rate",
    "micro_batch_size": "per_device_train_batch_size",
    "train_micro_batch_size_per_gpu": "per_device_train_batch_size",
    "batch_size_per_device": "per_device_train_batch_size",
    "global_batch_size": "total_train_batch_size",
    "effective_batch_size": "total_train_batch_size",
    "total_batch_size": "total_train_batch_size",
    "epochs": "num_train_epochs",
    "epoch": "num_train_epochs",
    "num_epochs": "num_train_epochs",
    "number_of_epochs": "num_train_epochs",
    "max_epochs": "num_train_epochs",
    "n_epochs": "num_train_epochs",
    "training_epochs": "num_train_epochs",
    "training_steps": "max_steps",
    "train_steps": "max_steps",
    "max_train_steps": "max_steps",
    "total_steps": "max_steps",
    "num_train_steps": "max_steps",
    "number_of_steps": "max_steps",
    "lr_scheduler": "lr_scheduler_type",
    "learning_rate_scheduler": "lr_scheduler_type",
    "lr_schedule": "lr_scheduler_type",
    "scheduler": "lr_scheduler_type",
    "lr_scheduler_warmup_steps": "warmup_steps",
    "lr_warmup_steps": "warmup_steps",
    "num_warmup_steps": "warmup_steps",
    "warm_up_steps": "warmup_steps",
    "lr_scheduler_warmup_ratio": "warmup_ratio",
    "sequence_len": "max_seq_length",
    "sequence_length": "max_seq_length",
    "seq_length": "max_seq_length",
    "seq_len": "max_seq_length",
    "max_length": "max_seq_length",
    "max_sequence_length": "max_seq_length",
    "cutoff_len": "max_seq_length",
    "context_length": "max_seq_length",
    "gradient_accumulation": "gradient_accumulation_steps",
    "grad_accum": "gradient_accumulation_steps",
    "mixed_precision_training": "precision",
    "mixed_precision": "precision",
    "training_regime": "precision",
    "train_precision": "precision",
    "optim": "optimizer",
    "optimiser": "optimizer",
    "lora_rank": "lora_r",
    "lora_target": "lora_target_modules",
    "r": "lora_r",
    "random_seed": "seed",
    "data_seed": "data_seed",
    "weight_decay_rate": "weight_decay",
    "clip_grad": "max_grad_norm",
    "gradient_clipping": "max_grad_norm",
    "gradient_clip_val": "max_grad_norm",
}


def canonical(name: str) -> str:
    """Give the one name of a setting."""
    bare = _between().sub("_", name.strip().lower().replace("\u2011", "-")).strip("_")
    return _ALIASES.get(bare, bare)


def value_of(text: str) -> Scalar | None:
    """Read the value of a setting as text writes it: a number, a truth value or words; ``None`` for none."""
    bare = text.strip().strip("`'\"").strip()
    if is_placeholder(bare):
        return None
    if bare in ("True", "true", "False", "false"):
        return bare.lower() == "true"
    number = number_of(bare)
    return bare[:300] if number is None else number


def is_name(text: str) -> bool:
    """Say whether a text looks like the name of a setting: an identifier or up to four words."""
    return _name().fullmatch(text) is not None


@cache
def _between() -> Pattern[str]:
    import re

    return re.compile(r"[\s\-./]+")


@cache
def _name() -> Pattern[str]:
    import re

    return re.compile(r"[A-Za-z][A-Za-z0-9_.\-]{0,50}(?: [A-Za-z(][A-Za-z0-9_.\-)]{0,20}){0,3}")
