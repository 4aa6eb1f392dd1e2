"""Says whether a BOM document is right: by its schema, by its meaning, against the artefacts, and by SHACL."""
