"""The document model: reporting, analysis or filler, how sure, and why."""
