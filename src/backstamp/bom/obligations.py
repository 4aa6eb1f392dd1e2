"""Carries what licences ask along a supply graph. Not legal advice: it shows where somebody should look.

1. What a part was made of (``DERIVED_FROM``) is looked at with all its ancestors; the nearest is named.
2. A licence that is a choice is at odds only if every choice is. Licences whose terms are not on file never
   are.
3. Of what one ancestor asks only the gravest is told: no derivatives, no commerce, restrictions, same terms.
4. Quantised and converted copies are the same work in another form: licences that allow changes of format are
   not breached by them. A distilled model counts as made of its teacher only if the teacher's licence says.
5. What data asks of models that were trained on it is unsettled: such facts are risks, of their own kind.
"""

from collections.abc import Iterator

from backstamp.bom.graph import Edge, SupplyGraph
from backstamp.bom.licence_facts import (
    CommerceExcluded,
    DataTerms,
    LicenceClash,
    LicenceDisagreement,
    LicenceMix,
    LicenceUnclear,
    Mark,
    MarkMissing,
    Stake,
)
from backstamp.bom.standing import (
    Standing,
    agree,
    asked_by,
    files_of,
    given_name,
    is_here,
    is_same,
    sayings,
    standing_of,
    undated,
)
from backstamp.core.fact import Fact
from backstamp.core.location import Location
from backstamp.core.supply import Kind, Part, Relation, Trait
from backstamp.knowledge.licences import Obligations, name_of

_MADE = (Kind.MODEL, Kind.ADAPTER, Kind.DATASET, Kind.TOKENIZER)
_MODELS = (Kind.MODEL, Kind.ADAPTER)
_USERS = (Kind.SYSTEM, Kind.AGENT, Kind.SERVICE)
_COPIES = frozenset({"quantized", "converted"})
_MOST_ANCESTORS = 200
_MOST_PAIRS = 6
# What may be kept by a later or a stronger licence (the texts: CC BY-SA 2.0 to 3.0 4(b), 4.0 3(b)(1) and CC's
# list of compatible licences; GPL-3.0 13; LGPL-2.0 and 2.1 3; LGPL-3.0 2(b); MPL-2.0 1.12 and 3.3; EUPL 5 and
# its appendix). A name without a version ("gpl") is not at odds with a version. What AGPL-3.0 13 allows is to
# combine, not to give the work the GPL.
_KEPT_BY = {
    "CC-BY-SA-2.0": ("CC-BY-SA-2.5", "CC-BY-SA-3.0", "CC-BY-SA-4.0"),
    "CC-BY-SA-2.5": ("CC-BY-SA-3.0", "CC-BY-SA-4.0"),
    "CC-BY-SA-3.0": ("CC-BY-SA-4.0",),
    "CC-BY-SA-4.0": ("GPL-3.0", "LAL-1.3"),
    "CC-BY-NC-SA-2.0": ("CC-BY-NC-SA-2.5", "CC-BY-NC-SA-3.0", "CC-BY-NC-SA-4.0"),
    "CC-BY-NC-SA-2.5": ("CC-BY-NC-SA-3.0", "CC-BY-NC-SA-4.0"),
    "CC-BY-NC-SA-3.0": ("CC-BY-NC-SA-4.0",),
    "GPL-1.0-or-later": ("GPL-2.0", "GPL-3.0", "AGPL-3.0"),
    "GPL-2.0": ("GPL-1.0",),
    "GPL-2.0-or-later": ("GPL-3.0", "AGPL-3.0"),
    "GPL-3.0": ("AGPL-3.0", "GPL-1.0"),
    "LGPL-2.0": ("LGPL-2.1", "GPL-1.0", "GPL-2.0", "GPL-3.0"),
    "LGPL-2.0-or-later": ("LGPL-3.0", "AGPL-3.0"),
    "LGPL-2.1": ("LGPL-2.0", "GPL-1.0", "GPL-2.0", "GPL-3.0"),
    "LGPL-2.1-or-later": ("LGPL-3.0", "AGPL-3.0"),
    "LGPL-3.0": ("LGPL-2.0", "GPL-1.0", "GPL-3.0", "AGPL-3.0"),
    "MPL-2.0": ("GPL-2.0", "GPL-3.0", "LGPL-2.1", "LGPL-3.0", "AGPL-3.0"),
    "EUPL-1.1": ("EUPL-1.2", "GPL-2.0", "OSL-3.0", "EPL-1.0"),
    "EUPL-1.2": (
        "EUPL-1.1", "GPL-2.0", "GPL-3.0", "AGPL-3.0", "OSL-3.0", "EPL-1.0", "MPL-2.0", "LGPL-2.1", "LGPL-3.0",
        "CC-BY-SA-3.0",
    ),
}  # fmt: skip
_REMEDY = {
    Stake.DERIVATIVES: "ask the licensor of {parent} for permission, or do not share the changed version",
    Stake.COMMERCE: "give it {licence} or another without commercial use, or ask the licensor of {parent}",
    Stake.RESTRICTIONS: "pass on the restrictions of {licence}, with a copy of it",
    Stake.SHARE_ALIKE: "give it {licence} too, or one that counts as compatible with it",
    Stake.REPLACED: "pass on the restrictions of {licence} as well, with a copy of it",
    Stake.OUTPUTS: "ask the licensor of {parent}, or train on other outputs",
}


