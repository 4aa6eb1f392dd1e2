"""The AI-BOM: what is stated of an AI system becomes claims, a supply graph, and documents."""
