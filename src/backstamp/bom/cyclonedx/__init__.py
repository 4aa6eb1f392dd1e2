"""Writes a supply graph as a CycloneDX document (ECMA-424, versions 1.6 and 1.7)."""
