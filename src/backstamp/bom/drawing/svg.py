"""Draws a network as one SVG picture, without scripts: layers from left to right, as few crossings as cheap.

The subject stands left, what it hangs on to its right (longest path, cycles cut); the order inside a layer
follows the mean place of the neighbours, a few times forth and back (Sugiyama's method).
"""

from xml.sax.saxutils import escape, quoteattr

import msgspec

from backstamp.bom.drawing.network import Network, Node
from backstamp.core.finding import shown

_WIDTH, _HEIGHT, _GAP_X, _GAP_Y, _EDGE = 256, 44, 110, 18, 24
_NAME = 29  # characters of a name that fit into a box
_SWEEPS = 6
_COLOURS = {
    "model": ("#e8f0fe", "#1a56b0"),
    "adapter": ("#e8f0fe", "#1a56b0"),
    "dataset": ("#e6f4ea", "#1e6b34"),
    "service": ("#fef3e0", "#8a5a00"),
    "library": ("#f1f3f4", "#4a4f55"),
    "system": ("#ffffff", "#202124"),
    "run": ("#f3e8fd", "#6a1b9a"),
    "tool": ("#fde7f0", "#a01355"),
    "agent": ("#fde7f0", "#a01355"),
}
_OTHER = ("#ffffff", "#4a4f55")
_NAMESPACE = 'xmlns="http://www.w3.org/2000/svg"'
_TIP = (
    '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" '
    'orient="auto"><path d="M0 0L8 4L0 8z" fill="#6b7075"/></marker></defs>'
)


class _Spot(msgspec.Struct):
    layer: int
    row: float


def as_svg(network: Network) -> str:
    """Draw it. Every text is escaped; the picture has a title and needs nothing from elsewhere."""
    if not network.nodes:
        return f'<svg {_NAMESPACE} width="200" height="40"><text x="8" y="24">no parts</text></svg>\n'
    spots = _placed(network)
    layers = max(spot.layer for spot in spots.values()) + 1
    rows = max(spot.row for spot in spots.values()) + 1
    width = int(2 * _EDGE + layers * _WIDTH + (layers - 1) * _GAP_X)
    height = int(2 * _EDGE + rows * _HEIGHT + (rows - 1) * _GAP_Y)
    title = shown(f"What {network.nodes[0].name} is made of", 200)
    size = f'width="{width}" height="{height}"'
    label = f'role="img" aria-label={quoteattr(title)} font-family="system-ui, sans-serif"'
    lines = [
        f'<svg {_NAMESPACE} {size} viewBox="0 0 {width} {height}" {label}>',
        f"<title>{escape(title)}</title>",
        _TIP,
        f'<rect {size} fill="#ffffff"/>',
    ]
    labels: dict[str, int] = {}
    for link in network.links:
        lines.append(_edge(spots[link.source], spots[link.target], link.word, labels.get(link.target, 0)))
        if link.word:
            labels[link.target] = labels.get(link.target, 0) + 1
    lines += [_box(node, spots[node.ref]) for node in network.nodes]
    return "\n".join([*lines, "</svg>"]) + "\n"


def _placed(network: Network) -> dict[str, _Spot]:
    layer = _layers(network)
    columns: dict[int, list[str]] = {}
    for node in network.nodes:
        columns.setdefault(layer[node.ref], []).append(node.ref)
    near: dict[str, list[str]] = {node.ref: [] for node in network.nodes}
    for link in network.links:
        near[link.source].append(link.target)
        near[link.target].append(link.source)
    order = {ref: float(at) for column in columns.values() for at, ref in enumerate(column)}
    for sweep in range(_SWEEPS):
        for number in sorted(columns, reverse=bool(sweep % 2)):
            column = columns[number]
            means = {
                ref: _mean([order[n] for n in near[ref] if layer[n] != number], order[ref]) for ref in column
            }
            column.sort(key=lambda ref: means[ref])
            order.update((ref, float(at)) for at, ref in enumerate(column))
    tallest = max(len(column) for column in columns.values())
    return {
        ref: _Spot(number, at + (tallest - len(column)) / 2)
        for number, column in columns.items()
        for at, ref in enumerate(column)
    }


