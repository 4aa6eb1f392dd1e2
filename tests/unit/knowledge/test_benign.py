"""Callables that ordinary pickles call: none may look dangerous."""

import pytest

from backstamp.knowledge.callables import HARMLESS, Effect, known

STANDARD = """
collections OrderedDict|collections defaultdict|collections deque|collections Counter|collections ChainMap
collections UserDict|UserDict UserDict|builtins int|builtins float|builtins complex|builtins bool|builtins str
builtins bytes|builtins bytearray|builtins list|builtins tuple|builtins dict|builtins set|builtins frozenset
builtins slice|builtins range|builtins object|builtins ValueError|builtins KeyError|builtins memoryview
__builtin__ set|__builtin__ frozenset|__builtin__ xrange|__builtin__ object|__builtin__ long|__builtin__ unicode
exceptions ValueError|builtins iter|builtins reversed|builtins enumerate|builtins zip|builtins sum|builtins len
builtins abs|builtins chr|builtins str.join|copy_reg _reconstructor|copyreg _reconstructor|copyreg __newobj__
copyreg __newobj_ex__|_codecs encode|_codecs decode|codecs encode|datetime datetime|datetime date|datetime time
datetime timedelta|datetime timezone|decimal Decimal|fractions Fraction|uuid UUID|uuid SafeUUID|re _compile
re compile|array array|array _array_reconstructor|struct Struct|enum Enum|ipaddress IPv4Address
ipaddress ip_network|pathlib PosixPath|pathlib PurePosixPath|pathlib WindowsPath|pathlib Path|pathlib PureWindowsPath
argparse Namespace|types SimpleNamespace|random Random|itertools count|itertools chain|itertools repeat|itertools cycle
operator itemgetter|operator add|operator mul|operator eq|operator getitem|math sqrt|math floor|math log
string Template|string Formatter|io BytesIO|io StringIO|json loads|json dumps|json.decoder JSONDecoder
json.encoder JSONEncoder|csv reader|csv DictReader|textwrap dedent|html escape|urllib.parse urlparse
urllib.parse ParseResult|base64 b64decode|base64 b64encode|zlib decompress|bz2 decompress|gzip decompress
binascii unhexlify|hashlib sha256|hashlib md5|hmac new|bisect bisect_left|heapq heappush|statistics mean
statistics NormalDist|numbers Number|abc ABC|functools cmp_to_key|functools total_ordering|ast literal_eval
email.message Message|http HTTPStatus|http.cookies SimpleCookie|logging getLogger|logging Logger|logging LogRecord
os.path join|posixpath join|posixpath basename|ntpath join|threading Lock|threading Event|_thread RLock|_thread allocate_lock
queue Queue|Queue Queue|weakref ref|weakref WeakKeyDictionary|weakref WeakValueDictionary|contextvars ContextVar
time struct_time|calendar monthrange|zoneinfo InvalidTZPathWarning|xml.etree.ElementTree Element
xml.etree.ElementTree fromstring|xml.sax.saxutils escape|difflib SequenceMatcher|shlex split|fnmatch fnmatch
dataclasses field|dataclasses dataclass|typing Union|typing Optional|unicodedata normalize|stat S_ISDIR
subprocess CalledProcessError|subprocess CompletedProcess|asyncio.exceptions CancelledError|colorsys rgb_to_hsv
configparser ConfigParser|graphlib TopologicalSorter|tarfile TarInfo|zipfile ZipInfo|secrets token_hex
collections.abc Mapping|plistlib loads|quopri decodestring|reprlib repr|copyreg _slotnames|string maketrans
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