def licence_facts(graph: SupplyGraph) -> Iterator[Fact]:
    """Tell what is wrong with the licences of a graph, in the order of its parts."""
    parts = graph.of_kind(*_MADE, *_USERS)
    standings = {part: standing_of(graph, part) for part in parts}
    for part in parts:
        yield from _disagreements(graph, part, standings)
        if part.kind in _MADE:
            yield from _lineage(graph, part, standings)
            yield from _mixes(graph, part, standings)
        if part.kind in _MODELS:
            yield from _data(graph, part, standings)
        yield from _uses(graph, part, standings)


def _lineage(graph: SupplyGraph, part: Part, standings: dict[Part, Standing]) -> Iterator[Fact]:
    """Compare a part with all that it was made of; the nearest ancestor with a complaint is named."""
    child = standings[part]
    told: set[tuple[Stake | Mark, str]] = set()
    demanding: Standing | None = None
    for way in _ways_up(graph, part):
        parent = standings.get(way[-1].target) or standing_of(graph, way[-1].target)
        if not parent.is_asking:
            continue
        if demanding is None and all(any(_demands(o) for o in asked_by(each)) for each in parent.ways):
            demanding = parent
        for fact in (_clash(child, parent, way), *_marks(graph, child, parent, way)):
            if fact is None:
                continue
            kind = fact.stake if isinstance(fact, LicenceClash) else fact.mark
            if (kind, parent.end.licence) not in told:
                told.add((kind, parent.end.licence))
                yield fact
    if child.doubt and (demanding or _is_on_its_own(graph, part, standings)):
        place = child.end.place or _place(graph, part)
        yield LicenceUnclear(
            place=place,
            end=child.end,
            doubt=child.doubt,
            demanding=demanding.end if demanding else None,
        )


def _is_on_its_own(graph: SupplyGraph, part: Part, standings: dict[Part, Standing]) -> bool:
    """Nothing that holds the part says a licence for it. A file of data beside code is no work by itself."""
    if part == graph.subject:
        return True
    holders = [standings.get(edge.part) for edge in graph.edges_to(part, Relation.CONTAINS)]
    is_held = any(holder and holder.licence and not holder.doubt for holder in holders)
    return part.kind in _MODELS and is_here(graph, part) and not is_held


def _ways_up(graph: SupplyGraph, part: Part) -> Iterator[tuple[Edge, ...]]:
    """Yield the shortest way to every ancestor, the nearest first."""
    seen = {part}
    front: list[tuple[Edge, ...]] = [()]
    while front:
        following: list[tuple[Edge, ...]] = []
        for way in front:
            for edge in graph.edges_from(way[-1].target if way else part, Relation.DERIVED_FROM):
                if edge.target not in seen and len(seen) <= _MOST_ANCESTORS:
                    seen.add(edge.target)
                    following.append((*way, edge))
        yield from following
        front = following


