"""Paths worth a second look: where credentials lie, and where code is placed to be run later."""

import re
from functools import cache

CREDENTIAL, PERSISTENCE = "credential", "persistence"


def notable(path: str) -> str:
    """Tell what a path is notable for: ``credential``, ``persistence`` or nothing."""
    if len(path) > 2000:
        return ""
    text = path.replace("\\", "/").lower()
    if _credentials().search(text):
        return CREDENTIAL
    return PERSISTENCE if _persistence().search(text) else ""


@cache
def _credentials() -> re.Pattern[str]:
    return re.compile(
        r"\.ssh(?:/|$)|id_rsa|id_ed25519|id_ecdsa|\.aws/credentials|\.aws(?:/config)?$|\.netrc|\.git-credentials|\.docker/config"
        r"|\.kube/config|\.npmrc|\.pypirc|\.pgpass|/etc/shadow|/etc/passwd|/etc/sudoers|login data"
        r"|cookies\.sqlite"
        r"|logins\.json|key4\.db|wallet\.dat|\.electrum|\.bitcoin|exodus/|metamask|/keychains/"
        r"|local state$|web data$"
        r"|\.config/gcloud|application_default_credentials|\.azure/|\.bash_history|\.zsh_history"
        r"|discord/local storage"
        r"|/local storage/leveldb|google/chrome/user data|\.mozilla/firefox|\.gnupg|/proc/\w+/environ"
        r"|serviceaccount/token|\.huggingface/token|huggingface/(?:token|stored_tokens)|\.config/gh/hosts"
    )


@cache
def _persistence() -> re.Pattern[str]:
    return re.compile(
        r"\.bashrc|\.bash_profile|\.zshrc|\.zprofile|(?:^|[/~])\.profile$|/etc/profile|/etc/cron|/var/spool/cron|crontab"
        r"|\.config/autostart|launchagents|launchdaemons|/etc/systemd|systemd/(?:user|system)/|\.config/systemd"
        r"|start menu/programs/startup|/etc/init\.d|/etc/rc\.local|/etc/ld\.so\.preload|authorized_keys"
        r"|currentversion/run|sitecustomize\.py|usercustomize\.py|(?:site-packages|dist-packages"
        r"|sitepackages\(\)\}?)/[^ ]*\.pth|\.ipython/profile_default/startup"
        r"|\.git/hooks/"
    )
