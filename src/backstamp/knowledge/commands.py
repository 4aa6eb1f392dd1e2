"""What a shell command does, as far as its text tells.

Sources: MITRE ATT&CK T1059, T1105, T1053, T1003; public reverse-shell collections; the commands which real ML
packages run while they are imported (git, nvidia-smi, ldconfig ...).
"""

# ruff: noqa: E501  # patterns read better whole

import re
from enum import StrEnum
from functools import cache, lru_cache


class Command(StrEnum):
    """How a command is to be taken."""

    HOSTILE = "hostile"  # opens shells, runs downloads, hides, destroys, steals
    ASKING = "asking"  # asks the machine or a tool about itself
    TOOL = "tool"  # a known tool doing its work: compilers, converters, package managers
    OTHER = "other"


@lru_cache(maxsize=1024)
def kind_of(text: str) -> Command:
    """Judge a command line."""
    line = text[:2000]
    if _hostile().search(line):
        return Command.HOSTILE
    if "`" in line or "$(" in line:
        return Command.OTHER
    if _inline().match(line) and not re.search(r"&&|\||&\s", line):
        return Command.TOOL  # its code is read as code
    kinds = [_kind_of_part(part) for part in _joints().split(line) if part.strip()]
    if not kinds or Command.OTHER in kinds:
        return Command.OTHER
    return Command.TOOL if Command.TOOL in kinds else Command.ASKING


def _kind_of_part(part: str) -> Command:
    words = part.split()
    while words and (("=" in words[0] and words[0].partition("=")[0].isidentifier()) or words[0] in _BEFORE):
        words = words[1:]
    if not words:
        return Command.ASKING
    name = words[0].strip("'\"").replace("\\", "/").rsplit("/", 1)[-1].lower().removesuffix(".exe")
    if name in _ASKING or (len(words) == 2 and words[1] in _VERSIONS):
        return Command.ASKING
    if name == "cat" and len(words) > 1 and all(_tells_of_the_machine(word) for word in words[1:]):
        return Command.ASKING
    is_python = name.rstrip(".0123456789") == "python" and len(words) > 1
    return Command.TOOL if name in _TOOLS or is_python else Command.OTHER


def _tells_of_the_machine(path: str) -> bool:
    """Files in which Linux tells of its processors, memory and devices; not those of its processes."""
    return path.startswith(
        ("/proc/cpuinfo", "/proc/meminfo", "/proc/version", "/proc/driver/", "/sys/", "/etc/os-release")
    )


_BEFORE = frozenset({"sudo", "time", "nohup", "env", "export", "yes", "exec"})
_VERSIONS = frozenset({"--version", "-version", "-V", "-v", "--help", "-help", "-h", "-dumpversion"})
_ASKING = frozenset(
    "cd true false set source grep head tail wc sort awk cut tr xargs git nvidia-smi rocm-smi "
    "rocminfo amd-smi xpu-smi ldconfig uname which where whereis lscpu lspci sysctl sw_vers "
    "lsb_release "
    "nvcc gcc g++ cc clang c++ hostname clear cls tput stty file ldd otool dumpbin pkg-config "
    "llvm-config free df du "
    "nproc isainfo mach machine sysconf uname_i psrinfo diskutil lsblk dpkg rpm pgrep getconf lsof ps "
    "tasklist vswhere wmic system_profiler ver chcp mode conda mamba getent locale arch npu-smi "
    "hl-smi cnmon mx-smi vulkaninfo java ibstat ibdev2netdev sinfo squeue scontrol mecab-config pwd "
    "hg svn xdpyinfo numactl tty oslevel".split()
)
_TOOLS = frozenset(
    "meson scons bazel pip pip3 uv poetry conda mamba apt apt-get brew yum dnf npm npx yarn pnpm "
    "make cmake ninja ffmpeg ffprobe sox convert "
    "magick python python3 tar unzip gunzip gzip zip 7z cp mv mkdir ln      torchrun accelerate "
    "deepspeed huggingface-cli "
    "hf gsutil gcloud aws az docker kubectl wget curl aria2c rsync jupyter ipython pytest black ruff "
    "isort flake8 pandoc latex "
    "pdflatex dot gs pdftotext tesseract espeak espeak-ng mecab jar javac rustc cargo go cython "
    "protoc trtexec onnxsim "
    "tensorboard nsys ncu perf     srun sbatch mpirun mpiexec swig patchelf install_name_tool "
    "codesign strip objdump c++filt nasm ar ranlib blender colmap streamlit gradio flask uvicorn "
    "gunicorn vllm ollama kaggle "
    "   grep  sort head tail wc diff patch     sphinx-build twine   ".split()
)


@cache
def _inline() -> re.Pattern[str]:
    return re.compile(r"\s*(?:\S*/)?python[\d.]* +-[cm]\b")


@cache
def _joints() -> re.Pattern[str]:
    return re.compile(r"&&|\|\||[;|\n]|(?<![>&])&(?![>&\d])")


