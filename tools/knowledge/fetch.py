"""Fetch distributions one at a time, summarise them, throw them away: nothing is installed or imported."""

import argparse
import glob
import os
import re
import shutil
import subprocess
import sys
import tempfile

import msgspec

from tools.knowledge import sources
from tools.knowledge.build import PackageFile

HERE = os.path.dirname(os.path.abspath(__file__))


def main() -> None:
    """Summarise all distributions of ``packages.txt`` that have no summary yet."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("summaries", help="folder for the summaries")
    parser.add_argument("--only", nargs="*", default=[])
    options = parser.parse_args()
    os.makedirs(options.summaries, exist_ok=True)
    for requirement, python in wanted(os.path.join(HERE, "packages.txt")):
        name = requirement.partition("==")[0]
        if options.only and name not in options.only:
            continue
        mark = os.path.join(options.summaries, re.sub(r"[^A-Za-z0-9.=-]", "_", requirement) + ".part.json")
        if os.path.exists(mark):
            continue
        with tempfile.TemporaryDirectory() as folder:
            path = download(requirement, python, folder)
            if not path:
                print(f"not to be had: {requirement}", flush=True)
                continue
            version = version_of(path)
            modules = sources.modules_of(sources.archive(path))
            record = PackageFile(name=name, versions=[version], modules=modules)
            with open(mark, "wb") as file:
                file.write(msgspec.json.encode(record))
            print(f"{name} {version}: {len(modules)} modules", flush=True)


def wanted(path: str) -> list[tuple[str, str]]:
    """Read the list: a requirement a line, with the Python that its wheel is for."""
    found = []
    with open(path, encoding="utf-8") as file:
        for line in file:
            words = line.partition("#")[0].split()
            if words:
                python = next((w[3:] for w in words[1:] if w.startswith("py=")), "")
                found.append((words[0], python))
    return found


def download(requirement: str, python: str, folder: str) -> str:
    """Fetch one distribution without its dependencies: a wheel if there is one, else the source archive."""
    command = [
        sys.executable,
        "-m",
        "pip",
        "download",
        "-q",
        "--no-deps",
        "--disable-pip-version-check",
        "-d",
        folder,
    ]
    wheel = ["--only-binary", ":all:"]
    if python:
        wheel += ["--python-version", python, "--platform", "manylinux2014_x86_64"]
        wheel += [
            "--platform",
            "manylinux2010_x86_64",
            "--platform",
            "manylinux1_x86_64",
            "--platform",
            "manylinux_2_17_x86_64",
        ]
    for extra in (wheel, ["--no-binary", ":all:", "--no-build-isolation"]):
        if subprocess.run([*command, *extra, requirement], capture_output=True, check=False).returncode == 0:
            files = glob.glob(os.path.join(folder, "*"))
            if files:
                return files[0]
        shutil.rmtree(folder, ignore_errors=True)
        os.makedirs(folder)
    return ""


def version_of(path: str) -> str:
    """Read the version from the name of a wheel or source archive."""
    name = os.path.basename(path)
    if name.endswith(".whl"):
        return name.split("-")[1]
    return re.sub(r"\.(tar\.\w+|zip)$", "", name).rpartition("-")[2]


if __name__ == "__main__":
    main()
