"""Choices of a run that the command line names, apart, so that it knows them without loading the rest."""

from enum import StrEnum


class Backend(StrEnum):
    """Processes of this machine, or a Dask cluster."""

    LOKY = "loky"
    DASK = "dask"


class Dedup(StrEnum):
    """Which copies `duplicate_of` tells of."""

    EXACT = "exact"
    NEAR = "near"
