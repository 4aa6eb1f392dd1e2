"""What callables of the standard library and of common packages do, by dotted name.

An *action* is what a call does to the world; a *source* is a call or attribute whose value tells
something of the world. Names are canonical: ``posix.system`` is ``os.system``.
"""

# ruff: noqa: E501  # tables of names

from functools import cache, lru_cache

from backstamp.formats.python.values import (
    DECODED,
    DROPPED,
    ENVIRON,
    FILE,
    HOST,
    INPUT,
    NETWORK,
    SECRET,
    WEIGHTS,
)

PROCESS, CODE, LOAD, NATIVE, NETWORK_CALL = "process", "code", "load", "native", "network"
WRITE, DELETE, HOOK, SPY, IMPORT, RESOLVE = "write", "delete", "hook", "spy", "import", "resolve"
SOCKET, SHELLCODE, DUP, OPEN = "socket", "shellcode", "dup", "open"

_ACTIONS = {
    PROCESS: """
        os.system os.popen os.popen2 os.popen3 os.popen4 os.startfile os.execl os.execle os.execlp
        os.execlpe os.execv
        os.execve os.execvp os.execvpe os.spawnl os.spawnle os.spawnlp os.spawnlpe os.spawnv
        os.spawnve os.spawnvp
        os.spawnvpe os.posix_spawn os.posix_spawnp subprocess.run subprocess.call subprocess.Popen
        subprocess.check_call subprocess.check_output subprocess.getoutput subprocess.getstatusoutput
        _posixsubprocess.fork_exec _winapi.CreateProcess pty.spawn asyncio.create_subprocess_exec
        asyncio.create_subprocess_shell asyncio.subprocess.create_subprocess_exec
        asyncio.subprocess.create_subprocess_shell commands.getoutput commands.getstatusoutput popen2.popen2
        popen2.popen3 platform.popen pexpect.run pexpect.spawn pexpect.runu pexpect.spawnu
        distutils.spawn.spawn
        win32api.ShellExecute win32process.CreateProcess torch.utils.collect_env.run sh.bash sh.sh
        sh.curl sh.wget
        ctypes.windll.shell32.ShellExecuteA ctypes.windll.shell32.ShellExecuteW ctypes.CDLL().system
        ctypes.cdll.LoadLibrary().system ctypes.CDLL().execve ctypes.CDLL().popen ctypes.PyDLL().system
        ctypes.windll.kernel32.WinExec ctypes.windll.kernel32.CreateProcessA
        ctypes.windll.kernel32.CreateProcessW
        win32com.client.Dispatch().Run win32com.client.Dispatch().ShellExecute invoke.run
        fabric.Connection().run
        paramiko.SSHClient().exec_command IPython.get_ipython().system get_ipython().system
        IPython.get_ipython().getoutput get_ipython().getoutput trio.run_process anyio.run_process
        numpy.distutils.exec_command.exec_command imaplib.IMAP4_stream pipes.Template().open
        uuid._get_command_stdout
        asyncio.get_event_loop().subprocess_shell asyncio.get_event_loop().subprocess_exec
        webbrowser.get().open
        asyncio.get_running_loop().subprocess_shell asyncio.get_running_loop().subprocess_exec
        pip.main pip._internal.main pip._internal.cli.main.main
        webbrowser.BackgroundBrowser().open webbrowser.GenericBrowser().open
        idlelib.pyshell.ModifiedInterpreter().runcommand test.support.script_helper.assert_python_ok
    """,
    CODE: """
        exec eval execfile runpy.run_path runpy.run_module runpy._run_code
        code.InteractiveInterpreter().runcode
        code.InteractiveInterpreter().runsource code.InteractiveConsole().push code.interact
        timeit.timeit timeit.repeat
        timeit.Timer cProfile.run cProfile.runctx profile.run profile.runctx pdb.run pdb.runeval bdb.Bdb().run
        trace.Trace().run trace.Trace().runctx doctest.debug_script types.FunctionType types.LambdaType
        imp.load_source imp.load_module imp.load_compiled imp.load_dynamic
        numpy.testing.runstring numpy.testing.rundocs torch.jit.unsupported_tensor_ops.execWrapper
        IPython.get_ipython().run_cell get_ipython().run_cell get_ipython().ex get_ipython().ev
        IPython.get_ipython().ex IPython.get_ipython().ev js2py.eval_js idlelib.run.Executive().runcode
        _testcapi.run_in_subinterp _xxsubinterpreters.run_string _interpreters.exec _interpreters.run_string
    """,
    LOAD: """
        pickle.load pickle.loads pickle.Unpickler pickle._load pickle._loads pickle._Unpickler
        _pickle.load _pickle.loads
        _pickle.Unpickler cPickle.load cPickle.loads dill.load dill.loads dill.load_session cloudpickle.load
        cloudpickle.loads joblib.load torch.load torch.serialization.load torch.jit.load
        torch.package.PackageImporter
        numpy.load yaml.load yaml.unsafe_load yaml.full_load marshal.load marshal.loads
        shelve.open pandas.read_pickle
        jsonpickle.decode jsonpickle.loads torch.hub.load sklearn.externals.joblib.load
        pickle5.loads pickle5.load
        torch.storage._load_from_bytes keras.models.load_model tensorflow.keras.models.load_model
        keras.saving.load_model sympy.sympify skops.io.load
    """,
    NATIVE: """
        ctypes.CDLL ctypes.WinDLL ctypes.OleDLL ctypes.PyDLL ctypes.cdll.LoadLibrary ctypes.windll.LoadLibrary
        ctypes.LibraryLoader().LoadLibrary _ctypes.dlopen cffi.FFI().dlopen torch.ops.load_library
        torch.classes.load_library torch.utils.cpp_extension.load torch.utils.cpp_extension.load_inline
        tensorflow.load_op_library tensorflow.load_library numpy.ctypeslib.load_library
        importlib.machinery.ExtensionFileLoader _imp.create_dynamic _imp.load_dynamic
    """,
    SHELLCODE: """
        ctypes.windll.kernel32.VirtualAlloc ctypes.windll.kernel32.VirtualAllocEx
        ctypes.windll.kernel32.CreateThread
        ctypes.windll.kernel32.RtlMoveMemory ctypes.windll.kernel32.CreateRemoteThread
        ctypes.windll.kernel32.WriteProcessMemory ctypes.windll.kernel32.VirtualProtect
        ctypes.WinDLL().VirtualAlloc
        ctypes.windll.ntdll.RtlMoveMemory ctypes.WinDLL().CreateThread ctypes.CDLL().mprotect
        ctypes.WinDLL().RtlMoveMemory ctypes.windll.ntdll.NtAllocateVirtualMemory
    """,
    NETWORK_CALL: """
        requests.get requests.post requests.put requests.patch requests.delete requests.head requests.request
        requests.Session().get requests.Session().post requests.Session().put requests.Session().request
        requests.session().get requests.session().post requests.session().request
        urllib.request.urlopen urllib.request.urlretrieve urllib.request.build_opener().open
        urllib.request.URLopener().open urllib.request.FancyURLopener().open
        urllib.request.URLopener().retrieve urllib2.urlopen urllib.urlopen urllib.urlretrieve
        urllib3.PoolManager().request urllib3.request six.moves.urllib.request.urlopen
        six.moves.urllib.request.urlretrieve http.client.HTTPConnection().request
        http.client.HTTPSConnection().request
        httplib.HTTPConnection().request httplib.HTTPSConnection().request httpx.get httpx.post
        httpx.put httpx.request
        httpx.Client().get httpx.Client().post httpx.Client().request httpx.AsyncClient().get
        httpx.AsyncClient().post
        aiohttp.ClientSession().get aiohttp.ClientSession().post aiohttp.ClientSession().request
        aiohttp.request
        ftplib.FTP().storbinary ftplib.FTP().retrbinary ftplib.FTP().storlines smtplib.SMTP().sendmail
        smtplib.SMTP().send_message smtplib.SMTP_SSL().sendmail smtplib.SMTP_SSL().send_message wget.download
        telnetlib.Telnet paramiko.SSHClient().connect websocket.create_connection websocket.WebSocketApp
        websockets.connect pycurl.Curl().perform xmlrpc.client.ServerProxy socket.gethostbyname
        socket.getaddrinfo
        socket.gethostbyname_ex dns.resolver.resolve dns.resolver.query gdown.download
        torch.hub.download_url_to_file torch.hub.load_state_dict_from_url telegram.Bot().send_message
        discord_webhook.DiscordWebhook().execute boto3.client().put_object boto3.client().upload_file
        requests_html.HTMLSession().get cloudscraper.create_scraper().get tls_client.Session().get
        curl_cffi.requests.get curl_cffi.requests.post socket.socket().send socket.socket().sendall
        socket.socket().sendto socket.create_connection().send socket.create_connection().sendall
        ssl.wrap_socket().send ssl.wrap_socket().sendall pycurl.Curl().setopt
    """,
    SOCKET: """
        socket.socket().connect socket.socket().connect_ex socket.create_connection socket.socket().bind
        asyncio.open_connection socket.socket().listen socket.create_server
    """,
    DUP: "os.dup2 os.dup",
    "registry": """
        winreg.OpenKey winreg.OpenKeyEx winreg.CreateKey winreg.CreateKeyEx winreg.SetValue
        _winreg.OpenKey _winreg.CreateKey
    """,
    DELETE: "shutil.rmtree os.remove os.unlink os.rmdir os.removedirs",
    HOOK: """
        sys.settrace sys.setprofile sys.addaudithook threading.settrace threading.setprofile
        sys.meta_path.insert sys.meta_path.append sys.path_hooks.insert sys.path_hooks.append
    """,
    SPY: """
        pynput.keyboard.Listener pynput.mouse.Listener keyboard.on_press keyboard.on_release
        keyboard.record keyboard.hook
        pyautogui.screenshot PIL.ImageGrab.grab ImageGrab.grab pyscreenshot.grab mss.mss().grab mss.mss().shot
        pyperclip.paste win32clipboard.GetClipboardData pyHook.HookManager pyxhook.HookManager
        browser_cookie3.chrome browser_cookie3.firefox browser_cookie3.load win32crypt.CryptUnprotectData
        keyring.get_password keyring.get_credential secretstorage.dbus_init
    """,
    IMPORT: """
        __import__ importlib.import_module importlib.__import__ importlib.reload
        pkgutil.resolve_name imp.find_module
        importlib.util.module_from_spec().__loader__.exec_module
        importlib.util.spec_from_file_location().loader.exec_module pydoc.locate pydoc.safeimport
        importlib.machinery.SourceFileLoader().load_module importlib.machinery.SourceFileLoader().exec_module
        importlib._bootstrap._load importlib._bootstrap._gcd_import
    """,
    OPEN: "open io.open codecs.open os.open builtins.open io.FileIO _io.FileIO tokenize.open gzip.open bz2.open",
}  # fmt: skip

