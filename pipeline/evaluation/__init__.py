"""Figures on held-out sites and publishers, beside what a user would take instead; training only."""
