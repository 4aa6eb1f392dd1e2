"""Callables that ordinary pickles call: none may look dangerous."""

import pytest

from backstamp.knowledge.callables import HARMLESS, Effect, known

STANDARD = """
collections OrderedDict|collections defaultdict|collections deque|collections Counter
collections ChainMap|collections UserDict|UserDict UserDict|builtins int|builtins float
builtins complex|builtins bool|builtins str|builtins bytes|builtins bytearray|builtins list
builtins tuple|builtins dict|builtins set|builtins frozenset|builtins slice|builtins range
builtins object|builtins ValueError|builtins KeyError|builtins memoryview|__builtin__ set
__builtin__ frozenset|__builtin__ xrange|__builtin__ object|__builtin__ long|__builtin__ unicode
exceptions ValueError|builtins iter|builtins reversed|builtins enumerate|builtins zip|builtins sum
builtins len|builtins abs|builtins chr|builtins str.join|copy_reg _reconstructor
copyreg _reconstructor|copyreg __newobj__|copyreg __newobj_ex__|_codecs encode|_codecs decode
codecs encode|datetime datetime|datetime date|datetime time|datetime timedelta|datetime timezone
decimal Decimal|fractions Fraction|uuid UUID|uuid SafeUUID|re _compile|re compile|array array
array _array_reconstructor|struct Struct|enum Enum|ipaddress IPv4Address|ipaddress ip_network
pathlib PosixPath|pathlib PurePosixPath|pathlib WindowsPath|pathlib Path|pathlib PureWindowsPath
argparse Namespace|types SimpleNamespace|random Random|itertools count|itertools chain
itertools repeat|itertools cycle|operator itemgetter|operator add|operator mul|operator eq
operator getitem|math sqrt|math floor|math log|string Template|string Formatter|io BytesIO
io StringIO|json loads|json dumps|json.decoder JSONDecoder|json.encoder JSONEncoder|csv reader
csv DictReader|textwrap dedent|html escape|urllib.parse urlparse|urllib.parse ParseResult
base64 b64decode|base64 b64encode|zlib decompress|bz2 decompress|gzip decompress|binascii unhexlify
hashlib sha256|hashlib md5|hmac new|bisect bisect_left|heapq heappush|statistics mean
statistics NormalDist|numbers Number|abc ABC|functools cmp_to_key|functools total_ordering
ast literal_eval|email.message Message|http HTTPStatus|http.cookies SimpleCookie|logging getLogger
logging Logger|logging LogRecord|os.path join|posixpath join|posixpath basename|ntpath join
threading Lock|threading Event|_thread RLock|_thread allocate_lock|queue Queue|Queue Queue
weakref ref|weakref WeakKeyDictionary|weakref WeakValueDictionary|contextvars ContextVar
time struct_time|calendar monthrange|zoneinfo InvalidTZPathWarning|xml.etree.ElementTree Element
xml.etree.ElementTree fromstring|xml.sax.saxutils escape|difflib SequenceMatcher|shlex split
fnmatch fnmatch|dataclasses field|dataclasses dataclass|typing Union|typing Optional
unicodedata normalize|stat S_ISDIR|subprocess CalledProcessError|subprocess CompletedProcess
asyncio.exceptions CancelledError|colorsys rgb_to_hsv|configparser ConfigParser
graphlib TopologicalSorter|tarfile TarInfo|zipfile ZipInfo|secrets token_hex|collections.abc Mapping
plistlib loads|quopri decodestring|reprlib repr|copyreg _slotnames|string maketrans
"""


def rows() -> list[tuple[str, str]]:
    return [(m, n) for m, n in (line.split() for line in STANDARD.strip().replace("\n", "|").split("|"))]


@pytest.mark.parametrize(("module", "name"), rows())
def test_an_ordinary_name_of_the_standard_library_is_plain(module: str, name: str) -> None:
    found = known(module, name)
    assert found is not None
    assert (found.effects | found.new | found.setstate | found.container | found.destroy) - {
        Effect.INVOKE
    } <= HARMLESS


CALLED = """
numpy.core.multiarray _reconstruct|numpy._core.multiarray _reconstruct|numpy.core.multiarray scalar
numpy._core.multiarray scalar|numpy._core.numeric _frombuffer|numpy.core.numeric _frombuffer
numpy dtype|numpy ndarray|numpy float64|numpy int64|numpy bool_|numpy float32|numpy datetime64
numpy.random._pickle __randomstate_ctor|numpy.random._pickle __bit_generator_ctor
numpy.random._pickle __generator_ctor|numpy.ma.core _mareconstruct|torch._utils _rebuild_tensor_v2
torch._utils _rebuild_tensor|torch._utils _rebuild_parameter|torch device|torch Size
torch._utils _rebuild_sparse_tensor|torch._utils _rebuild_qtensor|torch float32|torch bfloat16
torch FloatStorage|torch LongStorage|torch HalfStorage|torch.storage UntypedStorage
torch.nn.parameter Parameter|torch.serialization _get_layout|pandas._libs.internals _unpickle_block
pandas.core.indexes.base _new_Index|pandas.core.indexes.datetimes _new_DatetimeIndex
pandas._libs.tslibs.timestamps _unpickle_timestamp|pandas._libs.tslibs.nattype _nat_unpickle
pandas._libs.arrays __pyx_unpickle_NDArrayBacked|sklearn.tree._tree Tree
sklearn.neighbors._kd_tree newObj|sklearn.neighbors._ball_tree newObj
sklearn._loss._loss CyHalfBinomialLoss|sklearn.metrics._dist_metrics newObj
sklearn.tree._tree __pyx_unpickle_Foo|pytz _UTC|pytz _p|dateutil.tz.tz tzutc
scipy.sparse._csr csr_matrix|numpy.core._multiarray_umath add
"""

