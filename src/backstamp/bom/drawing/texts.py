"""Writes a network as Mermaid and as GraphML. Names come from artifacts: they are escaped for each syntax."""

from xml.sax.saxutils import escape, quoteattr

from backstamp.bom.drawing.network import Network, Node
from backstamp.core.finding import shown

_SHAPES = {
    "model": ('["', '"]'),
    "adapter": ('["', '"]'),
    "dataset": ('[("', '")]'),
    "service": ('{{"', '"}}'),
    "system": ('[["', '"]]'),
    "run": ('(["', '"])'),
}


def as_mermaid(network: Network) -> str:
    """Write a flow chart, as Markdown on code hosts shows it."""
    ids = {node.ref: f"n{at}" for at, node in enumerate(network.nodes)}
    lines = ["flowchart LR"]
    for node in network.nodes:
        start, end = _SHAPES.get(node.kind, ('("', '")'))
        lines.append(f"  {ids[node.ref]}{start}{_label(node)}{end}")
    for link in network.links:
        word = f"|{_plain(link.word)}|" if link.word else ""
        lines.append(f"  {ids[link.source]} -->{word} {ids[link.target]}")
    return "\n".join(lines) + "\n"


def as_graphml(network: Network) -> str:
    """Write GraphML, for Gephi, yEd and networkx."""
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<graphml xmlns="http://graphml.graphdrawing.org/xmlns">',
        '  <key id="kind" for="node" attr.name="kind" attr.type="string"/>',
        '  <key id="label" for="node" attr.name="label" attr.type="string"/>',
        '  <key id="version" for="node" attr.name="version" attr.type="string"/>',
        '  <key id="relation" for="edge" attr.name="relation" attr.type="string"/>',
        '  <graph edgedefault="directed">',
    ]
    for node in network.nodes:
        fields = (("kind", node.kind), ("label", node.name), ("version", node.version))
        data = "".join(f'<data key="{key}">{escape(shown(text, 500))}</data>' for key, text in fields if text)
        lines.append(f"    <node id={quoteattr(shown(node.ref, 2000))}>{data}</node>")
    for link in network.links:
        ends = f"source={quoteattr(shown(link.source, 2000))} target={quoteattr(shown(link.target, 2000))}"
        lines.append(
            f'    <edge {ends}><data key="relation">{escape(link.word or "depends on")}</data></edge>'
        )
    return "\n".join([*lines, "  </graph>", "</graphml>"]) + "\n"


def _label(node: Node) -> str:
    version = f" {node.version}" if node.version else ""
    return _plain(f"{node.kind}: {node.name}{version}")


def _plain(text: str) -> str:
    """Make a label safe: Mermaid takes entity codes, so all that could end the quotes becomes one."""
    return "".join(c if c.isalnum() or c in " .:_/@-+" else f"#{ord(c)};" for c in shown(text, 120))