def _clash(child: Standing, parent: Standing, way: tuple[Edge, ...]) -> LicenceClash | None:
    manners = {edge.manner for edge in way}
    found: tuple[Stake, str] | None = None
    if not child.ways:
        return None
    for demanded in parent.ways:
        for kept in child.ways:
            lost = _lost(asked_by(demanded), kept, manners, is_vague=child.is_vague or parent.is_vague)
            if lost is None:
                return None
            found = found or lost
    if found is None:
        return None
    stake, clause = found
    return LicenceClash(
        place=child.end.place or way[0].evidence[0].place,
        child=child.end,
        parent=parent.end,
        path=_path(child, way),
        manner=way[-1].manner if len(way) == 1 else "",
        stake=stake,
        clause=clause,
        remedy=_REMEDY[stake].format(parent=parent.end.name, licence=_called(parent)),
    )


def _lost(
    asked: list[Obligations], kept: frozenset[str], manners: set[str], *, is_vague: bool
) -> tuple[Stake, str] | None:
    """The gravest thing that a set of licences asks and another set does not keep."""
    own = asked_by(kept)
    is_all_known = len(own) == len(kept)
    losses: list[tuple[Stake, str]] = []
    for one in asked:
        is_kept = any(
            is_same(one.id, each) or (is_vague and undated(one.id) == undated(each)) for each in kept
        )
        if is_kept and not _breaks(one, manners):
            continue
        if loss := _loss(one, own, kept, manners, is_all_known=is_all_known):
            losses.append(loss)
    order = list(Stake)
    return min(losses, key=lambda loss: order.index(loss[0]), default=None)


def _breaks(one: Obligations, manners: set[str]) -> bool:
    return one.forbids_derivatives and not manners <= _COPIES


def _loss(
    one: Obligations, own: list[Obligations], kept: frozenset[str], manners: set[str], *, is_all_known: bool
) -> tuple[Stake, str] | None:
    terms = one.terms
    if not _is_made(one, manners):
        is_kin = any(each.kin == one.kin for each in own)
        return (Stake.OUTPUTS, terms.outputs.clause) if terms.outputs and own and not is_kin else None
    if terms.derivatives and _breaks(one, manners):
        return Stake.DERIVATIVES, terms.derivatives.clause
    if not is_all_known:
        return None
    if terms.commercial and one.forbids_commerce and not any(each.forbids_commerce for each in own):
        return Stake.COMMERCE, terms.commercial.clause
    if terms.restrictions and terms.pass_on:
        restricted = [each for each in own if each.is_restricted]
        if not restricted:
            return Stake.RESTRICTIONS, terms.pass_on.clause
        if not any(each.kin == one.kin for each in restricted) and not one.forbids_commerce:
            return Stake.REPLACED, terms.pass_on.clause
    if terms.share_alike and not _is_kept(one, kept) and not ("adapter" in manners and not one.is_strong):
        return Stake.SHARE_ALIKE, terms.share_alike.clause
    return None


def _is_kept(one: Obligations, kept: frozenset[str]) -> bool:
    bare = one.id.removesuffix("-only").removesuffix("-or-later")
    others = (*_KEPT_BY.get(one.id, ()), *_KEPT_BY.get(bare, ()))
    return any(is_same(each, other) for each in kept for other in (one.id, *others))


def _marks(
    graph: SupplyGraph, child: Standing, parent: Standing, way: tuple[Edge, ...]
) -> Iterator[MarkMissing]:
    if len(parent.ways) != 1:
        return
    manners = {edge.manner for edge in way}
    for one in asked_by(parent.ways[0]):
        is_made = _is_made(one, manners)
        prefix = one.terms.name_prefix
        given = given_name(graph, child.end.part) if child.end.part.kind in _MODELS else ""
        is_named = manners <= _COPIES or not (is_made or (prefix and prefix.note))
        if prefix and given and not is_named and not _begins(given, prefix.says):
            yield _missing(child, parent, way, Mark.NAME, prefix.says, prefix.clause)
        notice = one.terms.notice
        wants = notice and (notice.says == "yes" or (notice.says == "copies" and manners <= _COPIES))
        files = files_of(graph, child.end.part) if wants and is_made else ()
        if notice and files and not _has_notice(files):
            yield _missing(child, parent, way, Mark.NOTICE, notice.note, notice.clause)


