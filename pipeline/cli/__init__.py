"""The command `winnow`."""

from pipeline.cli.commands import main

__all__ = ["main"]
