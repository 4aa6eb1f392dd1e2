"""Takes stock of pickled estimators of scikit-learn and its kind: class, settings, what they were fitted on.

Nothing is unpickled: the symbolic machine leaves the object's attributes. By the convention of scikit-learn
those with an underscore at the end were learnt, the others were set.
"""

from collections.abc import Iterator

from backstamp.core.blob import Blob
from backstamp.core.budget import MIB, Budget
from backstamp.core.fact import Fact
from backstamp.core.reading import Statement
from backstamp.core.supply import Method, Teller, Trait
from backstamp.formats.pickle.contents import Contents, contents_of, items_in, name_of
from backstamp.formats.pickle.values import Inst
from backstamp.models.readers.checkpoint_told import plain_of
from backstamp.models.readers.stating import MODEL, label_of, line_of, listed

_BY = "estimator/1"
DECLARED = Teller(_BY, Method.DECLARED, 0.95)
_LARGEST = 8 * MIB  # of programs: following one costs about half a second a mebibyte
_LOOK = 4096
_SIGNS = (b"sklearn", b"xgboost", b"lightgbm", b"catboost", b"imblearn")
_NAMES = {"sklearn": "scikit-learn", "imblearn": "imbalanced-learn"}
_NO_LIBRARIES = frozenset(
    "collections copyreg copy_reg builtins numpy scipy pandas joblib functools types datetime torch".split()
)
_MOST = 200


class EstimatorStockReader:
    """States what a pickled estimator is."""

    name = "estimator-stock"
    version = 1
    kinds = frozenset({"pickle"})

    def read(self, blob: Blob, budget: Budget) -> Iterator[Statement]:
        """Yield the class, the version it was made by, its settings and what it was fitted on."""
        if len(blob.view) > _LARGEST or not any(sign in blob.head(_LOOK) for sign in _SIGNS):
            return
        contents = next(contents_of(blob.view, budget, 1), None)
        if contents is not None and isinstance(contents.result, Inst):
            yield from _told(blob, contents, contents.result, "", 0)


READER = EstimatorStockReader()


def _told(blob: Blob, contents: Contents, value: Inst, prefix: str, depth: int) -> Iterator[Fact]:
    made = name_of(value)
    library, name = made.partition(".")[0], made.rpartition(".")[2]
    if not name or library in _NO_LIBRARIES:
        return
    place = blob.whole()
    attributes = {key: inner for key, inner in contents.attributes(value) if isinstance(key, str)}
    yield DECLARED.says(place, MODEL, Trait.ARCHITECTURE, label_of(name))
    version = attributes.get("_sklearn_version")
    shown = line_of(version) if isinstance(version, str) else ""
    yield DECLARED.says(place, MODEL, Trait.FRAMEWORK, shown, name=_NAMES.get(library, label_of(library)))
    for key, inner in list(attributes.items())[:_MOST]:
        if key.startswith("_"):
            continue
        if not key.endswith("_") and (setting := plain_of(inner)) is not None:
            yield DECLARED.says(place, MODEL, Trait.SETTING, setting, name=f"{prefix}{label_of(key)}")
        elif key == "steps" and depth == 0:  # of a pipeline
            yield from _steps(blob, contents, inner)
    if depth == 0:
        yield from _fitted(blob, attributes)


def _steps(blob: Blob, contents: Contents, steps: object) -> Iterator[Fact]:
    for step in items_in(steps)[:32]:
        pair = items_in(step)
        if len(pair) == 2 and isinstance(pair[0], str) and isinstance(pair[1], Inst):
            yield from _told(blob, contents, pair[1], f"{label_of(pair[0])}.", 1)


def _fitted(blob: Blob, attributes: dict[str, object]) -> Iterator[Fact]:
    count = attributes.get("n_features_in_")
    if isinstance(count, int) and not isinstance(count, bool) and count > 0:
        yield DECLARED.says(blob.whole(), MODEL, Trait.INPUT, f"{count} features", name="features")
    classes = attributes.get("n_classes_")
    if isinstance(classes, int) and not isinstance(classes, bool) and classes > 0:
        yield DECLARED.says(blob.whole(), MODEL, Trait.OUTPUT, f"{classes} classes", name="classes")
    names = [n for n in items_in(attributes.get("feature_names_in_")) if isinstance(n, str)]
    if shown := listed(names, len(names)):
        yield DECLARED.says(blob.whole(), MODEL, Trait.INPUT, shown, name="feature names")
