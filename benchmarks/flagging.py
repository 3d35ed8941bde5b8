"""The worker of quality.py: runs in the environment of the peers, with nothing of winnow.

    python benchmarks/flagging.py < texts.jsonl        prints versions, and for each rule set a flag a text

Reads one JSON string a line. A flag says that the rules, with the settings that their authors publish, would throw
the text out.
"""

import json
import sys
from collections.abc import Callable
from importlib.metadata import version

import spacy
from datatrove.data import Document
from datatrove.pipeline.filters import (
    C4QualityFilter,
    FineWebQualityFilter,
    GopherQualityFilter,
    GopherRepetitionFilter,
)
from textdescriptives.components.quality import Quality

FILTERS = {
    "Gopher quality rules": GopherQualityFilter,
    "Gopher repetition rules": GopherRepetitionFilter,
    "C4 rules": C4QualityFilter,
    "FineWeb rules": FineWebQualityFilter,
}


def main() -> int:
    """Flag every text of standard input by every rule set."""
    texts = [json.loads(line) for line in sys.stdin]
    flags = {name: [*map(_flagger(made()), texts)] for name, made in FILTERS.items()}
    flags["textdescriptives"] = [*map(_textdescriptives(), texts)]
    versions = {name: version(name) for name in ("datatrove", "spacy", "textdescriptives")}
    json.dump({"versions": versions, "flags": flags}, sys.stdout)
    return 0


def _flagger(rules: object) -> Callable[[str], bool]:
    """Whether a filter of datatrove drops a text; it answers True, False, or False with a reason."""

    def flag(text: str) -> bool:
        # A new document each time: C4's filter takes lines out of the one it is given.
        kept = rules.filter(Document(text=text, id="text"))  # type: ignore[attr-defined]
        return not (kept[0] if isinstance(kept, tuple) else kept)

    return flag


def _textdescriptives() -> Callable[[str], bool]:
    """Whether a text fails the quality check, without the model that some other descriptions need.

    `add_pipe` cannot make the component with today's confection, which takes the ranges for lists.
    """
    tokenise = spacy.blank("en")
    tokenise.add_pipe("sentencizer")
    tokenise.max_length = 10**7
    describe = Quality(tokenise, "quality", (2, 4), 3, (5, 10), None, force=True)
    return lambda text: not describe(tokenise(text))._.passed_quality_check


if __name__ == "__main__":
    raise SystemExit(main())
