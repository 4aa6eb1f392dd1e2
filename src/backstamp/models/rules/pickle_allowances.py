"""Typed allowances: callables which ordinary pickles call, and the arguments with which that is harmless.

An entry is a function from the opcode and the abstract arguments to a judgement: ``()`` is harmless, a pair
names the rule and the detail. A bare name is never allowed here: what is harmless with any arguments is
known as such by ``knowledge.callables``.
"""

from collections.abc import Callable

from backstamp.models.facts.pickle import AnyValue, Constant, Items, Made, Name, Pairs
from backstamp.models.rules.pickle_evidence import texts_in

Judged = tuple[()] | tuple[str, str]
Values = tuple[AnyValue, ...]
Entry = Callable[[Values], Judged]

# Modules which do something visible as soon as they are imported.
RUNS_ON_IMPORT = frozenset({"antigravity", "this", "idlelib.idle", "turtledemo", "__hello__", "__phello__"})

# Machinery of the standard library: its objects are harmless by themselves and never part of stored data.
_MACHINERY = frozenset(
    "http.client http.server urllib.request socket ssl ftplib smtplib poplib imaplib nntplib "
    "telnetlib xmlrpc.client xmlrpc.server socketserver webbrowser subprocess pty ctypes _ctypes "
    "importlib.machinery importlib._bootstrap importlib._bootstrap_external importlib.util imp runpy "
    "pdb bdb code codeop trace cProfile profile timeit idlelib distutils ensurepip venv pip "
    "setuptools pkg_resources multiprocessing concurrent.futures tkinter turtle sqlite3 dbm shelve "
    "zipimport atexit faulthandler gc _thread thread dummy_thread _dummy_thread sched asyncio cmd "
    "readline rlcompleter wsgiref cgitb "
    "pydoc doctest unittest test".split()
)
# Libraries which drive machines, shells, networks and browsers, or run code that they are given.
_DRIVERS = frozenset(
    "paramiko fabric invoke pexpect ptyprocess sh plumbum delegator envoy numexpr jinja2 mako IPython "
    "docker ansible ansible_runner twisted tornado flask fastapi uvicorn gunicorn selenium playwright "
    "pyautogui pynput keyboard mouse keyring scapy impacket pwn pwnlib netmiko telnetlib3 websocket "
    "websockets aiohttp httpx httplib2 urllib3 requests boto3 botocore smbprotocol win32com win32api "
    "win32process win32con wmi comtypes cffi psutil Cython pyximport execnet rpyc Pyro4 Pyro5 zerorpc "
    "celery rq dramatiq pyspark.serializers git gitdb simpleeval asteval RestrictedPython code_runner "
    "js2py PyInstaller setuptools distlib virtualenv "
    "jsonpickle pickle5 past decorator click werkzeug.debug".split()
)
_MACHINERY_NAMES = frozenset({("threading", "Thread"), ("threading", "Timer"), ("weakref", "finalize")})

# What the interpreter and its process share: whoever holds one changes what everything else does.
_SHARED_STATE = frozenset(
    "sys.path sys.modules sys.meta_path sys.path_hooks sys.path_importer_cache os.environ os.environb "
    "posix.environ nt.environ ctypes.cdll ctypes.pydll ctypes.windll ctypes.oledll ctypes.pythonapi "
    "builtins.__dict__ __builtin__.__dict__ copyreg.dispatch_table copyreg._extension_registry "
    "copyreg._inverted_registry gc.callbacks warnings.filters linecache.cache encodings._cache".split()
)

# Sinks by effect that are left in benign pickles as plain values (callbacks such as verbose=print).
COMMON_GLOBALS = frozenset(
    {
        ("builtins", "print"),
        ("builtins", "open"),
        ("time", "sleep"),
        ("collections", "namedtuple"),
        ("numpy", "memmap"),
        ("numpy._core.memmap", "memmap"),
    }
)

_CLOUDPICKLE = (
    "cloudpickle.cloudpickle",
    "cloudpickle.cloudpickle_fast",
    "cloudpickle",
    "joblib.externals.cloudpickle",
    "joblib.externals.cloudpickle.cloudpickle",
    "pyspark.cloudpickle.cloudpickle",
    "ray.cloudpickle.cloudpickle",
    "srsly.cloudpickle.cloudpickle",
)
_DILL = ("dill._dill", "dill.dill", "dill")


def _in(modules: tuple[str, ...], names: str) -> frozenset[tuple[str, str]]:
    return frozenset((module, name) for module in modules for name in names.split())


