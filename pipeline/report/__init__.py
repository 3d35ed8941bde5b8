"""What a run looks like: figures, sources and a sample of its documents, as data first and as pages second."""
