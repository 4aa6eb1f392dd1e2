"""Callables that advisories name: each must be known for what it does, under each of its names."""

import pytest

from backstamp.knowledge.callables import CONVICTS, Effect, is_standard, known

GADGETS = """
os system process|posix system process|nt system process|os popen process|os execv process|os execvpe process
os spawnl process|os spawnlp process|os posix_spawn process|os fork process|os kill stop|os _exit stop
os remove write|os rename write|os putenv state|os chdir state|nt spawnv process|os startfile process
subprocess Popen process|subprocess run process|subprocess call process|subprocess check_output process
subprocess getoutput process|subprocess getstatusoutput process|commands getoutput process
popen2 popen3 process|_posixsubprocess fork_exec process|pty spawn process|pipes Template process
builtins eval code|builtins exec code|builtins compile code|__builtin__ eval code|__builtin__ execfile code
builtins __import__ code|builtins breakpoint code|builtins getattr resolve|builtins setattr state
builtins globals resolve|builtins open write|__builtin__ file write|builtins input show|builtins exit stop
builtins map invoke|builtins filter invoke|builtins str.format resolve|__builtin__ apply invoke
code InteractiveInterpreter.runcode code|code interact code|codeop compile_command code|pdb run code
bdb Bdb.run code|timeit timeit code|timeit Timer code|cProfile run code|profile run code|trace Trace.run code
doctest debug_script code|runpy run_path code|runpy run_module code|runpy _run_code code
py_compile compile code|compileall compile_dir code|zipimport zipimporter.load_module code
zipapp create_archive write|imp load_source code|imp load_dynamic code
importlib import_module code|importlib.util spec_from_file_location code|pkgutil resolve_name resolve
operator attrgetter resolve|operator methodcaller resolve|operator call invoke|functools reduce invoke
functools partial invoke|types FunctionType code|types CodeType code|types MethodType invoke
marshal loads code|pickle loads load|_pickle loads load|cPickle loads load|pickle Unpickler load
shelve open load|dbm open write|shutil rmtree write|shutil copyfile write|shutil unpack_archive write
tempfile mkstemp write|tempfile NamedTemporaryFile write|pathlib Path.write_text write
pathlib PosixPath.unlink write|pathlib Path.rename write|io open write|io FileIO write|_io FileIO write
_pyio open write|codecs open write|linecache getlines read|linecache getline read
logging FileHandler write|logging.config dictConfig code|logging.config listen network
logging.handlers SocketHandler network|idlelib.pyshell ModifiedInterpreter.runcode code
idlelib.run Executive.runcode code|idlelib.autocomplete AutoComplete.get_entity code
idlelib.calltip get_entity code|idlelib.debugobj ObjectTreeItem.SetText code
lib2to3.pgen2.grammar Grammar.loads code|lib2to3.pgen2.pgen ParserGenerator.make_label code
ensurepip _run_pip process|pip main process|pip._internal.cli.main main process|venv create process
pydoc pipepager process|pydoc locate code|webbrowser open show|antigravity geohash show
ctypes CDLL native|ctypes.util find_library process|ctypes CFUNCTYPE native|_ctypes dlopen native
uuid _get_command_stdout process|imaplib IMAP4_stream process|_osx_support _read_output process
_aix_support _read_cmd_output process|_pyrepl.pager pipe_pager process|test.support.script_helper run_python_until_end process
distutils.file_util write_file write|distutils.spawn spawn process|distutils.dir_util remove_tree write
asyncio.unix_events _UnixSubprocessTransport process|asyncio create_subprocess_shell process
asyncio.unix_events _UnixSubprocessTransport._start process|ssl get_server_certificate network
socket create_connection network|socket getaddrinfo network|socket socket.connect network
_socket getaddrinfo network|urllib.request urlopen network|urllib2 urlopen network|urllib urlopen network
http.client HTTPConnection.request network|ftplib FTP network|smtplib SMTP network|poplib POP3 network
telnetlib Telnet network|nntplib NNTP network|xmlrpc.client ServerProxy network|http.server HTTPServer network
socketserver TCPServer network|multiprocessing.context Process process|multiprocessing Process process
multiprocessing.util spawnv_passfds process|multiprocessing.managers BaseManager process
multiprocessing.connection Client network|concurrent.futures.process ProcessPoolExecutor process
threading Thread invoke|threading Timer invoke|_thread start_new_thread invoke|atexit register state
signal signal state|sys settrace state|sys setrecursionlimit state|sys exit stop|sys _getframe resolve
gc get_objects resolve|site addsitedir code|site execsitecustomize code|_interpreters run_string code
_xxsubinterpreters run_string code|platform popen process|mailcap findmatch process
tkinter Tk show|turtle Turtle show|readline write_history_file write|rlcompleter Completer.attr_matches code
cgitb enable state|gettext c2py code|weakref finalize invoke|contextlib ExitStack.callback invoke
sched scheduler.run invoke|sqlite3 connect write|sqlite3 Connection native|time sleep stop
inspect getsource read|unittest.mock _importer code|wsgiref.simple_server make_server network
xml.dom.domreg getDOMImplementation code|tarfile TarFile.extractall write|zipfile ZipFile.extractall write
bz2 open write|lzma open write|gzip open write|fileinput input write|mailbox mbox write
typing get_type_hints code|warnings filterwarnings state|copyreg add_extension state|faulthandler dump_traceback state
modulefinder ModuleFinder code|nt _getfullpathname read|_winapi CreateProcess process|winreg SetValue write
msvcrt locking native|curses initscr state|fcntl ioctl state|resource setrlimit state|mmap mmap native
pathlib os.system process|random _os.system process|subprocess os.system process|shutil os.remove write
builtins print.__self__.eval code|os system.__call__ process|operator attrgetter.__call__ resolve
builtins object.__subclasses__ resolve|os system.__globals__ resolve
"""


def rows() -> list[tuple[str, str, str]]:
    found = []
    for line in GADGETS.strip().replace("\n", "|").split("|"):
        module, name, effect = line.split()
        found.append((module, name, effect))
    return found


@pytest.mark.parametrize(("module", "name", "effect"), rows())
def test_a_gadget_of_the_standard_library_is_known_for_what_it_does(
    module: str, name: str, effect: str
) -> None:
    found = known(module, name)
    assert found is not None
    assert Effect(effect) in found.effects


@pytest.mark.parametrize(("module", "name", "effect"), rows())
def test_modules_of_gadgets_are_standard(module: str, name: str, effect: str) -> None:
    assert is_standard(module)


def test_a_re_export_gives_the_real_thing() -> None:
    found = [known(m, n) for m, n in (("pathlib", "os.system"), ("posix", "system"), ("nt", "system"))]
    assert [(f.module, f.name, f.kind) for f in found if f] == [("os", "system", "function")] * 3


def test_convicting_effects_leave_out_those_that_depend_on_arguments() -> None:
    assert frozenset(Effect) - CONVICTS == {
        Effect.DATA,
        Effect.PURE,
        Effect.RESOLVE,
        Effect.INVOKE,
        Effect.READ,
        Effect.UNKNOWN,
    }
