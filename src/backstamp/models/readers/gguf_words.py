"""The words of GGUF: which key says what, and what its numbers stand for.

Sources: gguf 0.19 (``constants.py``), llama.cpp (``llama_ftype``).
"""

from backstamp.core.supply import Trait

GENERAL = {
    "general.name": Trait.NAME, "general.author": Trait.AUTHOR, "general.version": Trait.VERSION,
    "general.organization": Trait.PRODUCER, "general.description": Trait.DESCRIPTION,
    "general.license": Trait.LICENSE, "general.license.name": Trait.LICENSE_NAME,
    "general.license.link": Trait.LICENSE_URL, "general.architecture": Trait.FAMILY,
    "general.finetune": Trait.TAG, "general.size_label": Trait.TAG, "general.date": Trait.RELEASED,
}  # fmt: skip

LINKS = {
    "general.url": "website", "general.repo_url": "vcs", "general.source.url": "website",
    "general.source.repo_url": "vcs",
}  # fmt: skip

TOKENIZERS = {
    "llama": "SentencePiece BPE", "gpt2": "BPE", "bert": "WordPiece", "t5": "Unigram", "rwkv": "RWKV",
    "gemma4": "SentencePiece BPE", "plamo2": "PLaMo-2", "no_vocab": "no vocabulary",
}  # fmt: skip

# What most of the tensors are stored as, by number.
FILE_TYPES = {
    0: "F32", 1: "F16", 2: "Q4_0", 3: "Q4_1", 4: "Q4_1 (some F16)", 7: "Q8_0", 8: "Q5_0", 9: "Q5_1",
    10: "Q2_K",
    11: "Q3_K_S", 12: "Q3_K_M", 13: "Q3_K_L", 14: "Q4_K_S", 15: "Q4_K_M", 16: "Q5_K_S", 17: "Q5_K_M",
    18: "Q6_K", 19: "IQ2_XXS", 20: "IQ2_XS", 21: "Q2_K_S", 22: "IQ3_XS", 23: "IQ3_XXS", 24: "IQ1_S",
    25: "IQ4_NL",
    26: "IQ3_S", 27: "IQ3_M", 28: "IQ2_S", 29: "IQ2_M", 30: "IQ4_XS", 31: "IQ1_M", 32: "BF16",
    33: "Q4_0_4_4", 34: "Q4_0_4_8", 35: "Q4_0_8_8", 36: "TQ1_0", 37: "TQ2_0", 38: "MXFP4", 39: "NVFP4",
}  # fmt: skip
