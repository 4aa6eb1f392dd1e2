"""Says how complete a BOM is against a list of minimum elements, weighted by how each is known."""
