"""Signatures and provenance: manifests, statements, envelopes, signers, verifiers, trust, locks."""
