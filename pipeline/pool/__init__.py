"""Where work runs: supervised processes of this machine, or an existing cluster whose workers supervise theirs.

The only room that knows that processes exist. What an item is, and what is done with it, is its caller's business.
"""

from pipeline.pool.guard import guarded, once
from pipeline.pool.kept import ready
from pipeline.pool.order import on_cluster, on_this_machine
from pipeline.pool.watched import StoppedError
from pipeline.pool.worker import Begin, Broken, Fault, Limits

__all__ = [
    "Begin",
    "Broken",
    "Fault",
    "Limits",
    "StoppedError",
    "guarded",
    "on_cluster",
    "on_this_machine",
    "once",
    "ready",
]
