"""Words that stand where a value should be: templates left as they were, and ways to say nothing.

They are never stated: an empty field is honest, a placeholder is not.
"""

_WORDS = frozenset(
    {
        "", "-", "--", "---", ".", "..", "...", "…", "?", "??", "???", "_", "*", "n/a", "n.a.", "na", "none", "null", "nil",
        "nan", "undefined", "unknown", "unspecified", "not specified", "not available", "not applicable", "not provided",
        "no description", "no description available", "no description provided", "tbd", "tba", "to be determined",
        "to be announced", "to be added", "to be done", "coming soon", "todo", "fixme", "xxx", "xxxx", "string", "str",
        "value", "text", "example", "placeholder", "lorem ipsum", "foo", "bar", "foobar", "changeme", "change me",
        "your name", "your-name", "your_name", "yourname", "your username", "your-username", "your_username", "username",
        "your org", "your-org", "your_org", "author name", "first author", "name", "title", "description",
        "more information needed", "information needed", "more information is needed", "needs more information",
        "add description here", "insert text here", "fill me in", "see above", "see below", "in progress",
        "work in progress", "wip", "untitled", "no information", "no information available", "empty",
    }
)  # fmt: skip
_STARTS = (
    "more information needed",
    "todo:",
    "todo ",
    "tbd:",
    "lorem ipsum",
    "[more information",
    "insert ",
    "<insert",
    "your_",
)
_EDGES = " \t\r\n.,:;!*_`'\"[](){}<>#-"


def is_placeholder(text: str) -> bool:
    """Say whether a text is no value but stands where one should be."""
    word = text[:200].strip().casefold()
    bare = " ".join(word.strip(_EDGES).split())
    return word in _WORDS or bare in _WORDS or (len(bare) < 60 and bare.startswith(_STARTS))
