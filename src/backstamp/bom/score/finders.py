"""Where the answers to elements stand in a CycloneDX document: one small function an element's question."""

from collections.abc import Callable, Iterator

from backstamp.bom.score.view import Hit, Place, View
from backstamp.core.tree import list_at, text_at, texts_at, tree_at, trees_at

Finder = Callable[[Place, View], Iterator[Hit]]


def fields(*paths: str) -> Finder:
    """Find any of some fields, given as paths with slashes."""

    def find(place: Place, _: View) -> Iterator[Hit]:
        for path in paths:
            yield from place.field(*path.split("/"))

    return find


def properties(*starts: str) -> Finder:
    """Find properties by the beginning of their names."""

    def find(place: Place, _: View) -> Iterator[Hit]:
        yield from place.properties(*starts)

    return find


def links(*kinds: str) -> Finder:
    """Find external references of some types."""

    def find(place: Place, _: View) -> Iterator[Hit]:
        yield from place.links(*kinds)

    return find


def any_of(*finders: Finder) -> Finder:
    """Find by any of several ways."""

    def find(place: Place, view: View) -> Iterator[Hit]:
        for each in finders:
            yield from each(place, view)

    return find


def hashes(place: Place, _: View) -> Iterator[Hit]:
    """Find hash values: of the component, or of the files inside it."""
    yield from _hash_fields(place, "content")


def hash_algorithms(place: Place, _: View) -> Iterator[Hit]:
    """Find the algorithms of hash values that are still fit for it."""
    yield from (hit for hit in _hash_fields(place, "alg") if hit.text not in ("MD5", "SHA-1"))


def dependencies(_: Place, view: View) -> Iterator[Hit]:
    """Find edges of the dependency graph whose ends are both in the document."""
    for at, each in enumerate(list_at(view.document, "dependencies")):
        targets = [t for t in (texts_at(each, "dependsOn") or texts_at(each, "provides")) if t in view.refs]
        if targets and text_at(each, "ref") in view.refs:
            yield Hit(f"/dependencies/{at}", text_at(each, "ref"))


def own_dependencies(place: Place, view: View) -> Iterator[Hit]:
    """Find the component in the dependency graph: as one that depends, or that is depended on."""
    ref = text_at(place.tree, "bom-ref")
    if not ref:
        return
    for at, each in enumerate(list_at(view.document, "dependencies")):
        targets = texts_at(each, "dependsOn")
        if ref in targets or (text_at(each, "ref") == ref and targets):
            yield Hit(f"/dependencies/{at}", ref)
            return
    for model in view.models:
        used = trees_at(model.tree, "modelCard", "modelParameters", "datasets")
        if any(text_at(data, "ref") == ref for data in used):
            yield Hit(f"{model.pointer}/modelCard/modelParameters/datasets", ref)
            return


def tools(_: Place, view: View) -> Iterator[Hit]:
    """Find the tools that made the document, by name."""
    yield from _tool_field(view, "name")


def tool_versions(_: Place, view: View) -> Iterator[Hit]:
    """Find the versions of the tools that made the document."""
    yield from _tool_field(view, "version")


def generation_context(_: Place, view: View) -> Iterator[Hit]:
    """Find at which point of the life of the system the document was made."""
    for at, each in enumerate(list_at(view.document, "metadata", "lifecycles")):
        if text := text_at(each, "phase") or text_at(each, "name"):
            yield Hit(f"/metadata/lifecycles/{at}", text)


def parts_of_system(_: Place, view: View) -> Iterator[Hit]:
    """Find what the system is made of: named components that are more than files."""
    for place in view.components:
        if (
            place.pointer != "/metadata/component"
            and place.tree.get("type") != "file"
            and text_at(place.tree, "name")
        ):
            yield Hit(f"{place.pointer}/name", text_at(place.tree, "name"))


def data_flow(_: Place, view: View) -> Iterator[Hit]:
    """Find how data flows: the data of services, or inputs and outputs of workflows."""
    for at, each in enumerate(list_at(view.document, "services")):
        if list_at(each, "data"):
            yield Hit(f"/services/{at}/data", "")
        elif list_at(each, "endpoints"):
            yield Hit(f"/services/{at}/endpoints", " ".join(str(e) for e in list_at(each, "endpoints")))


def data_usage(_: Place, view: View) -> Iterator[Hit]:
    """Find how data is used: policies, classification of the data of services."""
    for at, each in enumerate(list_at(view.document, "services")):
        for inner, data in enumerate(list_at(each, "data")):
            if text_at(data, "classification"):
                yield Hit(f"/services/{at}/data/{inner}/classification", text_at(data, "classification"))
    yield from view.subject.properties("backstamp:data-usage", "data-usage")


