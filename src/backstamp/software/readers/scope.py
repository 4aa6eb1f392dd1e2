"""Which files do not count as use: tests, fixtures, vendored code; and which are examples only."""

_TESTS = frozenset(
    "test tests testing __tests__ testdata test-data test_data fixtures __fixtures__ __mocks__ mocks spec "
    "specs e2e "
    "node_modules site-packages .git .venv venv vendor third_party".split()
)
_EXAMPLES = (".example", ".sample", ".template", ".dist", ".tmpl", ".tpl", "-example", "_example")


def is_test(path: str) -> bool:
    """Say whether a file lies among tests or in somebody else's code."""
    *folders, name = path.replace("\\", "/").lower().split("/")
    if not _TESTS.isdisjoint(folders):
        return True
    return name.startswith("test_") or ".test." in name or ".spec." in name or "_test." in name


def is_example(name: str) -> bool:
    """Say whether a file shows what another one may look like: ``.env.example``."""
    lowered = name.lower()
    stem = lowered.rpartition(".")[0]
    return lowered.endswith(_EXAMPLES) or stem.endswith(_EXAMPLES) or ".example." in lowered
