"""Which keys of a model's configuration are numbers of its architecture, and what class names tell.

Source: the configuration classes of transformers 4 and 5; the original configurations of Llama and Mistral.
"""

_NUMBERS = frozenset({
    "dim", "d_model", "d_ff", "d_kv", "d_state", "d_conv", "d_inner", "expand", "ffn_dim", "hidden_dim",
    "head_dim",
    "multiple_of", "norm_eps", "rope_theta", "rotary_pct", "rotary_dim", "partial_rotary_factor",
    "sliding_window",
    "patch_size", "image_size", "num_channels", "vocab_size", "max_seq_len", "max_seq_length",
    "seq_length", "n_ctx",
    "n_embd", "n_head", "n_layer", "n_positions", "n_inner", "model_max_length", "sampling_rate",
    "kv_lora_rank",
    "q_lora_rank", "time_step_rank", "depth", "embed_dim", "mlp_ratio", "num_mel_bins",
    "max_source_positions",
    "max_target_positions", "first_k_dense_replace", "moe_layer_freq", "n_routed_experts", "n_shared_experts",
    "routed_scaling_factor", "window", "context_length", "type_vocab_size", "layer_norm_eps", "rms_norm_eps",
    "layer_norm_epsilon", "norm_epsilon", "ffn_dim_multiplier", "bottleneck_size", "attention_window",
    "codebook_size",
    "compression_ratio", "projection_dim", "width", "layers", "heads", "n_mels", "n_fft", "hop_length",
    "out_features", "in_features", "num_classes", "n_classes", "sample_size", "in_channels", "out_channels",
    "cross_attention_dim", "attention_head_dim", "latent_channels", "block_size", "embedding_size",
})  # fmt: skip
_ENDS = (
    "_size", "_dim", "_dims", "_layers", "_heads", "_length", "_positions", "_embeddings", "_channels",
    "_experts",
    "_rank", "_factor", "_stride", "_kernel", "_groups", "_blocks", "_width", "_depth", "_buckets",
    "_features",
    "_codebooks", "_ratio", "_frames", "_experts_per_tok", "_queries", "_tokens", "_rate", "_theta", "_ffn",
)  # fmt: skip
_STARTS = ("num_", "n_", "max_position", "hidden_size", "conv_")
# Counts and lengths which only say how text is made with a model, or how it was run.
_NONE = frozenset({
    "num_beams", "num_beam_groups", "num_return_sequences", "max_length", "min_length",
    "no_repeat_ngram_size",
    "encoder_no_repeat_ngram_size", "chunk_size_feed_forward", "num_gpus", "num_workers", "n_gpu",
    "length_penalty",
    "num_labels", "batch_size", "pretraining_tp", "ensemble_size", "max_new_tokens", "initializer_factor",
})  # fmt: skip
_WORDS = frozenset({
    "hidden_act", "hidden_activation", "activation_function", "activation", "position_embedding_type",
    "norm_type",
    "torch_dtype", "dtype", "attention_type", "feed_forward_proj", "attn_type", "projection_hidden_act",
})  # fmt: skip
_SETTINGS = (
    "dropout", "initializer_range", "init_std", "label_smoothing", "learning_rate", "lr_decay",
    "weight_decay",
    "adam_b1", "adam_b2", "warmup", "droppath", "drop_path_rate", "layerdrop",
)  # fmt: skip
_SIGNS = frozenset({
    "model_type", "architectures", "transformers_version", "auto_map", "quantization_config", "torch_dtype",
    "_name_or_path", "transformers_weights", "id2label", "hidden_size", "num_hidden_layers",
    "num_attention_heads",
    "is_encoder_decoder", "text_config", "vision_config",
})  # fmt: skip
_ENOUGH = 2

# The end of a class name, and the task that such a head is made for.
TASKS = {
    "ForCausalLM": "text-generation", "LMHeadModel": "text-generation", "ForMaskedLM": "fill-mask",
    "ForSequenceClassification": "text-classification", "ForTokenClassification": "token-classification",
    "ForQuestionAnswering": "question-answering", "ForMultipleChoice": "multiple-choice",
    "ForImageClassification": "image-classification", "ForObjectDetection": "object-detection",
    "ForSemanticSegmentation": "image-segmentation", "ForUniversalSegmentation": "image-segmentation",
    "ForInstanceSegmentation": "image-segmentation", "ForDepthEstimation": "depth-estimation",
    "ForAudioClassification": "audio-classification",
    "ForSequenceClassificationAudio": "audio-classification",
    "ForCTC": "automatic-speech-recognition", "ForSpeechSeq2Seq": "automatic-speech-recognition",
    "ForVideoClassification": "video-classification", "ForTextToWaveform": "text-to-speech",
    "ForTextToSpeech": "text-to-speech", "ForZeroShotImageClassification": "zero-shot-image-classification",
    "ForMaskedImageModeling": "image-feature-extraction",
    "ForTableQuestionAnswering": "table-question-answering",
}  # fmt: skip
_SAID = {
    "text-generation": ("text", "text"), "fill-mask": ("text", "token probabilities"),
    "text-classification": ("text", "class scores"), "token-classification": ("text",
    "class scores for each token"),
    "question-answering": ("text", "span of text"), "image-classification": ("image", "class scores"),
    "object-detection": ("image", "boxes with classes"), "image-segmentation": ("image",
    "masks with classes"),
    "depth-estimation": ("image", "depth map"), "audio-classification": ("audio", "class scores"),
    "automatic-speech-recognition": ("audio", "text"), "video-classification": ("video", "class scores"),
    "text-to-speech": ("text", "audio"),
}  # fmt: skip


def is_dimension(key: str, value: object) -> bool:
    """Say whether a key with this value is a number (or a word) of the architecture."""
    if key in _WORDS:
        return isinstance(value, str)
    if isinstance(value, bool) or not isinstance(value, int | float) or value <= 0:
        return isinstance(value, list) and key.endswith(_ENDS) and 0 < len(value) <= 16
    if key.endswith(("_token_id", "_id", "_index", "_token")) or key in _NONE or is_setting(key):
        return False
    return key in _NUMBERS or key.endswith(_ENDS) or key.startswith(_STARTS)


def is_setting(key: str) -> bool:
    """Say whether a key of a configuration is about how the model is, or was, trained."""
    return any(word in key for word in _SETTINGS)


def is_of_model(keys: "frozenset[str]") -> bool:
    """Say whether a file called ``config.json`` with these keys configures a model."""
    return not _SIGNS.isdisjoint(keys) or len(_NUMBERS.intersection(keys)) >= _ENOUGH


def task_of(architecture: str) -> str:
    """Name the task that a class is made for; empty if its name does not say."""
    return next((task for end, task in TASKS.items() if architecture.endswith(end)), "")


def forms_of(task: str) -> tuple[str, str]:
    """What goes in and what comes out for a task."""
    return _SAID.get(task, ("", ""))
