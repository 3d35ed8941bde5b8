"""Which corpora a training uses: `fetch.corpora` of params.yaml names them, or says `all`."""

from collections.abc import Iterable, Sequence
from typing import Protocol, TypeVar

from pipeline.corpora.manifests import CorpusRow
from pipeline.errors import CorpusError

ALL, AUTHORED, OWN = "all", "authored", "own"


class _OfCorpus(Protocol):
    """What rows of both manifests have."""

    @property
    def corpus(self) -> str: ...


Row = TypeVar("Row", bound=_OfCorpus)


def is_chosen(corpus: str, corpora: Sequence[str]) -> bool:
    """Whether a corpus is trained on; a user's own labels always are."""
    return corpus == OWN or corpus in corpora or ALL in corpora


def chosen(rows: Iterable[Row], corpora: Sequence[str]) -> tuple[Row, ...]:
    """The rows of the corpora that are trained on, in their order."""
    return tuple(row for row in rows if is_chosen(row.corpus, corpora))


def check_corpora(corpora: Sequence[str], known: Sequence[CorpusRow]) -> None:
    """Refuse names that no corpus has.

    Raises:
        CorpusError: a name is unknown; says which are allowed.
    """
    names = [row.corpus for row in known if row.corpus != OWN]
    unknown = sorted({*corpora} - {ALL, *names})
    if unknown:
        raise CorpusError(
            f"fetch.corpora in params.yaml names {', '.join(unknown)}: allowed are {ALL} and {', '.join(names)}; "
            "own labels are always trained on."
        )


def scale(corpora: Sequence[str]) -> str:
    """What a stage says of the choice.

    >>> scale(("all",)), scale(("authored",)), scale(())
    ('all corpora', 'only authored and own labels', 'only own labels')
    """
    if ALL in corpora:
        return "all corpora"
    return "only " + (f"{', '.join(corpora)} and own labels" if corpora else "own labels")
