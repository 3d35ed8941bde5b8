"""Parts become results: rows in input order in one file, texts as records, counts; all streamed, nothing held whole."""

import json
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field

from pipeline.compact import Digests
from pipeline.document import Status
from pipeline.duplicates import firsts, nearly
from pipeline.parts import Parts
from pipeline.stores import Store
from pipeline.told import Told
from pipeline.write import Format, Row, results_writer

_TEXTS = 10_000  # records in a part of text/


@dataclass(slots=True)
class Tally:
    """Counts of a run."""

    statuses: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    verdicts: Counter[str] = field(default_factory=Counter)
    places: Digests = field(default_factory=Digests)

    def add(self, told: Row) -> None:
        """Count one row."""
        self.statuses[told["status"]] += 1
        if told["text_file"]:
            self.places.add(told["text_file"])
        if told["reason"]:
            self.reasons[told["reason"]] += 1
        if told["status"] == Status.OK:
            self.verdicts[told["verdict"] or "unscored"] += 1


def join(store: Store, parts: Parts, names: Sequence[str], form: Format) -> Tally:
    """Write results and text records out of parts, in order; what is told of copies names the first.

    Raises:
        UsageError: the store cannot be written.
        MissingExtraError: the format needs a library that is not installed.
    """
    exact = firsts(digest for head in parts.heads(names) for digest in head.letters)
    near = nearly(told for head in parts.heads(names) for told in head.sketches)  # none where nobody asked
    copies = near | exact
    originals: dict[int, str] = dict.fromkeys(copies.values(), "")
    tally = Tally()
    with ExitStack() as stack:
        write = stack.enter_context(results_writer(stack.enter_context(store.composing()), form))
        texts = _Texts(store)
        stack.callback(texts.flush)
        for place, (_, told) in enumerate(parts.items(names)):
            if place in originals:
                originals[place] = told.row["id"]
            original = originals[copies[place]] if place in copies else None
            item = told.row | {"removed": told.removed, "duplicate_of": original}
            if told.text is not None:
                item["text_file"] = texts.put(told)
            tally.add(item)
            write(item)
    return tally


class _Texts:
    """Texts as records (id, title, text) in parts of `_TEXTS`; each appears whole."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._held: list[str] = []
        self._part = 0

    def put(self, told: Told) -> str:
        """Store one text; the name of its part."""
        name = self._name
        title = told.row["title"]
        body = (told.text or "").removeprefix(f"{title}\n\n" if title else "").removesuffix("\n")
        self._held.append(json.dumps({"id": told.row["id"], "title": title, "text": body}, ensure_ascii=False))
        if len(self._held) == _TEXTS:
            self.flush()
        return name

    def flush(self) -> None:
        """Write what is held as a part; what comes after it belongs to the next."""
        if self._held:
            self._store.write(self._name, "".join(f"{line}\n" for line in self._held).encode())
            self._held.clear()
            self._part += 1

    @property
    def _name(self) -> str:
        return f"text/part-{self._part:05}.jsonl"
