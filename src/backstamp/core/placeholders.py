"""Values that say nothing: what templates hold before somebody fills them in.

A placeholder is never stated, so that no document counts it as an answer.
"""

_WORDS = frozenset({
    "", "*", "-", "--", "---", ".", "..", "...", "/", "?", "??", "???", "_", "bar", "coming soon",
    "fill in", "fill me in", "fixme", "foo", "information needed", "insert here", "lorem ipsum",
    "model id", "model name", "model-name", "model_name", "more info needed", "more information needed",
    "n.a", "n.a.", "n/a", "na", "name", "nan", "need more information", "needed",
    "needs more information", "nil", "no assertion", "noassertion", "none", "not applicable",
    "not available", "not specified", "not stated", "null", "optional", "org/model", "placeholder",
    "required", "str", "string", "tba", "tbd", "text", "to be added", "to be announced",
    "to be determined", "to come", "to do", "todo", "undefined", "unknown", "unspecified", "user/repo",
    "username/model", "value", "wip", "x", "xx", "xxx", "xxxx", "your model", "your name", "your-model",
    "your-name",
})  # fmt: skip
_STARTS = (
    "[more information", "more information needed", "{{", "<your", "[your", "your-", "your_", "todo:",
    "todo ", "tbd ", "tbd:", "[insert", "<insert", "[todo", "lorem ipsum", "[needs more", "[optional",
    "<placeholder", "replace_me", "changeme", "change_me", "path/to/", "/path/to/", "xxx",
    "no description", "description not available", "no information", "no license", "no licence",
)  # fmt: skip
_AROUND = " \t\r\n.:;,!*_`'\"()[]{}<>-\u2013\u2014\u2026?"


def is_placeholder(text: str) -> bool:
    """Say whether a text is what stands where nobody wrote anything."""
    start = text[:200].strip().lower()
    return start.startswith(_STARTS) or (
        len(text) <= 200 and (start in _WORDS or start.strip(_AROUND) in _WORDS)
    )
