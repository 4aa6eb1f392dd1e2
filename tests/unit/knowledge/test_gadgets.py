"""Callables that advisories name: each must be known for what it does, under each of its names."""

import pytest

from backstamp.knowledge.callables import CONVICTS, Effect, is_standard, known

GADGETS = """
os system process|posix system process|nt system process|os popen process|os execv process
os execvpe process|os spawnl process|os spawnlp process|os posix_spawn process|os fork process
os kill stop|os _exit stop|os remove write|os rename write|os putenv state|os chdir state
nt spawnv process|os startfile process|subprocess Popen process|subprocess run process
subprocess call process|subprocess check_output process|subprocess getoutput process
subprocess getstatusoutput process|commands getoutput process|popen2 popen3 process
_posixsubprocess fork_exec process|pty spawn process|pipes Template process|builtins eval code
builtins exec code|builtins compile code|__builtin__ eval code|__builtin__ execfile code
builtins __import__ code|builtins breakpoint code|builtins getattr resolve|builtins setattr state
builtins globals resolve|builtins open write|__builtin__ file write|builtins input show
builtins exit stop|builtins map invoke|builtins filter invoke|builtins str.format resolve
__builtin__ apply invoke|code InteractiveInterpreter.runcode code|code interact code
codeop compile_command code|pdb run code|bdb Bdb.run code|timeit timeit code|timeit Timer code
cProfile run code|profile run code|trace Trace.run code|doctest debug_script code
runpy run_path code|runpy run_module code|runpy _run_code code|py_compile compile code
compileall compile_dir code|zipimport zipimporter.load_module code|zipapp create_archive write
imp load_source code|imp load_dynamic code|importlib import_module code
importlib.util spec_from_file_location code|pkgutil resolve_name resolve|operator attrgetter resolve
operator methodcaller resolve|operator call invoke|functools reduce invoke|functools partial invoke
types FunctionType code|types CodeType code|types MethodType invoke|marshal loads code
pickle loads load|_pickle loads load|cPickle loads load|pickle Unpickler load|shelve open load
dbm open write|shutil rmtree write|shutil copyfile write|shutil unpack_archive write
tempfile mkstemp write|tempfile NamedTemporaryFile write|pathlib Path.write_text write
pathlib PosixPath.unlink write|pathlib Path.rename write|io open write|io FileIO write
_io FileIO write|_pyio open write|codecs open write|linecache getlines read|linecache getline read
logging FileHandler write|logging.config dictConfig code|logging.config listen network
logging.handlers SocketHandler network|idlelib.pyshell ModifiedInterpreter.runcode code
idlelib.run Executive.runcode code|idlelib.autocomplete AutoComplete.get_entity code
idlelib.calltip get_entity code|idlelib.debugobj ObjectTreeItem.SetText code
lib2to3.pgen2.grammar Grammar.loads code|lib2to3.pgen2.pgen ParserGenerator.make_label code
ensurepip _run_pip process|pip main process|pip._internal.cli.main main process|venv create process
pydoc pipepager process|pydoc locate code|webbrowser open show|antigravity geohash show
ctypes CDLL native|ctypes.util find_library process|ctypes CFUNCTYPE native|_ctypes dlopen native
uuid _get_command_stdout process|imaplib IMAP4_stream process|_osx_support _read_output process
_aix_support _read_cmd_output process|_pyrepl.pager pipe_pager process
test.support.script_helper run_python_until_end process|distutils.file_util write_file write
distutils.spawn spawn process|distutils.dir_util remove_tree write
asyncio.unix_events _UnixSubprocessTransport process|asyncio create_subprocess_shell process
asyncio.unix_events _UnixSubprocessTransport._start process|ssl get_server_certificate network
socket create_connection network|socket getaddrinfo network|socket socket.connect network
_socket getaddrinfo network|urllib.request urlopen network|urllib2 urlopen network
urllib urlopen network|http.client HTTPConnection.request network|ftplib FTP network
smtplib SMTP network|poplib POP3 network|telnetlib Telnet network|nntplib NNTP network
xmlrpc.client ServerProxy network|http.server HTTPServer network|socketserver TCPServer network
multiprocessing.context Process process|multiprocessing Process process
multiprocessing.util spawnv_passfds process|multiprocessing.managers BaseManager process
multiprocessing.connection Client network|concurrent.futures.process ProcessPoolExecutor process
threading Thread invoke|threading Timer invoke|_thread start_new_thread invoke|atexit register state
signal signal state|sys settrace state|sys setrecursionlimit state|sys exit stop
sys _getframe resolve|gc get_objects resolve|site addsitedir code|site execsitecustomize code
_interpreters run_string code|_xxsubinterpreters run_string code|platform popen process
mailcap findmatch process|tkinter Tk show|turtle Turtle show|readline write_history_file write
rlcompleter Completer.attr_matches code|cgitb enable state|gettext c2py code|weakref finalize invoke
contextlib ExitStack.callback invoke|sched scheduler.run invoke|sqlite3 connect write
sqlite3 Connection native|time sleep stop|inspect getsource read|unittest.mock _importer code
wsgiref.simple_server make_server network|xml.dom.domreg getDOMImplementation code
tarfile TarFile.extractall write|zipfile ZipFile.extractall write|bz2 open write|lzma open write
gzip open write|fileinput input write|mailbox mbox write|typing get_type_hints code
warnings filterwarnings state|copyreg add_extension state|faulthandler dump_traceback state
modulefinder ModuleFinder code|nt _getfullpathname read|_winapi CreateProcess process
winreg SetValue write|msvcrt locking native|curses initscr state|fcntl ioctl state
resource setrlimit state|mmap mmap native|pathlib os.system process|random _os.system process
subprocess os.system process|shutil os.remove write|builtins print.__self__.eval code
os system.__call__ process|operator attrgetter.__call__ resolve
builtins object.__subclasses__ resolve|os system.__globals__ resolve
"""


