"""Where the work of a run may happen; apart, so that the command line knows the names without loading the rest."""

from enum import StrEnum


class Backend(StrEnum):
    """Processes of this machine, or a Dask cluster."""

    LOKY = "loky"
    DASK = "dask"
