"""Vulnerabilities with their ratings, and what is known of them where they occur (VEX).

| vulnerability | SPDX |
|---|---|
| id, source, references | externalIdentifier, the first with the source as its authority |
| description, detail | description, comment |
| published, updated, rejected | publishedTime, modifiedTime, withdrawnTime |
| cwes, advisories | externalRef of the types cwe and securityAdvisory |
| ratings by CVSS | Cvss...VulnAssessmentRelationship to what is affected |
| affects without a state | the relationship affects |
| affects with a state | Vex...VulnAssessmentRelationship; if exploitable, only with a recommendation |
"""

from backstamp.bom.spdx.cards import decimal_of, number_of
from backstamp.bom.spdx.check import is_time
from backstamp.bom.spdx.draft import Draft, is_address, said
from backstamp.bom.spdx.properties import read_properties, write_properties
from backstamp.bom.spdx.source import Source
from backstamp.bom.spdx.words import (
    ALIKE_JUSTIFICATIONS,
    ALIKE_STATES,
    JUSTIFICATIONS,
    RATINGS,
    SEVERITIES,
    STATES,
    back,
)
from backstamp.core.tree import Json, Tree, list_at, text_at, tree_at, trees_at

_TIMES = {
    "security_publishedTime": "published",
    "security_modifiedTime": "updated",
    "security_withdrawnTime": "rejected",
}
_ANALYSIS_TIMES = {"security_publishedTime": "firstIssued", "security_modifiedTime": "lastUpdated"}
_VULNERABILITY = "security_Vulnerability"
_NUMBERED = "CWE-"


def write_vulnerabilities(draft: Draft, vulnerabilities: list[Json]) -> None:
    """Write vulnerabilities."""
    for at, each in enumerate(vulnerabilities):
        if isinstance(each, dict):
            _write_vulnerability(draft, each, f"/vulnerabilities/{at}")


def _write_vulnerability(draft: Draft, flaw: Tree, path: str) -> None:
    name = draft.name("vulnerability", flaw, path)
    element = draft.add(_VULNERABILITY, name)
    identifiers: list[Json] = []
    if (word := said(flaw, "id")) is not None:
        element["name"] = word
        identifiers.append(_identifier(word, tree_at(flaw, "source")))
        identifiers += [
            _identifier(alias, tree_at(each, "source"))
            for each in trees_at(flaw, "references")
            if (alias := said(each, "id")) is not None
        ]
    for key, ours in (("description", "description"), ("comment", "detail")):
        if (words := said(flaw, ours)) is not None:
            element[key] = words
    for key, ours in _TIMES.items():
        if is_time(time := said(flaw, ours)):
            element[key] = time
    references: list[Json] = []
    cwes: list[Json] = [
        f"{_NUMBERED}{each}" for each in list_at(flaw, "cwes") if type(each) is int and each >= 0
    ]
    if cwes:
        references.append({"type": "ExternalRef", "externalRefType": "cwe", "locator": cwes})
    for each in trees_at(flaw, "advisories"):
        if (place := said(each, "url")) is not None:
            made: Tree = {"type": "ExternalRef", "externalRefType": "securityAdvisory", "locator": [place]}
            title = said(each, "title")
            references.append(made if title is None else {**made, "comment": title})
    for key, values in (("externalIdentifier", identifiers), ("externalRef", references)):
        if values:
            element[key] = values
    targets = [
        draft.refs[ref]
        for each in trees_at(flaw, "affects")
        if (ref := said(each, "ref")) in draft.refs and ref
    ]
    if targets:
        _write_ratings(draft, name, flaw, targets)
        _write_state(draft, name, flaw, targets)
    write_properties(draft, element, list_at(flaw, "properties"))


def _identifier(word: str, source: Tree) -> Tree:
    kind = "cve" if word.startswith("CVE-") else "securityOther"
    made: Tree = {"type": "ExternalIdentifier", "externalIdentifierType": kind, "identifier": word}
    if (authority := said(source, "name")) is not None:
        made["issuingAuthority"] = authority
    if is_address(place := said(source, "url")):
        made["identifierLocator"] = [place]
    return made


def _write_ratings(draft: Draft, name: str, flaw: Tree, targets: list[str]) -> None:
    for rating in trees_at(flaw, "ratings"):
        method = text_at(rating, "method")
        score, vector, severity = (
            decimal_of(rating.get("score")),
            said(rating, "vector"),
            text_at(rating, "severity"),
        )
        if method not in RATINGS or score is None or vector is None:
            continue
        values: dict[str, Json] = {"security_score": score, "security_vectorString": vector}
        if method != "CVSSv2":
            if severity not in SEVERITIES:
                continue
            values["security_severity"] = severity
        draft.relate(name, "hasAssessmentFor", targets, family=RATINGS[method], **values)


def _write_state(draft: Draft, name: str, flaw: Tree, targets: list[str]) -> None:
    analysis = tree_at(flaw, "analysis")
    state = text_at(analysis, "state")
    found = STATES.get(ALIKE_STATES.get(state, state))
    values: dict[str, Json] = {}
    if found is not None:
        _, kind, place = found
        if (detail := said(analysis, "detail")) is not None:
            values[place] = detail
        if kind == "doesNotAffect" and (why := ALIKE_JUSTIFICATIONS.get(text_at(analysis, "justification"))):
            values["security_justificationType"] = why
        values.update(
            {key: time for key, ours in _ANALYSIS_TIMES.items() if is_time(time := said(analysis, ours))}
        )
    action = said(flaw, "recommendation")
    if found is None or (found[1] == "affects" and action is None):
        draft.relate(name, "affects", targets)  # an assessment would have to say what to do
        return
    if found[1] == "affects":
        values["security_actionStatement"] = action
    draft.relate(name, found[1], targets, family=found[0], **values)