PACKAGES = """
sympy sympify code|sympy simplify code
numpy load load|numpy.testing._private.utils runstring code|numpy.f2py.crackfortran getlincoef code
numpy.f2py.crackfortran myeval code|numpy.f2py.crackfortran _eval_length code
numpy.lib.npyio load load|numpy.distutils.exec_command exec_command process
numpy.ctypeslib load_library native|numpy fromfile read|numpy ndarray.tofile write
numpy memmap write|numpy.testing._private.utils rundocs code|torch load load
torch.serialization load load|torch.storage _load_from_bytes load|torch.hub load code
torch.utils.collect_env run process|torch.utils.cpp_extension load native|torch.jit load load
torch._inductor.codecache compile_file code|torch._dynamo.guards GuardBuilder.get code
torch.jit.unsupported_tensor_ops execWrapper code
torch.utils._config_module ConfigModule.load_config load
torch.fx.experimental.symbolic_shapes ShapeEnv.evaluate_guards_expression code
torch.utils.bottleneck.__main__ run_autograd_prof code
torch.utils.bottleneck.__main__ run_cprofile code
torch.utils.data.datapipes.utils.decoder basichandlers load
torch.fx.graph_module reduce_graph_module code|torch.package PackageImporter code
torch.multiprocessing spawn process|torch._utils _import_dotted_name code
torch.distributed.run main process|torch save write|torch.utils.model_zoo load_url network
pandas read_pickle load|pandas eval code|pandas.io.pickle read_pickle load
pandas DataFrame.query code|pandas.core.computation.eval eval code|pandas.io.common get_handle write
pandas read_csv read|joblib load load|joblib.numpy_pickle load load
joblib.numpy_pickle NumpyUnpickler load|joblib Parallel process|joblib.memory os.system process
joblib.externals.loky.backend.resource_tracker spawnv_passfds process|dill loads load|dill load load
dill._dill _import_module code|dill._dill _eval_repr code|cloudpickle loads load
cloudpickle.cloudpickle subimport code|cloudpickle.cloudpickle _make_function code
sklearn.datasets fetch_openml network|sklearn.datasets load_files read
transformers.dynamic_module_utils get_class_from_dynamic_module code
transformers.pipelines pipeline code|datasets load_dataset code
huggingface_hub snapshot_download network|timm.models._hub load_model_config_from_hf network
matplotlib.pyplot show show|nltk.app.chunkparser_app app code|nltk.data load load
nltk.downloader download network|nltk.internals java process|spacy.cli download process
spacy.util load_model code|spacy.util run_command process|IPython.utils.process system process
setuptools.sandbox run_setup code|cffi FFI native|numba jit native
llvmlite.binding load_library_permanently native|llvmlite.binding parse_assembly native
sympy.parsing.sympy_parser parse_expr code|yaml load code|yaml unsafe_load code
gensim.utils unpickle load|gensim.utils check_output process|hydra.utils instantiate invoke
requests get network|psutil Popen process|h5py File write|PIL.Image open read
PIL.ImageMath eval code|ultralytics.utils.downloads safe_download network
torch.serialization os.system process|keras.src.utils.python_utils func_load code
numpy.core.multiarray fromfile read
"""


def package_rows() -> list[tuple[str, str, str]]:
    return [
        tuple(line.split())
        for line in PACKAGES.strip().replace("\n", "|").split("|")
        if len(line.split()) == 3
    ]


@pytest.mark.parametrize(("module", "name", "effect"), package_rows())
def test_a_gadget_of_a_package_is_known_for_what_it_does(module: str, name: str, effect: str) -> None:
    found = known(module, name)
    assert found is not None
    assert Effect(effect) in found.effects


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


def test_modules_of_gadgets_are_standard() -> None:
    assert [module for module, _, _ in rows() if not is_standard(module)] == []


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