_SOURCES = {
    NETWORK: """
        socket.socket().recv socket.socket().recvfrom socket.create_connection().recv ssl.wrap_socket().recv
        socket.socket().makefile().read requests.get requests.post requests.request requests.put requests.head
        requests.Session().get requests.Session().post requests.Session().request requests.session().get
        urllib.request.urlopen urllib.request.urlretrieve urllib2.urlopen urllib.urlopen urllib.urlretrieve
        urllib.request.build_opener().open six.moves.urllib.request.urlopen
        urllib3.PoolManager().request urllib3.request
        http.client.HTTPConnection().getresponse http.client.HTTPSConnection().getresponse
        httplib.HTTPConnection().getresponse
        httplib.HTTPSConnection().getresponse httpx.get httpx.post httpx.request
        httpx.Client().get httpx.Client().post
        aiohttp.ClientSession().get aiohttp.ClientSession().post asyncio.open_connection wget.download
        paramiko.SSHClient().exec_command websocket.create_connection().recv dns.resolver.resolve
        dns.resolver.query
        xmlrpc.client.ServerProxy torch.hub.download_url_to_file gdown.download telnetlib.Telnet
        curl_cffi.requests.get curl_cffi.requests.post urllib.request.URLopener().open
        imaplib.IMAP4_SSL().fetch
        socket.socket().accept
    """,
    DECODED: """
        base64.b64decode base64.b32decode base64.b16decode base64.b85decode base64.a85decode
        base64.urlsafe_b64decode
        base64.standard_b64decode base64.decodebytes base64.decodestring base64.b32hexdecode
        base64.decode binascii.unhexlify
        binascii.a2b_base64 binascii.a2b_hex binascii.a2b_uu binascii.a2b_qp zlib.decompress
        zlib.decompressobj().decompress gzip.decompress bz2.decompress lzma.decompress
        bytes.fromhex bytearray.fromhex
        codecs.decode cryptography.fernet.Fernet().decrypt Crypto.Cipher.AES.new().decrypt
        Cryptodome.Cipher.AES.new().decrypt Crypto.Cipher.ARC4.new().decrypt
        Crypto.Cipher.DES.new().decrypt nacl.secret.SecretBox().decrypt
        marshal.loads marshal.load pyaes.AESModeOfOperationCTR().decrypt zstandard.decompress
        zstd.decompress brotli.decompress
        lz4.frame.decompress base58.b58decode quopri.decodestring uu.decode
        cryptography.hazmat.primitives.ciphers.Cipher().decryptor().update
    """,
    HOST: """
        socket.gethostname socket.getfqdn getpass.getuser platform.node platform.uname os.uname
        os.getlogin uuid.getnode
        pwd.getpwuid psutil.users platform.platform psutil.net_if_addrs
    """,
    DROPPED: """
        huggingface_hub.hf_hub_download huggingface_hub.snapshot_download huggingface_hub.cached_download
        huggingface_hub.file_download.hf_hub_download modelscope.snapshot_download cached_path.cached_path
        transformers.utils.cached_file transformers.utils.hub.cached_file pooch.retrieve
    """,
    WEIGHTS: """
        torch.load safetensors.torch.load_file safetensors.safe_open safetensors.numpy.load_file numpy.load
        safetensors.torch.load gguf.GGUFReader
    """,
    FILE: "json.load yaml.safe_load pathlib.Path().read_text pathlib.Path().read_bytes configparser.ConfigParser PIL.Image.open Image.open cv2.imread imageio.imread skimage.io.imread wave.open soundfile.read librosa.load",
    SECRET: """
        browser_cookie3.chrome browser_cookie3.firefox browser_cookie3.load
        win32crypt.CryptUnprotectData
    """,
    INPUT: "input raw_input sys.stdin.read sys.stdin.readline argparse.ArgumentParser().parse_args sys.stdin.buffer.read",
    ENVIRON: "os.environ.copy os.environ.items os.environ.values os.environb.copy",
}  # fmt: skip

