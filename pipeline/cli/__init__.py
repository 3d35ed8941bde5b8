"""The command `winnow`."""

import os

# Before NumPy is imported, which reads it: the other threads have nothing to do here, and look out for work so busily
# that each command took .1 s more of CPU.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from pipeline.cli.commands import main

__all__ = ["main"]