CLASS_MAKERS = (
    _in(_CLOUDPICKLE, "_make_skeleton_class _make_skeleton_enum _rehydrate_skeleton_class")
    | _in(_DILL, "_create_type _create_namedtuple")
    | {("builtins", "type"), ("types", "new_class")}
)
FUNCTION_MAKERS = (
    _in(_CLOUDPICKLE, "_make_function _make_skel_func _fill_function")
    | _in(_DILL, "_create_function")
    | {("types", "FunctionType"), ("types", "LambdaType"), ("builtins", "function")}
)
_CODE_MAKERS = _in(_DILL, "_create_code") | {("types", "CodeType"), ("builtins", "code")}
_HARMLESS_MAKERS = _in(
    _CLOUDPICKLE,
    "_make_empty_cell _make_cell cell_set _get_cell_contents _make_typevar _decompose_typevar "
    "_gen_ellipsis _gen_not_implemented instance _empty_cell_value _make_dict_keys _make_dict_values "
    "_make_dict_items _lookup_class_or_track",
) | _in(
    _DILL,
    "_create_cell _create_array _create_dtypemeta _create_ftype _create_rlock _create_lock "
    "_create_weakref _load_type",
)
# What gives a type by its name in the modules types and builtins.
TYPE_LOADERS = _in(_CLOUDPICKLE, "_builtin_type") | _in(_DILL, "_load_type")
_STATE_SETTERS = _in(_CLOUDPICKLE, "_function_setstate _class_setstate")
_IMPORTERS = _in(_CLOUDPICKLE, "subimport") | _in(_DILL, "_import_module")
_MODULE_MAKERS = _in(_CLOUDPICKLE, "dynamic_subimport")

# Names in carried code which say that it does more than compute.
_SINK_WORDS = frozenset(
    "system popen Popen check_output check_call subprocess socket exec eval __import__ urlopen "
    "urlretrieve ctypes execv execve execvp spawnl spawnv posix_spawn pty fork rmtree unlink "
    "b64decode marshal runpy __subclasses__".split()
)


def judged(callee: tuple[str, str], values: Values) -> Judged | None:
    """Judge a call by its typed allowance; ``None`` if there is none for this callee."""
    entry = _ENTRIES.get(callee)
    if entry:
        return entry(values)
    if (
        callee in FUNCTION_MAKERS
        or callee in _CODE_MAKERS
        or callee in _STATE_SETTERS
        or callee in _MODULE_MAKERS
    ):
        return _carried(values)
    if callee in CLASS_MAKERS:
        return _made_class(values)
    if callee in _HARMLESS_MAKERS:
        return ()
    if callee in TYPE_LOADERS:
        return _plain_text(values)
    if callee in _IMPORTERS:
        return _subimport(values)
    if callee[1].startswith("__pyx_unpickle_"):
        return () if values and isinstance(values[0], Name) else ("suspicious-function", "")
    return None


def is_driver(module: str) -> bool:
    """Say whether a module belongs to a library which drives machines or runs what it is given."""
    parts = module.split(".")
    return any(".".join(parts[: n + 1]) in _DRIVERS for n in range(len(parts)))


def has_allowance(callee: tuple[str, str]) -> bool:
    """Say whether picklers write calls of this callable, so that its mere presence means nothing."""
    return callee in _ENTRIES or any(
        callee in known
        for known in (
            COMMON_GLOBALS,
            CLASS_MAKERS,
            FUNCTION_MAKERS,
            TYPE_LOADERS,
            _CODE_MAKERS,
            _HARMLESS_MAKERS,
            _STATE_SETTERS,
            _IMPORTERS,
            _MODULE_MAKERS,
        )
    )


def is_machinery(module: str, name: str) -> bool:
    """Say whether a callable belongs to machinery that stored data never has."""
    parts = module.split(".")
    heads = (".".join(parts[: n + 1]) for n in range(len(parts)))
    return (module, name) in _MACHINERY_NAMES or any(head in _MACHINERY for head in heads)


def is_shared_state(module: str, name: str) -> bool:
    """Say whether a name is a thing of the interpreter that is changed in place, or part of one."""
    return f"{module}.{name.partition('.')[0]}" in _SHARED_STATE


def is_known_dunder(module: str, name: str) -> bool:
    """Say whether picklers themselves write this dunder name."""
    is_newobj = module == "copyreg" and name in ("__newobj__", "__newobj_ex__")
    return is_newobj or module in ("operator", "_operator") or name == "__main__"


def _carried(values: Values) -> Judged:
    words = {word for text, _ in texts_in(values) for word in (text, *text.split(".")) if word in _SINK_WORDS}
    return ("carried-sink", ", ".join(sorted(words))) if words else ("carried-code", "")


def _made_class(values: Values) -> Judged:
    return () if len(values) == 1 else _carried(values)


def _subimport(values: Values) -> Judged:
    match values:
        case (Constant(value=str()),):
            return ()
        case _:
            return "resolve", ""


def _attribute(values: Values) -> Judged:
    """Judge ``getattr``: picklers write it for methods and enum members, with a plain name."""
    match values:
        case (Name(name=""), *_):
            return "resolve", "an attribute of a module"
        case (_, Constant(value=str() as name, kind="str"), *_):
            return ("dunder", name) if name.startswith("__") and name.endswith("__") else ()
        case _:
            return "resolve", ""


def _set_attribute(values: Values) -> Judged:
    """Judge ``setattr``: dill writes it for the attributes of a class which the pickle carries itself."""
    match values:
        case (Made(Name(module, name), _), Constant(value=str()), _) if (module, name) in CLASS_MAKERS:
            return ()
        case _:
            return "state", ""


