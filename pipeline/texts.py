"""Where a clean text goes: into a file of its own, with others into a file of records, or nowhere."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from pipeline.stores import LocalStore, Store
from pipeline.told import Answer
from pipeline.write import TextOutput, text_name


@dataclass(frozen=True, slots=True)
class Texts:
    """What becomes of the texts of a run; picklable.

    Attributes:
        drop: verdicts whose texts are not stored.
    """

    store: Store
    output: TextOutput = TextOutput.FILES
    drop: frozenset[str] = field(default_factory=frozenset[str])

    def stored(self, answer: Answer) -> Answer:
        """The answer without its text, which is in a file now or dropped; texts for records go on with the rows.

        Raises:
            UsageError: the store cannot be written.
        """
        told = answer.told
        if told is None or told.text is None:
            return answer
        if self.output is TextOutput.NONE or (told.row["verdict"] or "unscored") in self.drop:
            return replace(answer, told=replace(told, text=None))
        if self.output is TextOutput.RECORDS:
            return answer
        name = self.store.fitting(text_name(told.row["id"]))
        self.store.write(name, told.text.encode())
        return replace(answer, told=replace(told, text=None, row=told.row | {"text_file": name}))

    def stored_here(self, answers: Sequence[Answer], begin: Callable[[], None]) -> list[Answer]:
        """The same for many in a worker process, which writes into folders alone: a store may be its parent's.

        Args:
            begin: called before each, since how long a folder takes is no document's fault.
        """
        if not isinstance(self.store, LocalStore):
            return list(answers)
        found = []
        for answer in answers:
            begin()
            found.append(self.stored(answer))
        return found
