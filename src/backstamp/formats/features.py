"""Features of ``datasets``: the types of columns as Hugging Face writes them, in short words.

Source: ``datasets.features``; written into ``dataset_info`` of cards, ``dataset_info.json``, and the
metadata of Parquet and Arrow files.
"""

from backstamp.core.tree import Json, list_at, text_at, tree_at

_MOST = 1000
_DEPTH = 6


def columns_of(features: Json) -> dict[str, str]:
    """Give name and type of each column, of the form of JSON files (an object) and of cards (a list)."""
    found: dict[str, str] = {}
    if isinstance(features, dict):
        for name, feature in list(features.items())[:_MOST]:
            found[name] = _typed(feature, 0)
    elif isinstance(features, list):
        for each in features[:_MOST]:
            if isinstance(each, dict) and (named := text_at(each, "name")):
                found[named] = _of_card(each, 0)
    return found


def _typed(feature: Json, depth: int) -> str:
    if depth > _DEPTH:
        return "nested"
    if isinstance(feature, list):
        return f"list<{_typed(feature[0], depth + 1)}>" if feature else "list"
    if not isinstance(feature, dict):
        return feature if isinstance(feature, str) else "unknown"
    kind = text_at(feature, "_type")
    if kind == "Value":
        return text_at(feature, "dtype") or "unknown"
    if kind == "ClassLabel":
        names = list_at(feature, "names")
        count = len(names) or feature.get("num_classes")
        return f"class label of {count}" if isinstance(count, int) and count else "class label"
    if kind in ("Sequence", "LargeList", "List"):
        return f"list<{_typed(feature.get('feature'), depth + 1)}>"
    if kind in ("Translation", "TranslationVariableLanguages"):
        return "translation"
    if kind:
        return kind[:1].lower() + kind[1:60]
    members = ", ".join(f"{name}: {_typed(inner, depth + 1)}" for name, inner in list(feature.items())[:20])
    return f"struct<{members}>"[:400]


def _of_card(feature: Json, depth: int) -> str:
    """Word the type of a feature of a card: ``dtype``, ``sequence``, ``list`` or ``struct`` say it."""
    if depth > _DEPTH:
        return "nested"
    if not isinstance(feature, dict):
        return feature if isinstance(feature, str) else "unknown"
    for key in ("sequence", "list", "large_list"):
        if key in feature:
            return f"list<{_of_members(feature[key], depth)}>"
    if "struct" in feature:
        return _of_members(feature["struct"], depth)
    kind = feature.get("dtype")
    if isinstance(kind, str):
        return kind
    if isinstance(kind, dict):
        names = tree_at(kind, "class_label").get("names")
        if "class_label" in kind:
            count = len(names) if isinstance(names, dict | list) else 0
            return f"class label of {count}" if count else "class label"
        return next(iter(kind), "unknown")
    return "unknown"


def _of_members(inner: Json, depth: int) -> str:
    if isinstance(inner, list):
        named = [each for each in inner[:20] if isinstance(each, dict)]
        members = ", ".join(f"{text_at(each, 'name')}: {_of_card(each, depth + 1)}" for each in named)
        return f"struct<{members}>"[:400]
    return _of_card(inner, depth + 1)