MADE = """
sklearn.tree._classes DecisionTreeClassifier|sklearn.linear_model._logistic LogisticRegression
sklearn.linear_model.logistic LogisticRegression|sklearn.ensemble._forest RandomForestClassifier
sklearn.ensemble.forest RandomForestClassifier|sklearn.ensemble._gb GradientBoostingClassifier
sklearn.pipeline Pipeline|sklearn.preprocessing._data StandardScaler
sklearn.preprocessing.data StandardScaler|sklearn.svm._classes SVC|sklearn.cluster._kmeans KMeans
sklearn.decomposition._pca PCA|sklearn.feature_extraction.text TfidfVectorizer
sklearn.feature_extraction.text CountVectorizer
sklearn.compose._column_transformer ColumnTransformer
sklearn.neural_network._multilayer_perceptron MLPClassifier
sklearn.neighbors._classification KNeighborsClassifier
sklearn.gaussian_process._gpr GaussianProcessRegressor
sklearn.ensemble._hist_gradient_boosting.gradient_boosting HistGradientBoostingClassifier
sklearn.ensemble._hist_gradient_boosting.predictor TreePredictor
sklearn.model_selection._search GridSearchCV|xgboost.core Booster|xgboost.sklearn XGBClassifier
lightgbm.basic Booster|lightgbm.sklearn LGBMClassifier|catboost.core CatBoostClassifier
scipy.sparse._csr csr_matrix|scipy.sparse.csr csr_matrix|scipy.sparse._csc csc_matrix
scipy.interpolate._interpolate interp1d|scipy.stats._distn_infrastructure rv_frozen
pandas.core.frame DataFrame|pandas.core.series Series|pandas.core.internals.managers BlockManager
pandas.core.indexes.range RangeIndex|pandas.core.arrays.categorical Categorical
torch.nn.modules.linear Linear|torch.nn.modules.container Sequential|torch.nn.modules.conv Conv2d
torch.nn.modules.batchnorm BatchNorm2d|torch.nn.modules.activation ReLU|torch.nn.modules.rnn LSTM
torch.nn.modules.transformer TransformerEncoder|torch.nn.modules.sparse Embedding
torch.nn.modules.dropout Dropout|torch.nn.modules.module Module|torch.optim.adam Adam
torch.optim.sgd SGD|torch.optim.lr_scheduler StepLR|torchvision.models.resnet ResNet
torchvision.transforms.transforms Compose|ultralytics.nn.tasks DetectionModel
ultralytics.nn.modules.conv Conv|ultralytics.nn.modules.block C2f
ultralytics.utils IterableSimpleNamespace|timm.models.resnet ResNet
timm.models.vision_transformer VisionTransformer|transformers.models.bert.modeling_bert BertModel
transformers.models.bert.configuration_bert BertConfig|transformers.training_args TrainingArguments
transformers.trainer_utils IntervalStrategy|gensim.models.word2vec Word2Vec
gensim.models.keyedvectors KeyedVectors|nltk.tokenize.punkt PunktSentenceTokenizer
nltk.tag.perceptron PerceptronTagger|statsmodels.genmod.generalized_linear_model GLM
hmmlearn.hmm GaussianHMM|joblib.numpy_pickle NumpyArrayWrapper|omegaconf.dictconfig DictConfig
omegaconf.listconfig ListConfig|omegaconf.base ContainerMetadata|omegaconf.nodes AnyNode
networkx.classes.graph Graph|accelerate.state PartialState|imblearn.over_sampling._smote.base SMOTE
umap.umap_ UMAP|fastai.learner Learner
"""


def listed(text: str) -> list[tuple[str, str]]:
    return [(m, n) for m, n in (line.split() for line in text.strip().replace("\n", "|").split("|"))]


@pytest.mark.parametrize(("module", "name"), listed(CALLED))
def test_a_function_which_ordinary_pickles_call_is_plain(module: str, name: str) -> None:
    found = known(module, name)
    assert found is not None
    assert found.effects <= HARMLESS


@pytest.mark.parametrize(("module", "name"), listed(MADE))
def test_a_class_of_ordinary_models_is_made_and_filled_without_effect(module: str, name: str) -> None:
    found = known(module, name)
    assert found is not None
    assert found.kind == "class"
    assert (found.new | found.setstate | found.destroy) - {Effect.INVOKE} <= HARMLESS