def _is_made(one: Obligations, manners: set[str]) -> bool:
    """Say whether the licence counts what was made in these ways as made of the work."""
    return "distilled" not in manners or one.terms.distillation is not None


def _missing(
    child: Standing, parent: Standing, way: tuple[Edge, ...], mark: Mark, wanted: str, clause: str
) -> MarkMissing:
    return MarkMissing(
        place=child.end.place or way[0].evidence[0].place,
        child=child.end,
        parent=parent.end,
        path=_path(child, way),
        mark=mark,
        wanted=wanted,
        clause=clause,
    )


def _begins(name: str, prefix: str) -> bool:
    """Compare by letters alone, and by the first word: ``Meta-Llama-3-8B`` begins with Llama."""
    plain = "".join(char for char in name.rsplit("/", 1)[-1].lower() if char.isalnum())
    word = "".join(char for char in prefix.split(maxsplit=1)[0].lower() if char.isalnum())
    return plain.removeprefix("meta").startswith(word)


def _has_notice(files: tuple[str, ...]) -> bool:
    return any("notice" in file.lower() for file in files)


def _mixes(graph: SupplyGraph, part: Part, standings: dict[Part, Standing]) -> Iterator[Fact]:
    """Find pairs of parents whose licences exclude each other."""
    edges = graph.edges_from(part, Relation.DERIVED_FROM)[:_MOST_ANCESTORS]
    parents = [standings.get(edge.target) or standing_of(graph, edge.target) for edge in edges]
    made = [{edge.manner} for edge in edges]
    told = 0
    for at, one in enumerate(parents):
        for beside, other in enumerate(parents[at + 1 :], at + 1):
            clause = _exclusion(one, made[at], other, made[beside])
            if clause and told < _MOST_PAIRS:
                told += 1
                child = standings[part]
                yield LicenceMix(
                    place=child.end.place or edges[at].evidence[0].place,
                    child=child.end,
                    one=one.end,
                    other=other.end,
                    clause=clause,
                    remedy=f"leave out {one.end.name} or {other.end.name}, or ask one of their licensors",
                )


def _exclusion(one: Standing, ones: set[str], other: Standing, others: set[str]) -> str:
    """The clause that excludes the other licence, if every choice of both is excluded."""
    clause = ""
    if not one.ways or not other.ways:
        return ""
    for mine in one.ways:
        for theirs in other.ways:
            found = next(
                (
                    text
                    for a in asked_by(mine)
                    for b in asked_by(theirs)
                    if _is_made(a, ones) and _is_made(b, others)
                    if (text := _excludes(a, b) or _excludes(b, a))
                ),
                "",
            )
            if not found:
                return ""
            clause = clause or found
    return clause


def _excludes(one: Obligations, other: Obligations) -> str:
    """A licence that has to be kept as it is excludes another such, and restrictions beyond its own."""
    terms = one.terms
    if is_same(one.id, other.id) or not one.is_strong or terms.share_alike is None:
        return ""
    if _is_kept(one, frozenset({other.id})) or _is_kept(other, frozenset({one.id})):
        return ""
    adds = (other.forbids_commerce and not one.forbids_commerce) or (
        other.is_restricted and not one.is_restricted
    )
    return f"{name_of(one.id)} {terms.share_alike.clause}" if other.is_strong or adds else ""


