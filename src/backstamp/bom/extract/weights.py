"""Statements about models out of facts of weight files, graphs, pickles and pointers.

1. Each statement is made at the place of the fact that it follows from.
2. What a reader that takes stock states itself (counts, inputs and outputs) is not said again.
"""

from collections.abc import Iterable, Iterator

from backstamp.core.fact import Fact
from backstamp.core.location import Location
from backstamp.core.supply import Kind, Method, Part, Teller, Trait
from backstamp.models.facts.graph import GraphModel, GraphText
from backstamp.models.facts.pickle import Constant, Pairs, PickleGlobal, PickleState
from backstamp.models.facts.repository import LfsPointer
from backstamp.models.facts.skops import SkopsNode
from backstamp.models.readers.metadata_told import entry_told
from backstamp.models.readers.stating import MODEL, label_of, line_of

_BY = "facts/1"
_COREML = {"field 1": "description", "field 2": "version", "field 3": "author", "field 4": "license"}
_LIBRARIES = {
    "sklearn": "scikit-learn", "xgboost": "xgboost", "lightgbm": "lightgbm", "catboost": "catboost",
    "statsmodels": "statsmodels", "prophet": "prophet", "imblearn": "imbalanced-learn", "spacy": "spacy",
    "thinc": "thinc", "keras": "keras", "tensorflow": "tensorflow", "gensim": "gensim", "nltk": "nltk",
    "pmdarima": "pmdarima", "sktime": "sktime", "flair": "flair", "fastai": "fastai",
    "surprise": "scikit-surprise",
    "sklearn_crfsuite": "sklearn-crfsuite", "pyod": "pyod", "hmmlearn": "hmmlearn",
}  # fmt: skip
# The ends of class names which are whole models; parts of them (trees, losses) are none.
_MODELS = (
    "Classifier", "Regressor", "Regression", "Pipeline", "SVC", "SVR", "SearchCV", "Clustering", "KMeans",
    "PCA",
    "GaussianNB", "MultinomialNB", "BernoulliNB", "Forest", "Vectorizer", "Booster", "ResultsWrapper",
    "ARIMA",
    "Word2Vec", "FastText", "Doc2Vec", "LdaModel", "CRF", "Lasso", "Ridge", "ElasticNet", "Transformer",
    "Scaler",
    "Encoder", "Imputer", "DBSCAN", "Mixture",
)  # fmt: skip
_VERSION = "_sklearn_version"
DECLARED = Teller(_BY, Method.DECLARED, 0.9)


def statements_of(facts: Iterable[Fact]) -> Iterator[Fact]:
    """State what facts say of models, in their order, each thing of a file once."""
    told: set[tuple[object, ...]] = set()
    for fact in facts:
        for statement in _of(fact):
            key = (
                statement.place.path,
                getattr(statement, "part", None),
                getattr(statement, "trait", None),
                getattr(statement, "name", ""),
                getattr(statement, "value", None),
                getattr(statement, "target", None),
            )
            if key not in told:
                told.add(key)
                yield statement


def _of(fact: Fact) -> Iterator[Fact]:
    match fact:
        case GraphText(format="coreml", key=key, text=text):
            yield from entry_told(DECLARED, fact.place, MODEL, _COREML.get(key, key), text)
        case GraphModel(format="graphdef" | "metagraph" as form, version=version):
            yield DECLARED.says(fact.place, MODEL, Trait.FORMAT, f"tensorflow {form}")
            yield DECLARED.says(fact.place, MODEL, Trait.FRAMEWORK, line_of(version), name="tensorflow")
        case LfsPointer(oid=oid, size=size):
            file = Part(Kind.FILE, f"path:{fact.place.path[0].rsplit('/', 1)[-1]}" if fact.place.path else "")
            digest = oid.removeprefix("sha256:")
            yield DECLARED.says(fact.place, file, Trait.DIGEST, digest, name="sha256")
            yield DECLARED.says(fact.place, file, Trait.SIZE, size)
        case PickleGlobal():
            yield from _of_class(
                fact.place, fact.module, fact.name, is_made="called" in fact.roles or _made(fact)
            )
        case SkopsNode(module=module, name=name):
            yield from _of_class(fact.place, module, name, is_made=True)
        case PickleState(state=Pairs(pairs=pairs)):
            yield from _versions(fact, pairs)


def _made(fact: PickleGlobal) -> bool:
    return not {"instantiated", "state-set"}.isdisjoint(fact.roles)


def _of_class(place: Location, module: str, name: str, *, is_made: bool) -> Iterator[Fact]:
    """A class of a library of models: the library, and the class where an object of it is made."""
    library = _LIBRARIES.get(module.partition(".")[0])
    if library is None:
        return
    yield DECLARED.says(place, MODEL, Trait.FRAMEWORK, "", name=library)
    if is_made and name.endswith(_MODELS):
        yield DECLARED.says(place, MODEL, Trait.ARCHITECTURE, label_of(name))


def _versions(fact: PickleState, pairs: tuple[tuple[object, object], ...]) -> Iterator[Fact]:
    """Estimators of scikit-learn carry the version that they were made by."""
    for key, value in pairs:
        if isinstance(key, Constant) and key.value == _VERSION and isinstance(value, Constant):
            version = line_of(value.value) if isinstance(value.value, str) else ""
            if version:
                yield DECLARED.says(fact.place, MODEL, Trait.FRAMEWORK, version, name="scikit-learn")
