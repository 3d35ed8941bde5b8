"""From a parsed page, or from plain text, to blocks: runs of visible text that stand on their own."""
