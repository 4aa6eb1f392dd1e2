"""Models that are named in one file and loaded in another."""

from backstamp.core.supply import Linked
from backstamp.software.joining import joined
from kit.stock import stock

CONFIG = """
import os
from functools import lru_cache
from pydantic_settings import BaseSettings

DEFAULT_MODEL = "acme/default"
CHAT_MODEL: str = os.getenv("CHAT_MODEL", "gpt-4o-mini")
UNUSED_MODEL = "decoy/unused"
GREETING = "decoy/greeting"

class Settings(BaseSettings):
    embed_model: str = "acme/embed"
    llm: str = "claude-3-5-haiku-latest"

settings = Settings()

@lru_cache
def get_settings() -> Settings:
    return Settings()
"""
APP = """
import anthropic, transformers
from openai import OpenAI
from sentence_transformers import SentenceTransformer
from .config import CHAT_MODEL, DEFAULT_MODEL, get_settings, settings
from app import config as c
import elsewhere

transformers.AutoModel.from_pretrained(DEFAULT_MODEL, revision="v2")
OpenAI(base_url="https://openrouter.ai/api/v1").chat.completions.create(model=CHAT_MODEL, messages=[])
SentenceTransformer(settings.embed_model)
anthropic.Anthropic().messages.create(model=get_settings().llm, max_tokens=9, messages=[])
transformers.pipeline("ner", model=c.DEFAULT_MODEL)
transformers.pipeline("ner", model=elsewhere.DEFAULT_MODEL)
"""


LOAD = "import transformers\nfrom {} import MODEL\ntransformers.AutoModel.from_pretrained(MODEL)"


def _joined(files):
    facts = [fact for path, code in files.items() for fact in stock(code.encode(), path).facts]
    return [
        (f.place.where.line, f"{f.target.kind}:{f.target.key}", f.revision, f.confidence)
        for f in joined(facts)
        if isinstance(f, Linked)
    ]


def test_finds_the_names_of_another_module_and_leaves_those_that_nobody_loads():
    files = {"src/app/config.py": CONFIG, "src/app/main.py": APP}
    assert _joined(files) == [
        (9, "model:huggingface:acme/default", "v2", 0.8),
        (10, "service:openrouter:gpt-4o-mini", "", 0.6),
        (11, "model:huggingface:acme/embed", "", 0.8),
        (12, "service:anthropic:claude-3-5-haiku-latest", "", 0.8),
        (13, "model:huggingface:acme/default", "", 0.8),
    ]


def test_takes_the_module_that_is_imported_and_no_other_of_its_name():
    files = {
        "one/config.py": 'MODEL = "acme/one"',
        "two/config.py": 'MODEL = "acme/two"',
        "two/main.py": LOAD.format(".config"),
        "one/sub/main.py": LOAD.format("..config"),
    }
    assert _joined(files) == [
        (3, "model:huggingface:acme/two", "", 0.8),
        (3, "model:huggingface:acme/one", "", 0.8),
    ]


def test_a_package_offers_the_names_of_its_init_file():
    files = {
        "pkg/constants/__init__.py": 'REPO_ID = "acme/pkg"',
        "main.py": "import huggingface_hub as h\nimport pkg.constants as k\nh.snapshot_download(k.REPO_ID)",
    }
    assert _joined(files) == [(3, "model:huggingface:acme/pkg", "", 0.8)]
