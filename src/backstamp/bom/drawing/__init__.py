"""Draws what hangs on what: as SVG, Mermaid and GraphML."""
