"""Cards: what people and tools write about a model in a README: front matter, and sections.

No opinions: the YAML is given as it is, a section says of which kind its heading is, by synonyms in the
languages that cards are written in. Sources: the templates of huggingface_hub, "Model Cards for Model
Reporting" (Mitchell et al., 2019).
"""

import msgspec

from backstamp.core.budget import Budget
from backstamp.core.errors import ReadError
from backstamp.formats.cardtitles import Role, role_of
from backstamp.formats.inlinetext import plain
from backstamp.formats.markdown import BOLD, Block, Heading, blocks_of
from backstamp.formats.yamltext import Yaml, document_of

MOST_CHARACTERS = 2_000_000
_MOST_BLOCKS = 20_000


class Section(msgspec.Struct, frozen=True):
    """A heading with the blocks up to the next one. ``above`` are the titles of the headings around it."""

    title: str
    role: Role
    level: int
    line: int
    above: tuple[str, ...]
    blocks: tuple[Block, ...]


class Card(msgspec.Struct, frozen=True):
    """A card. ``front`` is its YAML (``None`` without one); ``problem`` says what of it could not be read."""

    front: Yaml | None
    problem: str
    sections: tuple[Section, ...]


def card_of(text: str, budget: Budget) -> Card:
    """Read a card. Raises ``ReadError`` if it is too large."""
    if len(text) > MOST_CHARACTERS:
        raise ReadError(f"a card of {len(text):,} characters is too large")
    text = text.removeprefix("\ufeff")
    front, body, first = _divided(text)
    found: Yaml | None = None
    problem = ""
    if front:
        try:
            # An empty line stands for the dashes in front, so that lines are those of the file.
            found = document_of("\n" + front, budget)
        except ReadError as error:
            problem = f"front matter: {error.message}"
    sections, is_cut = _sections(body, first, budget)
    if is_cut:
        problem = f"more than {_MOST_BLOCKS:,} paragraphs, lists and tables; the rest was not read"
    return Card(found, problem, tuple(sections))


def _divided(text: str) -> tuple[str, str, int]:
    """Cut front matter off; give it, the rest, and the line on which the rest begins."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if not lines or lines[0].strip() != "---":
        return "", text, 1
    for at, line in enumerate(lines[1:], 1):
        if line.rstrip() in ("---", "..."):
            return "\n".join(lines[1:at]), "\n".join(lines[at + 1 :]), at + 2
    return "", text, 1


def _sections(body: str, first: int, budget: Budget) -> tuple[list[Section], bool]:
    found: list[Section] = []
    stack: list[tuple[int, str, Role]] = [(0, "", Role.TITLE)]
    heading = Heading("", 0, first)
    blocks: list[Block] = []
    has_title = False

    def close() -> None:
        if blocks or heading.level:
            level, title, role = stack[-1]
            above = tuple(name for _, name, _ in stack[:-1] if name)[-6:]
            found.append(Section(title, role, level, heading.line, above, tuple(blocks)))

    is_cut = False
    for count, block in enumerate(blocks_of(body, budget, first)):
        if count >= _MOST_BLOCKS:
            is_cut = True
            break
        if not isinstance(block, Heading):
            blocks.append(block)
            continue
        close()
        heading, blocks = block, []
        title = plain(block.text)[:300]
        if block.level != BOLD or stack[-1][0] == BOLD:
            while len(stack) > 1 and stack[-1][0] >= block.level:
                stack.pop()
        role = role_of(title)
        is_first = (
            not has_title and (block.level <= 2 or not found) and role in (Role.OTHER, Role.DESCRIPTION)
        )
        if is_first:
            role = Role.TITLE
        elif role is Role.OTHER:
            role = _inherited(stack)
        has_title = has_title or block.level <= 2 or is_first
        # Everything below the title would be inside of it: the title stands above nothing.
        stack.append((block.level, title, role))
    close()
    return found, is_cut


_PASSED_ON = frozenset(
    {
        Role.DETAILS, Role.USE, Role.MISUSE, Role.LIMITATION, Role.BIAS, Role.RISK, Role.ADVICE,
        Role.TRAINING_DATA, Role.TRAINING, Role.SETTINGS, Role.PREPROCESSING, Role.EVALUATION,
        Role.ENVIRONMENT, Role.COMPUTE, Role.USAGE, Role.CITATION, Role.VERSIONS,
    }
)  # fmt: skip


def _inherited(stack: list[tuple[int, str, Role]]) -> Role:
    """A heading that says nothing belongs to what stands above it: "Stage 2" below "Training procedure"."""
    role = stack[-1][2]
    return role if role in _PASSED_ON else Role.OTHER
