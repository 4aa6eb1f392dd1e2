"""SPDX 3.0.1 JSON-LD: written from CycloneDX, read back, and checked against the model of the standard."""