def training(place: Place, view: View) -> Iterator[Hit]:
    """Find how a model was trained: settings, notes, data, workflows that put it out."""
    yield from place.properties("backstamp:training:", "backstamp:seed")
    yield from place.field("modelCard", "modelParameters", "approach")
    ref = text_at(place.tree, "bom-ref")
    for workflow in view.workflows:
        made = [text_at(out, "resource", "ref") for out in trees_at(workflow.tree, "outputs")]
        if ref in made or not any(made):
            yield Hit(f"{workflow.pointer}/inputs", text_at(workflow.tree, "uid"))


def hardware(_: Place, view: View) -> Iterator[Hit]:
    """Find devices."""
    for place in view.components:
        if place.tree.get("type") in ("device", "firmware", "device-driver", "platform"):
            yield Hit(f"{place.pointer}/name", text_at(place.tree, "name"))
    for workflow in view.workflows:
        yield from workflow.properties("backstamp:ran-on", "backstamp:hardware")


def software(_: Place, view: View) -> Iterator[Hit]:
    """Find software of the infrastructure, with its version: libraries, containers, frameworks of models."""
    for place in view.libraries:
        if text_at(place.tree, "version") or text_at(place.tree, "versionRange"):
            yield Hit(f"{place.pointer}/version", text_at(place.tree, "version"))
    for place in view.models:
        yield from place.properties("backstamp:framework:")


def vulnerabilities(_: Place, view: View) -> Iterator[Hit]:
    """Find vulnerabilities, or where they are told of."""
    for at, each in enumerate(list_at(view.document, "vulnerabilities")):
        yield Hit(f"/vulnerabilities/{at}", text_at(each, "id"))
    for place in (view.subject, view.root):
        yield from place.links(
            "vulnerability-assertion", "exploitability-statement", "advisories", "security-contact"
        )


def declarations(*words: str) -> Finder:
    """Find declarations (CDXA), standards, or references by type, for a question of security."""

    def find(_: Place, view: View) -> Iterator[Hit]:
        if "standards" in words and list_at(view.document, "definitions", "standards"):
            yield Hit("/definitions/standards", "")
        if "claims" in words and list_at(view.document, "declarations", "claims"):
            yield Hit("/declarations/claims", "")
        for place in (view.subject, view.root):
            yield from place.links(*(word for word in words if word not in ("standards", "claims")))

    return find


def metrics(kind: str) -> Finder:
    """Find performance metrics that speak of security or of operation, by their names."""
    names = {
        "security": (
            "attack",
            "robust",
            "jailbreak",
            "toxicity",
            "injection",
            "adversarial",
            "leak",
            "asr",
            "security",
        ),
        "operation": (
            "latency",
            "throughput",
            "tokens_per",
            "samples_per",
            "steps_per",
            "runtime",
            "memory",
            "qps",
            "uptime",
        ),
    }[kind]

    def find(_: Place, view: View) -> Iterator[Hit]:
        for place in view.models:
            found = list_at(place.tree, "modelCard", "quantitativeAnalysis", "performanceMetrics")
            for at, each in enumerate(found):
                if any(word in text_at(each, "type").lower() for word in names):
                    pointer = f"{place.pointer}/modelCard/quantitativeAnalysis/performanceMetrics/{at}"
                    yield Hit(pointer, text_at(each, "value"))

    return find


def signature(_: Place, view: View) -> Iterator[Hit]:
    """Find the author's signature of the document."""
    if value := text_at(view.document, "signature", "value") or text_at(
        view.document, "signature", "algorithm"
    ):
        yield Hit("/signature", value)
    elif list_at(view.document, "signature", "signers") or list_at(view.document, "signature", "chain"):
        yield Hit("/signature", "")


def purl_or_identifier(place: Place, view: View) -> Iterator[Hit]:
    """Find what names a component beyond the document: purl, SWHID, CPE, DOI, an address of a hub."""
    yield from fields("purl", "cpe", "swid", "swhid", "omniborId")(place, view)
    yield from place.properties("backstamp:identifier:")
    yield from place.links("distribution", "vcs")


def exact_identifier(place: Place, view: View) -> Iterator[Hit]:
    """Find what names exactly these bytes or this release: also the digest that stands for a version."""
    yield from purl_or_identifier(place, view)
    if text_at(place.tree, "version").startswith("sha256:"):
        yield from place.field("version")


def unknowns(_: Place, view: View) -> Iterator[Hit]:
    """Find that the document names what it does not know, or says how complete it is."""
    for at, each in enumerate(list_at(view.document, "compositions")):
        if text_at(each, "aggregate"):
            yield Hit(f"/compositions/{at}/aggregate")  # "unknown" is an answer here


def energy(place: Place, _: View) -> Iterator[Hit]:
    """Find the energy that training took."""
    yield from place.field("modelCard", "considerations", "environmentalConsiderations")
    if tree_at(place.tree, "modelCard", "considerations", "environmentalConsiderations"):
        return
    yield from place.properties("backstamp:training:emissions", "backstamp:energy")


