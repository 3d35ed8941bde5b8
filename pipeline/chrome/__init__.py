"""The block model: which blocks of a page, or lines of a text, are chrome, and of what kind."""
