"""Values that say nothing: what templates hold before somebody fills them in.

A placeholder is never stated, so that no document counts it as an answer.
"""

_WORDS = frozenset({
    "", "-", "--", "---", "?", "??", "???", ".", "..", "...", "*", "/", "_", "x", "xx", "xxx", "xxxx", "none", "null",
    "nil", "nan", "n/a", "n.a", "na", "n.a.", "not applicable", "not available", "not specified", "not stated",
    "unspecified", "undefined", "unknown", "to be determined", "to be added", "to be announced", "to come", "tbd",
    "tba", "todo", "to do", "wip", "fixme", "coming soon", "string", "str", "text", "name", "value", "your name",
    "your model", "your-name", "your-model", "model name", "model_name", "model-name", "model id", "optional",
    "required", "needed", "more information needed", "more info needed", "information needed", "needs more information",
    "need more information", "insert here", "fill in", "fill me in", "placeholder", "lorem ipsum", "foo", "bar", "noassertion", "no assertion",
    "user/repo", "org/model", "username/model",
})  # fmt: skip
_STARTS = (
    "[more information", "more information needed", "{{", "<your", "[your", "your-", "your_", "todo:", "todo ",
    "tbd ", "tbd:", "[insert", "<insert", "[todo", "lorem ipsum", "[needs more", "[optional", "<placeholder",
    "replace_me", "changeme", "change_me", "path/to/", "/path/to/", "xxx",
)  # fmt: skip
_AROUND = " \t\r\n.:;,!*_`'\"()[]{}<>-–—…?"


def is_placeholder(text: str) -> bool:
    """Say whether a text is what stands where nobody wrote anything."""
    start = text[:200].strip().lower()
    return start.startswith(_STARTS) or (len(text) <= 200 and (start in _WORDS or start.strip(_AROUND) in _WORDS))