def compute(place: Place, view: View) -> Iterator[Hit]:
    """Find the computation that training took: operations, time, devices."""
    yield from place.properties(
        "backstamp:training:flops", "backstamp:training:hours", "backstamp:training:duration"
    )
    for workflow in view.workflows:
        yield from workflow.properties("backstamp:flops", "backstamp:duration-seconds")


def dataset_rows(place: Place, _: View) -> Iterator[Hit]:
    """Find how many rows, bytes or parts data has."""
    yield from place.properties(
        "backstamp:rows", "backstamp:split:", "backstamp:size", "backstamp:size-class"
    )
    for inner in trees_at(place.tree, "data"):
        if list_at(inner, "contents", "properties"):
            yield Hit(f"{place.pointer}/data", "")


def dataset_provenance(place: Place, _: View) -> Iterator[Hit]:
    """Find where data comes from: an address, sources, how it was collected, who owns it."""
    yield from place.links("distribution", "vcs", "website", "documentation")
    yield from place.field("pedigree", "ancestors")
    yield from place.properties("backstamp:collection")
    for at, inner in enumerate(list_at(place.tree, "data")):
        if url := text_at(inner, "contents", "url"):
            yield Hit(f"{place.pointer}/data/{at}/contents/url", url)
        if list_at(inner, "governance", "owners"):
            yield Hit(f"{place.pointer}/data/{at}/governance", "")


def dataset_sensitivity(place: Place, _: View) -> Iterator[Hit]:
    """Find whether data is sensitive, and how it is classified."""
    for at, inner in enumerate(list_at(place.tree, "data")):
        for key in ("sensitiveData", "classification"):
            found = tree_at(inner).get(key)
            if found:
                yield Hit(f"{place.pointer}/data/{at}/{key}", found if isinstance(found, str) else "")


def dataset_description(place: Place, _: View) -> Iterator[Hit]:
    """Find what data is about."""
    yield from place.field("description")
    for at, inner in enumerate(list_at(place.tree, "data")):
        if text := text_at(inner, "description"):
            yield Hit(f"{place.pointer}/data/{at}/description", text)


def dataset_content(place: Place, _: View) -> Iterator[Hit]:
    """Find what data holds: columns, kinds of content, languages, formats."""
    yield from place.properties(
        "backstamp:column:", "backstamp:content", "backstamp:language", "backstamp:modality",
        "backstamp:format", "backstamp:task",
    )  # fmt: skip


def system_in_out(_: Place, view: View) -> Iterator[Hit]:
    """Find what goes into the models of a system, and what comes out."""
    for place in view.models:
        yield from fields("modelCard/modelParameters/inputs", "modelCard/modelParameters/outputs")(
            place, view
        )
        yield from place.properties("cdx:ai-ml:model:modality")


def system_use(_: Place, view: View) -> Iterator[Hit]:
    """Find what the models of a system, or it itself, are meant for."""
    for place in view.models:
        yield from fields("modelCard/considerations/useCases")(place, view)
    yield from view.subject.properties("backstamp:use")


def lineage(_: Place, view: View) -> Iterator[Hit]:
    """Find what the models were made out of."""
    for place in view.models:
        yield from place.field("pedigree", "ancestors")


def any_data(_: Place, view: View) -> Iterator[Hit]:
    """Find descriptions and sources of the data."""
    for place in view.datasets:
        yield from dataset_description(place, view)
        yield from dataset_provenance(place, view)


def any_metric(_: Place, view: View) -> Iterator[Hit]:
    """Find results of evaluations."""
    for place in view.models:
        yield from place.field("modelCard", "quantitativeAnalysis", "performanceMetrics")


def any_limit(_: Place, view: View) -> Iterator[Hit]:
    """Find limits of the models."""
    for place in view.models:
        yield from place.field("modelCard", "considerations", "technicalLimitations")


def _hash_fields(place: Place, key: str) -> Iterator[Hit]:
    for at, each in enumerate(list_at(place.tree, "hashes")):
        yield Hit(f"{place.pointer}/hashes/{at}", text_at(each, key))
    for at, inner in enumerate(list_at(place.tree, "components")):
        if text_at(inner, "type") == "file":
            for number, each in enumerate(list_at(inner, "hashes")):
                yield Hit(f"{place.pointer}/components/{at}/hashes/{number}", text_at(each, key))


def _tool_field(view: View, key: str) -> Iterator[Hit]:
    found = tree_at(view.document, "metadata").get("tools")
    if isinstance(found, list):
        for at, each in enumerate(found):
            if text := text_at(each, key):
                yield Hit(f"/metadata/tools/{at}/{key}", text)
        return
    for kind in ("components", "services"):
        for at, each in enumerate(list_at(found, kind)):
            if text := text_at(each, key):
                yield Hit(f"/metadata/tools/{kind}/{at}/{key}", text)