# --- reading ---------------------------------------------------------------------------------------------


def read_vulnerabilities(source: Source) -> list[Json]:
    """Read vulnerabilities, each once for every state that it has."""
    found: list[Json] = []
    having = _associated(source)
    for name, element in source.of_type(_VULNERABILITY):
        source.placed.add(name)
        flaw: Tree = {}
        source.places[name] = flaw
        if (ref := source.ref_of(name)) is not None:
            flaw["bom-ref"] = ref
        _read_identifiers(source, element, flaw)
        for key, word in (("description", "description"), ("comment", "detail"), *_TIMES.items()):
            if (words := source.text(element, key)) is not None:
                flaw[word] = words
        _read_references(source, element, flaw)
        ratings = _read_ratings(source, name)
        if ratings:
            flaw["ratings"] = ratings
        states = _read_states(source, name)
        flaw.update(states[0] if states else {})
        properties, _ = read_properties(source, element)
        if properties:
            flaw["properties"] = properties
        if "affects" not in flaw and name in having:
            flaw["affects"] = having[name]
        found.append(flaw)
        for at, state in enumerate(states[1:], 2):
            more = {
                key: value for key, value in flaw.items() if key not in {"analysis", "affects", "bom-ref"}
            }
            found.append({**more, **({} if ref is None else {"bom-ref": f"{ref}#{at}"}), **state})
    return found


def _associated(source: Source) -> dict[str, list[Json]]:
    """Gather what has which vulnerability, as other tools write it: from the package to the vulnerability."""
    found: dict[str, list[Json]] = {}
    for name in source.order:
        for relation in list(source.relations(name, "hasAssociatedVulnerability")):
            for target in source.targets(relation):
                found.setdefault(target, []).append({"ref": source.ref_of(name) or name})
    return found


def _read_identifiers(source: Source, element: Tree, flaw: Tree) -> None:
    name = source.text(element, "name")
    held = source.things(element, "externalIdentifier") if "externalIdentifier" in element else []
    found: list[Tree] = []
    for each in held:
        source.take(each, "externalIdentifierType")
        made: Tree = {"id": source.text(each, "identifier") or ""}
        authority = {}
        if (words := source.text(each, "issuingAuthority")) is not None:
            authority["name"] = words
        if len(list_at(each, "identifierLocator")) == 1:
            authority["url"] = "".join(source.texts(each, "identifierLocator"))
        found.append({**made, **({"source": {**authority}} if authority else {})})
    main = next((each for each in found if each["id"] == name), None)
    if main is None and name is None and found:
        main = found[0]
    if main is not None:
        flaw.update(main)
        found.remove(main)
    elif name is not None:
        flaw["id"] = name
    if found:
        flaw["references"] = [{"source": {}, **each} for each in found]


def _read_references(source: Source, element: Tree, flaw: Tree) -> None:
    cwes: list[Json] = []
    advisories: list[Json] = []
    for each in source.things(element, "externalRef") if "externalRef" in element else []:
        kind, places = text_at(each, "externalRefType"), list_at(each, "locator")
        if kind == "cwe" and all(isinstance(place, str) and place[4:].isdecimal() for place in places):
            source.take(each, "externalRefType")
            cwes.extend(int(place[4:]) for place in source.texts(each, "locator"))
        else:
            source.take(each, "externalRefType") if kind == "securityAdvisory" else None
            title = source.text(each, "comment")
            named: Tree = {} if title is None else {"title": title}
            advisories.extend({**named, "url": place} for place in source.texts(each, "locator"))
    flaw.update({key: values for key, values in (("cwes", cwes), ("advisories", advisories)) if values})


def _read_ratings(source: Source, name: str) -> list[Json]:
    found: list[Json] = []
    methods = {family: method for method, family in reversed(RATINGS.items())}
    for relation in list(source.relations(name, "hasAssessmentFor")):
        method = methods.get(text_at(relation, "type"))
        if method is None:
            continue
        source.targets(relation)
        source.take(relation, "security_score")
        vector, severity = (
            source.text(relation, "security_vectorString"),
            source.text(relation, "security_severity"),
        )
        if method == "CVSSv3" and vector is not None and vector.startswith("CVSS:3.1/"):
            method = "CVSSv31"
        rating: Tree = {"score": number_of(relation.get("security_score")), "method": method}
        rating.update({} if severity is None else {"severity": severity})
        rating.update({} if vector is None else {"vector": vector})
        found.append(rating)
    return found


def _read_states(source: Source, name: str) -> list[Tree]:
    found: list[Tree] = []
    states = {(family, kind): (state, place) for state, (family, kind, place) in STATES.items()}
    kinds = ("affects", "doesNotAffect", "fixedIn", "underInvestigationFor")
    for relation in list(source.relations(name, *kinds)):
        family, kind = text_at(relation, "type"), text_at(relation, "relationshipType")
        if family == "Relationship" and kind != "affects":
            continue
        ends = source.targets(relation)
        made: Tree = {"affects": [{"ref": source.ref_of(end) or end} for end in ends]}
        if (family, kind) in states:
            state, place = states[family, kind]
            analysis: Tree = {"state": state}
            if (why := text_at(relation, "security_justificationType")) and state == "not_affected":
                source.take(relation, "security_justificationType")
                analysis["justification"] = back(JUSTIFICATIONS).get(why, why)
            for key, word in ((place, "detail"), *_ANALYSIS_TIMES.items()):
                if (words := source.text(relation, key)) is not None:
                    analysis[word] = words
            made["analysis"] = analysis
            if (action := source.text(relation, "security_actionStatement")) is not None:
                made["recommendation"] = action
        found.append(made)
    return found