_ATTRIBUTES = {"sys.argv": INPUT, "os.environ": ENVIRON, "os.environb": ENVIRON}

_ALIASES = {
    "posix": "os", "nt": "os", "_os": "os", "_io": "io", "__builtin__": "builtins", "__builtins__": "builtins",
    "_socket": "socket", "_pickle": "pickle", "cPickle": "pickle", "urllib2": "urllib2", "tf": "tensorflow", "np": "numpy",
    "_subprocess": "subprocess", "_codecs": "codecs", "_sys": "sys", "_builtins": "builtins", "_thread": "_thread",
}  # fmt: skip
# Modules that others import and so re-export: ``shutil.os.system``, ``pathlib.os``, ``anything._os``.
_REEXPORTED = frozenset(
    {"os", "_os", "posix", "nt", "subprocess", "_subprocess", "sys", "_sys", "builtins", "__builtins__", "_builtins",
     "importlib", "socket", "pty", "ctypes", "shutil"}
)  # fmt: skip
_TELLING = frozenset(
    {"os", "_os", "posix", "nt", "subprocess", "builtins", "__builtins__", "_builtins", "pty"}
)


@cache
def action_table() -> dict[str, str]:
    """Map dotted names to what calling them does."""
    return {name: action for action, names in _ACTIONS.items() for name in names.split()}


@cache
def source_table() -> dict[str, int]:
    """Map dotted names to the taint of what calling them gives."""
    table: dict[str, int] = {}
    for taint, names in _SOURCES.items():
        for name in names.split():
            table[name] = table.get(name, 0) | taint
    return table


def attribute_taint(name: str) -> int:
    """Tell the taint of an attribute of a module."""
    return _ATTRIBUTES.get(name, 0)


@lru_cache(maxsize=8192)
def canonical(name: str) -> str:
    """Write a dotted name as its own module would: aliases and re-exports resolved, ``builtins.`` dropped."""
    if "." not in name:
        return name
    parts = name.split(".")
    first = parts[0]
    for at in range(len(parts) - 2, 0, -1):
        if (
            parts[at] in _REEXPORTED
            and (first != "?" or parts[at] in _TELLING)
            and not name.startswith("importlib.")
            and first != "six"
        ):
            parts = parts[at:]
            break
    parts[0] = _ALIASES.get(parts[0], parts[0])
    if parts[0] == "builtins" and len(parts) > 1:
        parts = parts[1:]
    return ".".join(parts)