def _mean(values: list[float], otherwise: float) -> float:
    return sum(values) / len(values) if values else otherwise


def _layers(network: Network) -> dict[str, int]:
    """Longest path from the subject; edges that would close a cycle are left out."""
    near = network.neighbours
    layer: dict[str, int] = {}
    forward: dict[str, list[str]] = {ref: [] for ref in near}
    state: dict[str, int] = {}
    finished: list[str] = []
    for start in near:
        stack = [(start, iter(near[start]))] if start not in state else []
        state.setdefault(start, 1)
        while stack:
            ref, rest = stack[-1]
            target = next(rest, None)
            if target is None:
                state[ref] = 2
                finished.append(ref)
                stack.pop()
            elif state.get(target) != 1:
                forward[ref].append(target)
                if target not in state:
                    state[target] = 1
                    stack.append((target, iter(near[target])))
    for ref in reversed(finished):
        layer.setdefault(ref, 0)
        for target in forward[ref]:
            layer[target] = max(layer.get(target, 0), layer[ref] + 1)
    return layer


def _short(name: str) -> str:
    """Cut a name to what fits; of ``org/name`` the name matters more."""
    text = shown(name, 200)
    if len(text) > _NAME and "/" in text:
        text = text.rpartition("/")[2]
    return text if len(text) <= _NAME else f"{text[: _NAME - 1]}…"


def _corner(spot: _Spot) -> tuple[float, float]:
    return _EDGE + spot.layer * (_WIDTH + _GAP_X), _EDGE + spot.row * (_HEIGHT + _GAP_Y)


def _edge(source: _Spot, target: _Spot, word: str, above: int) -> str:
    """Draw an edge; its word stands at its end, above the words of others that end there."""
    x1, y1 = _corner(source)
    x2, y2 = _corner(target)
    x1, y1, y2 = x1 + _WIDTH, y1 + _HEIGHT / 2, y2 + _HEIGHT / 2
    if target.layer <= source.layer:
        x2 += _WIDTH
    middle = (x1 + x2) / 2 if target.layer > source.layer else max(x1, x2) + _GAP_X / 2
    path = f"M{x1:.0f} {y1:.0f}C{middle:.0f} {y1:.0f} {middle:.0f} {y2:.0f} {x2:.0f} {y2:.0f}"
    drawn = f'<path d="{path}" fill="none" stroke="#9aa0a6" stroke-width="1.2" marker-end="url(#tip)"/>'
    if word:
        style = 'font-size="10" fill="#5f6368" text-anchor="end"'
        at = f'x="{x2 - 10:.0f}" y="{y2 - 5 - 11 * above:.0f}"'
        drawn += f"<text {at} {style}>{escape(shown(word, 20))}</text>"
    return drawn


def _box(node: Node, spot: _Spot) -> str:
    x, y = _corner(spot)
    fill, ink = _COLOURS.get(node.kind, _OTHER)
    name = _short(node.name)
    version = f" · {shown(node.version, 20)}" if node.version else ""
    full = f"{node.kind}: {node.name} {node.version}".strip()
    left, top = x + 10, y + 18
    frame = f'width="{_WIDTH}" height="{_HEIGHT}" rx="6" fill="{fill}" stroke="{ink}"'
    return (
        f"<g><title>{escape(shown(full, 400))}</title>"
        f'<rect x="{x:.0f}" y="{y:.0f}" {frame}/>'
        f'<text x="{left:.0f}" y="{top:.0f}" font-size="13" font-weight="600" fill="{ink}">'
        f"{escape(name)}</text>"
        f'<text x="{left:.0f}" y="{top + 16:.0f}" font-size="11" fill="{ink}">'
        f"{escape(node.kind + version)}</text></g>"
    )
