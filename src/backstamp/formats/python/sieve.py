"""A first look at source: may it do anything to the world at all?

Danger in Python is reached by an import of a module that has it, by a builtin that runs or fetches code, or
by a dunder
attribute. Source that is plain ASCII and names none of these is not worth a syntax tree.
"""

import re
from functools import cache


def is_worth_reading(data: bytes) -> bool:
    """Say whether source bytes name anything that could lead to an effect."""
    if not data.isascii() or _words().search(data) is not None:
        return True
    return any(len(line) > _LONG_LINE for line in data.split(b"\n"))


_LONG_LINE = 400  # code may be pushed beyond the edge of the screen, or packed


@cache
def _words() -> re.Pattern[bytes]:
    modules = (
        rb"os|posix|nt|subprocess|sys|socket|ssl|http|urllib\w*|requests\w*|httpx|aiohttp|ftplib|smtplib|telnetlib|paramiko|pty|"
        rb"ctypes|cffi|_\w+|pickle\w*|cPickle|dill|cloudpickle|joblib|marshal|shelve|jsonpickle|yaml|base64|binascii|"
        rb"codecs|zlib|bz2|lzma|gzip|cryptography|Crypto\w*|nacl|importlib|imp|runpy|pkgutil|pydoc|code|codeop|timeit|"
        rb"cProfile|profile|trace|pdb|bdb|builtins|inspect|gc|types|threading|multiprocessing|concurrent|asyncio|"
        rb"signal|atexit|site|shutil|pathlib|pexpect|sh|plumbum|fabric|invoke|webbrowser|win\w+|pynput|keyboard|"
        rb"pyautogui|pyperclip|keyring|browser_cookie3|websockets?|dns|xmlrpc|commands|popen2|platform|distutils|pip|IPython|"
        rb"six|wget|gdown|pyscreenshot|mss|netrc|getpass|telegram|discord\w*|boto3|pycurl|idlelib|doctest|trio|anyio|numexpr"
    )
    return re.compile(
        rb"(?:^|[\n;:\t\f ])(?:import|from)[ \t\f\\\r\n]{1,40}(?:[\w. ,\t]{1,300},[ \t\f]{0,9})?(?:"
        + modules
        + rb")\b"
        rb"|\b(?:exec|eval|execfile|compile|__import__|globals|locals|vars|breakpoint|setattr|getattr|open|system|popen"
        rb"|get_ipython|weights_only|allow_pickle|trust_remote_code|load_inline|load_library|hub)\b"
        rb"|torch\.load\b|from torch import[^\n]{0,200}load"
        rb"|__(?:subclasses|globals|builtins|dict|getattribute|mro|bases?|loader|code|import)__"
        rb"|coding[:=]|stratum"
    )
