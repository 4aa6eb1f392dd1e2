"""Names container images: their repository, tag and digest, and whether they serve models."""

from collections.abc import Iterator

from backstamp.core.location import Location
from backstamp.core.supply import Kind, Linked, Method, Part, Relation, Teller

_SERVERS = (
    "vllm/vllm-openai", "vllm/", "huggingface/text-generation-inference",
    "huggingface/text-embeddings-inference",
    "lmsysorg/sglang", "ggml-org/llama.cpp", "ggerganov/llama.cpp", "michaelf34/infinity",
    "openmmlab/lmdeploy",
    "nvcr.io/nim/", "tensorrt-llm", "localai/localai", "text-embeddings-router", "alpindale/aphrodite",
    "rocm/vllm", "opea/vllm", "djl-serving", "huggingface-pytorch-tgi", "tritonserver", "vllm-openai",
)  # fmt: skip


def image_of(text: str) -> tuple[str, str] | None:
    """Take an image apart: its repository, and the digest or tag that it is pinned to."""
    text = text.strip().strip("\"'").removeprefix("docker://")
    if not text or len(text) > 300 or set(text) & set(" ${}<>()") or text.startswith(("-", ".", "/")):
        return None
    name, _, digest = text.partition("@")
    host, slash, rest = name.rpartition("/")
    rest, _, tag = rest.partition(":")
    repository = f"{host}{slash}{rest}"
    if not rest or not all(c.isalnum() or c in "-_./:" for c in repository):
        return None
    return repository, digest or tag


def is_model_server(image: str) -> bool:
    """Say whether an image is one of those that serve models."""
    return any(mark in image.lower() for mark in _SERVERS)


def image_links(text: str, place: Location, by: str, manner: str) -> Iterator[Linked]:
    """Yield that the system depends on an image."""
    found = image_of(text)
    if found is not None:
        tell = Teller(by, Method.DECLARED, 0.95)
        yield tell.links(
            place,
            Part(Kind.SYSTEM),
            Relation.DEPENDS_ON,
            Part(Kind.LIBRARY, "oci:" + found[0]),
            manner=manner,
            revision=found[1],
        )