def _data(graph: SupplyGraph, part: Part, standings: dict[Part, Standing]) -> Iterator[Fact]:
    """Compare a model with the data that it was trained on, and with what that data was made of."""
    model = standings[part]
    if not any(o.allows_commerce for way in model.ways for o in asked_by(way)):
        return
    for edge in graph.edges_from(part, Relation.TRAINED_ON):
        ways = [(edge,), *((edge, *way) for way in _ways_up(graph, edge.target))]
        for way in ways:
            data = standings.get(way[-1].target) or standing_of(graph, way[-1].target)
            if risk := _risk(data, model):
                yield DataTerms(
                    place=edge.evidence[0].place,
                    model=model.end,
                    dataset=data.end,
                    path=_path(model, way),
                    stake=risk[0],
                    clause=risk[1],
                )
                break


def _risk(data: Standing, model: Standing) -> tuple[Stake, str] | None:
    found: tuple[Stake, str] | None = None
    if any(is_same(a, b) for way in data.ways for a in way for other in model.ways for b in other):
        return None
    for way in data.ways:
        asked = asked_by(way)
        bars = [(Stake.COMMERCE, o.terms.commercial) for o in asked if o.forbids_commerce]
        bars += [(Stake.DERIVATIVES, o.terms.derivatives) for o in asked if o.forbids_derivatives]
        if not bars:
            return None
        stake, term = bars[0]
        found = found or (stake, term.clause if term else "")
    return found


def _uses(graph: SupplyGraph, part: Part, standings: dict[Part, Standing]) -> Iterator[Fact]:
    """Point out what is not for commercial use where a system uses it, and where it is the subject itself."""
    if part.kind in _USERS:
        edges = graph.edges_from(part, Relation.CONTAINS, Relation.USES, Relation.SERVED_BY)
        for edge in edges:
            used = standings.get(edge.target)
            if used and edge.target.kind in _MADE:
                yield from _excluded(standings[part], used, edge.evidence[0].place)
    elif part == graph.subject and part.kind in _MADE and standings[part].end.place:
        yield from _excluded(standings[part], standings[part], standings[part].end.place)


def _excluded(user: Standing, used: Standing, place: Location | None) -> Iterator[Fact]:
    bars = [[o for o in asked_by(way) if o.forbids_commerce] for way in used.ways]
    if place and bars and all(bars):
        first = bars[0][0]
        yield CommerceExcluded(
            place=place,
            user=user.end,
            used=used.end,
            clause=first.terms.commercial.clause if first.terms.commercial else "",
            is_research_only=first.terms.research_only is not None,
        )


def _disagreements(graph: SupplyGraph, part: Part, standings: dict[Part, Standing]) -> Iterator[Fact]:
    """Compare what was chosen for a part's licence with every other place that names one."""
    standing = standings[part]
    if not standing.licence or standing.end.is_assumed:
        return
    told = {standing.licence.expression}
    end = standing.end
    for saying in sayings(graph, part):
        other = saying.licence
        if not other or not other.is_known or other.expression in told or agree(standing.licence, other):
            continue
        told.add(other.expression)
        place = saying.claim.evidence.place
        is_list = saying.claim.trait is Trait.LICENSE and end.place and end.place.path == place.path
        if is_list:
            continue  # one place that names several: which is for what is not said, but nothing disagrees
        yield LicenceDisagreement(
            place=end.place or place,
            chosen=end,
            other=type(end)(part=part, name=end.name, licence=other.expression, place=place),
        )


def _demands(one: Obligations) -> bool:
    return one.forbids_commerce or one.forbids_derivatives or one.is_strong or one.terms.pass_on is not None


def _called(standing: Standing) -> str:
    return name_of(standing.end.licence)


def _path(child: Standing, way: tuple[Edge, ...]) -> tuple[str, ...]:
    names = [child.end.name]
    for edge in way:
        world, _, key = edge.target.key.partition(":")
        names.append(key or world or edge.target.kind.value)
    return tuple(names)


def _place(graph: SupplyGraph, part: Part) -> Location:
    for value in graph.values.get(part, ()):
        return value.evidence.place
    for edge in (*graph.edges_from(part), *graph.edges_to(part)):
        return edge.evidence[0].place
    return Location(())