@cache
def _hostile() -> re.Pattern[str]:
    patterns = (
        r"/dev/(?:tcp|udp)/",
        r"\b(?:bash|sh|zsh) +-i\b",
        r"\b(?:nc|ncat|netcat)(?:\.exe|\.traditional)?\b[^|;]{0,80} -\w*[ec]\b",
        r"\b(?:nc|ncat|netcat) +(?:-\w+ +)*\d{1,3}(?:\.\d{1,3}){3}",
        r"\bmkfifo\b[^\n]{0,200}\b(?:nc|sh|openssl)\b",
        r"\bsocat\b[^\n]{0,200}\b(?:exec|system)\b",
        r"\b(?:curl|wget|fetch|iwr|invoke-webrequest)\b[^\n]{0,400}(?:\||&&|;|-o[ -]?[^\n|]{0,100}[;&])\s*(?:sudo +)?(?:\S*/)?(?:ba|z|da|k)?sh\b",
        r"\b(?:curl|wget)\b[^\n]{0,400}\|\s*(?:sudo +)?(?:python|perl|ruby|php|node|base64|gunzip|tar +x)",
        r"\b(?:curl|wget)\b[^\n]{0,400}(?:&&|;)[^\n]{0,100}chmod +(?:\+x|[0-7]*7[0-7]*)",
        r"(?:ba|z)?sh +(?:-c +)?[\"'<(]*\$?\(\s*(?:curl|wget)\b",
        r"\bbase64 +(?:-d|--decode|-D)\b[^\n]{0,100}\|\s*(?:ba|z)?sh",
        r"\bpowershell(?:\.exe)?\b[^\n]{0,300}(?:-e(?:nc|ncodedcommand|c)?\b +[\w+/=]{8}|-w(?:indowstyle)? +hidden|downloadstring|downloadfile|\biex\b|-nop\b|frombase64)",
        r"(?:invoke-expression|\biex\b) *\(?(?:new-object|iwr|irm|\()",
        r"\b(?:mshta|regsvr32|rundll32|certutil|bitsadmin|installutil)(?:\.exe)?\b[^\n]{0,200}(?:https?:|urlcache|scrobj|javascript|decode)",
        r"\brm +-\w*[rf]\w* +(?:-\w+ +)*(?:--no-preserve-root +)?[\"']?(?:/(?:\s|$|\*)|~(?:/?\s|/?$|/\*)|\$HOME(?:\s|$)|/(?:home|etc|usr|var|boot|root)(?:/?\s|/?$|/\*))",
        r"\b(?:del|erase) +/[sfq][^\n]{0,40}[c-z]:\\|\bformat +[c-z]:|\brd +/s +/q +[c-z]:",
        r"\bmkfs\b|\bdd +if=/dev/(?:zero|u?random) +of=/dev/|:\(\) *\{ *:\|:& *\};:",
        r"\bcat +[\"']?(?:/etc/(?:passwd|shadow)|~?/?\S*\.ssh/|\S*\.aws/|~/\.netrc)",
        r"(?:>>?|tee(?: -a)?) *[\"']?(?:~|\$HOME|/root|/home/\S+)?/?\.(?:bashrc|profile|zshrc|bash_profile)",
        r"authorized_keys|/etc/cron|\bcrontab +(?:-|/)|\bcrontab\b[^\n]{0,20}<|\|\s*crontab\b",
        r"\bschtasks\b[^\n]{0,100}/create|\breg(?:\.exe)? +add\b[^\n]{0,200}\\run\b|\bsystemctl +enable\b|launchctl +load",
        r"stratum\+(?:tcp|ssl)|\bxmrig\b|\bminerd\b|\bcpuminer\b|\bnicehash\b|--donate-level",
        r"\bpython[\d.]* +-c +[\"'][^\n]*(?:socket|pty\.spawn|exec\(|b64decode|urlopen)",
        r"\b(?:perl|ruby|php|lua|node) +-(?:e|r|rsocket)\b[^\n]{0,300}(?:socket|fsockopen|exec|system)",
        r"\b(?:useradd|adduser|usermod|net +user|net +localgroup)\b|\bchmod +(?:u\+s|4[0-7]{3})\b|\bsetenforce 0\b",
        r"169\.254\.169\.254|metadata\.google\.internal",
        r"(?:webhook\.site|requestbin|pipedream\.net|ngrok|burpcollaborator|oast(?:ify)?\.|interact\.sh|dnslog|\.onion\b|pastebin\.com/raw|transfer\.sh|discord(?:app)?\.com/api/webhooks|api\.telegram\.org/bot)",
        r"\bcurl\b[^\n]{0,200}(?:-d|--data\S*|-F|-T|--upload-file)\s*\S*(?:@(?:/etc|~|\$HOME)|`|\$\()",
        r"\b(?:curl|wget|nslookup|dig|ping)\b[^\n]{0,200}\$\((?:whoami|hostname|id|cat|env|uname)",
        r"\b(?:env|printenv|whoami|id|hostname|history|cat [^|\n]{1,60})\b *\| *(?:curl|nc|wget|base64)",
        r"\bchmod +(?:a?\+x|0?7[0-7]{2}) +[\"']?/(?:tmp|dev/shm|var/tmp)/|(?:^|[;&|] *)(?:/tmp|/dev/shm|/var/tmp)/[\w.-]+\s*(?:&|$)",
        r"^\s*(?:calc|calc\.exe|gnome-calculator|xcalc|kcalc|mate-calc|notepad|notepad\.exe|open -a Calculator|start calc)\b",
        r"(?:^|[;&|] *)(?:whoami|id)\s*(?:$|[;&|>])",
        r"\b(?:pwned|hacked|p0wned|owned_by|h4ck\w*|backdoor|exploited|malicious)\b",
        r"^\s*(?:/bin/|/usr/bin/)?(?:ba|z|da|k)?sh\s*$|^\s*cmd(?:\.exe)?\s*$|^\s*powershell(?:\.exe)?\s*$",
        r"(?:>>?) *[\"']?/(?:etc|root|usr|boot)/",
        r"\b(?:shutdown|reboot|poweroff|halt)\b(?: +-|\s*$| +now)",
        r"\bhttps?://\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?/\S*\.(?:sh|py|exe|elf|bin|pl|ps1)\b",
    )
    return re.compile("|".join(f"(?:{p})" for p in patterns), re.IGNORECASE)