def _getter(values: Values) -> Judged:
    """Judge ``attrgetter``, ``itemgetter`` and ``methodcaller``: plain names make plain getters."""
    for text, _ in texts_in(values):
        if "__" in text:
            return "dunder", text
    return ()


def _nested_bytes(values: Values) -> Judged:
    """Judge ``torch.storage._load_from_bytes``: its bytes are examined as an artifact of their own."""
    match values:
        case (Constant(kind="bytes"),):
            return ()
        case _:
            return "load", ""


def _plain_text(values: Values) -> Judged:
    return () if all(isinstance(v, Constant) for v in values) else ("suspicious-function", "")


def _any(values: Values) -> Judged:  # noqa: ARG001  # arguments that matter are judged on their own
    return ()


def _encode(values: Values) -> Judged:
    match values:
        case (_, Constant(value=str() as codec), *_) if codec.lower().replace("-", "").replace("_", "") in (
            "latin1",
            "iso88591",
            "utf8",
            "ascii",
            "bytes",
            "utf16",
            "utf32",
        ):
            return ()
        case (_,):
            return ()
        case (_, Constant(value=str() as codec), *_):
            return "suspicious-function", f"the codec {codec}"
        case _:
            return "suspicious-function", ""


def carried_by_type(loader_arguments: Values, values: Values) -> Judged:
    """Judge a call of a type that was fetched by its name: code and functions are carried code."""
    match loader_arguments:
        case (Constant(value="CodeType" | "FunctionType" | "LambdaType" | "MethodType"),):
            return _carried(values)
        case (Constant(value=str()),):
            return ()
        case _:
            return "resolve", ""


def _mutated(values: Values) -> Judged:
    """Judge ``operator.setitem`` and its like: what a pickle imports is shared, and not its own to change."""
    match values:
        case (Name(module, name), *_):
            return "overwritten", f"{module}.{name}"
        case _:
            return ()


def _mapped_file(values: Values) -> Judged:
    """Judge ``numpy.memmap``: it opens the file that it is given, by mode ``r+`` unless told otherwise."""
    match values:
        case (_, _, Constant(value="r" | "c" | "readonly" | "copyonwrite"), *_):
            return "read", ""
        case _:
            return "write", ""


def _huge(values: Values) -> Judged:
    """Judge arithmetic: numbers with which a line of text or a power fills the memory."""
    numbers = [v.value for v in values if isinstance(v, Constant) and type(v.value) is int]
    is_power = len(numbers) > 1 and numbers[1] > _MOST_EXPONENT and abs(numbers[0]) > 1
    return ("stop", "it takes the memory") if is_power else ()


def _repeated(values: Values) -> Judged:
    """Judge the repetition of a text or list, and buffers of a size."""
    sizes = [v.value for v in values if isinstance(v, Constant) and type(v.value) is int]
    others = any(not (isinstance(v, Constant) and type(v.value) is int) for v in values)
    is_huge = any(size > _MOST_REPEATS for size in sizes) and (others or len(values) == 1)
    return ("stop", "it takes the memory") if is_huge else ()


_MOST_EXPONENT = 10**6
_MOST_REPEATS = 1 << 34


def _namespace(values: Values) -> Judged:
    return () if all(isinstance(v, Constant | Items | Pairs) for v in values) else ("suspicious-function", "")


_MUTATORS = (
    "setitem delitem iadd iconcat ior iand isub imul ixor __setitem__ __delitem__ __iadd__ "
    "__iconcat__ __ior__ __iand__ __isub__ __imul__ __ixor__"
).split()

_ENTRIES: dict[tuple[str, str], Entry] = {
    **{(module, name): _mutated for module in ("operator", "_operator") for name in _MUTATORS},
    **{("operator", name): _repeated for name in ("mul", "__mul__")},
    **{("builtins", name): _repeated for name in ("bytes", "bytearray")},
    **{(module, "pow"): _huge for module in ("builtins", "operator", "_operator")},
    ("numpy", "memmap"): _mapped_file,
    ("builtins", "getattr"): _attribute,
    ("builtins", "setattr"): _set_attribute,
    ("dill._dill", "_get_attr"): _attribute,
    ("operator", "attrgetter"): _getter,
    ("operator", "itemgetter"): _getter,
    ("operator", "methodcaller"): _getter,
    ("torch.storage", "_load_from_bytes"): _nested_bytes,
    ("numpy.core", "_ufunc_reconstruct"): _plain_text,
    ("numpy._core", "_ufunc_reconstruct"): _plain_text,
    ("logging", "getLogger"): _plain_text,
    ("rdkit.Chem.rdchem", "Mol"): _plain_text,
    ("regex._regex", "compile"): _namespace,
    ("zoneinfo", "ZoneInfo._unpickle"): _plain_text,
    ("zoneinfo", "ZoneInfo"): _plain_text,
    ("functools", "partial"): _any,
    ("functools", "partialmethod"): _any,
    ("collections", "defaultdict"): _any,
    ("collections", "namedtuple"): _namespace,
    ("_codecs", "encode"): _encode,
    ("codecs", "encode"): _encode,
    ("types", "SimpleNamespace"): _namespace,
}
