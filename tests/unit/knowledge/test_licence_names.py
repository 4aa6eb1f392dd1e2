"""What people write for a licence becomes an SPDX expression, or is said not to be known."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backstamp.knowledge.licences import UNKNOWN, normalised

LLAMA = "LicenseRef-scancode-llama-{}-license-2024"
HUB = {
    "apache-2.0": "Apache-2.0", "mit": "MIT", "openrail": "LicenseRef-backstamp-openrail",
    "bigscience-openrail-m": "LicenseRef-scancode-bigscience-open-rail-m",
    "creativeml-openrail-m": "LicenseRef-scancode-stable-diffusion-2022-08-22",
    "bigscience-bloom-rail-1.0": "LicenseRef-scancode-bigscience-rail-1.0",
    "bigcode-openrail-m": "LicenseRef-scancode-bigcode-open-rail-m-v1",
    "openrail++": "LicenseRef-scancode-bigscience-open-rail-m2",
    "afl-3.0": "AFL-3.0", "artistic-2.0": "Artistic-2.0", "bsl-1.0": "BSL-1.0", "bsd": "BSD-3-Clause",
    "bsd-2-clause": "BSD-2-Clause", "bsd-3-clause": "BSD-3-Clause",
    "bsd-3-clause-clear": "BSD-3-Clause-Clear",
    "c-uda": "C-UDA-1.0", "cc0-1.0": "CC0-1.0", "cc-by-2.0": "CC-BY-2.0", "cc-by-2.5": "CC-BY-2.5",
    "cc-by-4.0": "CC-BY-4.0", "cc-by-sa-3.0": "CC-BY-SA-3.0", "cc-by-nc-2.0": "CC-BY-NC-2.0",
    "cc-by-nc-4.0": "CC-BY-NC-4.0", "cc-by-nd-4.0": "CC-BY-ND-4.0", "cc-by-nc-nd-3.0": "CC-BY-NC-ND-3.0",
    "cc-by-nc-sa-4.0": "CC-BY-NC-SA-4.0", "cdla-sharing-1.0": "CDLA-Sharing-1.0",
    "cdla-permissive-2.0": "CDLA-Permissive-2.0", "wtfpl": "WTFPL", "ecl-2.0": "ECL-2.0",
    "epl-2.0": "EPL-2.0", "etalab-2.0": "etalab-2.0", "eupl-1.1": "EUPL-1.1", "agpl-3.0": "AGPL-3.0-only",
    "gfdl": "GFDL-1.3-or-later", "gpl": "GPL-1.0-or-later", "gpl-3.0": "GPL-3.0-only",
    "lgpl": "LGPL-2.0-or-later", "lgpl-2.1": "LGPL-2.1-only", "isc": "ISC", "lppl-1.3c": "LPPL-1.3c",
    "ms-pl": "MS-PL", "apple-amlr": "LicenseRef-backstamp-apple-amlr", "mpl-2.0": "MPL-2.0",
    "odc-by": "ODC-By-1.0", "odbl": "ODbL-1.0", "openmdw-1.0": "OpenMDW-1.0", "osl-3.0": "OSL-3.0",
    "postgresql": "PostgreSQL", "ofl-1.1": "OFL-1.1", "ncsa": "NCSA", "unlicense": "Unlicense",
    "zlib": "Zlib", "pddl": "PDDL-1.0", "lgpl-lr": "LGPLLR",
    "deepfloyd-if-license": "LicenseRef-backstamp-deepfloyd-if",
    "fair-noncommercial-research-license": "LicenseRef-backstamp-fair-noncommercial-research",
    "llama2": "LicenseRef-scancode-llama-2-license-2023", "llama3": "LicenseRef-backstamp-llama-3",
    "llama3.1": LLAMA.format("3.1"), "llama3.2": LLAMA.format("3.2"), "llama3.3": LLAMA.format("3.3"),
    "llama4": "LicenseRef-scancode-llama-4-cla-2025", "gemma": "LicenseRef-scancode-gemma-tou-2024-04-01",
    "intel-research": "LicenseRef-backstamp-intel-research", "h-research": "LicenseRef-backstamp-h-research",
    "grok2-community": "LicenseRef-backstamp-grok-2-community",
}  # fmt: skip
NAMES = {
    "Apache License 2.0": "Apache-2.0", "Apache License, Version 2.0": "Apache-2.0", "Apache 2": "Apache-2.0",
    "APACHE2.0": "Apache-2.0", "Apache Software License": "Apache-2.0", "The MIT License": "MIT",
    "The MIT License (MIT)": "MIT", "license: mit": "MIT", "[mit]": "MIT", "GPLv3": "GPL-3.0-only",
    "GPLv3+": "GPL-3.0-or-later", "GNU GPL v2 or later": "GPL-2.0-or-later", "LGPLv2.1": "LGPL-2.1-only",
    "GNU General Public License v3 or later (GPLv3+)": "GPL-3.0-or-later", "GNU AGPLv3": "AGPL-3.0-only",
    "3-Clause BSD": "BSD-3-Clause", 'BSD 3-Clause "New" or "Revised" License': "BSD-3-Clause",
    "CC BY-NC 4.0": "CC-BY-NC-4.0", "CC BY 4.0 DEED": "CC-BY-4.0", "CC-BY-NC": "CC-BY-NC-4.0",
    "Creative Commons Attribution-NonCommercial 4.0 International": "CC-BY-NC-4.0",
    "creative commons attribution non commercial share alike 3.0": "CC-BY-NC-SA-3.0",
    "CC0 1.0 Universal": "CC0-1.0", "PSF": "PSF-2.0", "Public Domain": "LicenseRef-scancode-public-domain",
    "META LLAMA 3 COMMUNITY LICENSE AGREEMENT": "LicenseRef-backstamp-llama-3",
    "Llama 3.1 Community License": LLAMA.format("3.1"), "llama3_1": LLAMA.format("3.1"),
    "Gemma Terms of Use": "LicenseRef-scancode-gemma-tou-2024-04-01",
    "CreativeML OpenRAIL++-M": "LicenseRef-scancode-bigscience-open-rail-m2",
    "nvidia-open-model-license": "LicenseRef-scancode-nvidia-open-model-2025-04-28",
    "stabilityai-ai-community": "LicenseRef-scancode-stability-ai-community-2024",
    "mrl": "LicenseRef-backstamp-mistral-research-0.1", "LicenseRef-Acme-1": "LicenseRef-Acme-1",
}  # fmt: skip
EXPRESSIONS = {
    "mit or apache 2.0": "MIT OR Apache-2.0",
    "MIT/Apache-2.0": "MIT OR Apache-2.0",
    "Dual license: MIT or GPLv2": "MIT OR GPL-2.0-only",
    "(MIT OR Apache-2.0) AND cc-by-4.0": "(MIT OR Apache-2.0) AND CC-BY-4.0",
    "Apache-2.0 AND (MIT OR GPL-2.0+)": "Apache-2.0 AND (MIT OR GPL-2.0-or-later)",
    "MIT OR Apache-2.0 AND ISC": "MIT OR Apache-2.0 AND ISC",
    "GPL-2.0-only WITH Classpath-exception-2.0": "GPL-2.0-only WITH Classpath-exception-2.0",
    "python-2.0.1": "Python-2.0.1",
}
ADDRESSES = {
    "https://opensource.org/licenses/MIT": "MIT",
    "http://www.opensource.org/licenses/mit-license.php": "MIT",
    "https://www.apache.org/licenses/LICENSE-2.0.txt": "Apache-2.0",
    "https://creativecommons.org/licenses/by-nc-sa/4.0/": "CC-BY-NC-SA-4.0",
    "https://creativecommons.org/licenses/by/3.0/us/": "CC-BY-3.0",
    "https://creativecommons.org/publicdomain/zero/1.0/": "CC0-1.0",
    "https://www.gnu.org/licenses/gpl-3.0.en.html": "GPL-3.0-only",
    "https://spdx.org/licenses/MPL-2.0.html": "MPL-2.0",
    "https://llama.meta.com/llama3/license/": "LicenseRef-backstamp-llama-3",
    "https://github.com/meta-llama/llama-models/blob/main/models/llama3_1/LICENSE": LLAMA.format("3.1"),
    "https://ai.google.dev/gemma/terms": "LicenseRef-scancode-gemma-tou-2024-04-01",
}
CLASSIFIERS = {
    "License :: OSI Approved :: MIT License": "MIT",
    "License :: OSI Approved :: Apache Software License": "Apache-2.0",
    "License :: OSI Approved :: BSD License": "BSD-3-Clause",
    "License :: OSI Approved :: Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "License :: OSI Approved :: GNU Lesser General Public License v3 or later (LGPLv3+)": "LGPL-3.0-or-later",
    "License :: CC0 1.0 Universal (CC0 1.0) Public Domain Dedication": "CC0-1.0",
}
ALL = {**HUB, **NAMES, **EXPRESSIONS, **ADDRESSES, **CLASSIFIERS}


@pytest.mark.parametrize("written", ALL)
def test_understands(written: str):
    found = normalised(written)
    assert found is not None
    assert found.expression == ALL[written]


@pytest.mark.parametrize(
    "written",
    [
        "other",
        "Unknown",
        "N/A",
        "none",
        "Proprietary",
        "cc",
        "[]",
        "Unlicensed",
        "License :: Other/Proprietary License",
    ],
)
def test_says_that_a_licence_is_not_known(written: str):
    assert normalised(written) == UNKNOWN


@pytest.mark.parametrize(
    "written",
    [
        "",
        "  ",
        "My own licence",
        "MIT AND",
        "AND MIT",
        "MIT WITH",
        "https://example.org/LICENSE",
        "a" * 5000,
    ],
)
def test_does_not_guess(written: str):
    assert normalised(written) is None


def test_a_name_without_a_version_is_vague():
    assert [normalised(name).confidence for name in ("bsd", "gpl", "cc-by-nc", "MIT, Apache-2.0")] == [
        0.5, 0.5, 0.6, 0.6,
    ]  # fmt: skip


def test_choices_are_the_sets_of_which_one_has_to_be_kept():
    found = normalised("Apache-2.0 AND (MIT OR GPL-2.0-only)")
    assert found.choices == (frozenset({"Apache-2.0", "MIT"}), frozenset({"Apache-2.0", "GPL-2.0-only"}))


def test_takes_a_long_text_for_the_licence_itself():
    from kit.licences import MIT

    assert normalised(MIT).expression == "MIT"


@pytest.mark.parametrize(
    "written",
    [
        "(" * 900,
        "MIT AND " * 120 + "MIT",
        "MIT OR " * 5000,
        "(MIT OR ISC) AND " * 50 + "MIT",
        "cc by " * 200,
        "((" + "a/" * 400,
    ],
)
def test_hostile_expressions_cost_little(written: str):
    started = time.process_time()
    found = normalised(written)
    assert time.process_time() - started < 0.5
    assert found is None or len(found.choices) <= 32


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=400))
def test_any_text_gives_a_licence_or_none(written: str):
    found = normalised(written)
    assert found is None or found.expression
