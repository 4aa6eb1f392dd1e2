"""Says whether a BOM document is right: by schema, by meaning, against the artefacts, and by SHACL."""
