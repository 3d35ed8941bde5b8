"""Reads the text of a labelled row: one small reader for each upstream format, chosen by corpus.

What comes out is plain text as published, one paragraph a line; `leaks` removes what gives the label away.
"""

import csv
import html
import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from pipeline.corpora.manifests import TextRow
from pipeline.corpora.markdown import markdown_lines, split_front_matter
from pipeline.errors import CorpusError


@dataclass(frozen=True, slots=True)
class RawText:
    """A document as published.

    Attributes:
        title: empty where the format holds none.
        text: one paragraph a line, without the title; Markdown marks headings and list items.
        topic: as the corpus files it; empty where it does not.
    """

    title: str
    text: str
    topic: str = ""


def read_text(row: TextRow, raw: Path) -> RawText:
    """Read the document of a row from the folder that `fetch` filled.

    Raises:
        CorpusError: the file is missing or has another form than its corpus; names the row and the file.
    """
    path = raw / row.repo / row.commit / row.path
    try:
        return _READERS[row.corpus](path, row.selector)
    except FileNotFoundError as error:
        raise CorpusError(f"{path} of row {row.id} is missing: run the fetch stage first.") from error
    except (OSError, ValueError, LookupError, TypeError, csv.Error) as error:
        raise CorpusError(
            f"{path} of row {row.id} cannot be read as a file of {row.corpus!r} "
            f"({type(error).__name__}: {error}); known are {', '.join(_READERS)}."
        ) from error


def _raw_text(title: str, paragraphs: Iterable[str]) -> RawText:
    """Collapse white space, drop empty paragraphs and the title in the first one."""
    title = _collapsed(title)
    kept = [line for paragraph in paragraphs if (line := _collapsed(paragraph))]
    if kept and title:
        kept[:1] = filter(None, [_without_title(kept[0], title)])
    return RawText(title, "\n".join(kept))


_TELLING_WORDS = 4
"""Words that a title needs before a sentence around it is taken for its deck or a picture's caption."""


def _without_title(line: str, title: str) -> str:
    """Take the title off a first line; a line that leads up to the title is a caption and goes whole.

    >>> _without_title("Six sheds that stood Their builder talks.", "Six sheds that stood")
    'Their builder talks.'
    """
    folded, sought = line.lstrip("# ").casefold(), title.casefold()
    if folded == sought:
        return ""
    if len(title.split()) < _TELLING_WORDS:
        return line
    return "" if folded.endswith(sought) else re.sub(rf"^(?i:{re.escape(title)}) (?=[A-Z])", "", line)


_STRAY: dict[int, str] = dict.fromkeys((*range(9), *range(14, 32), 0x200B, 0xFEFF, 0xAD), "")
_WINDOWS = {code: bytes([code]).decode("cp1252", "ignore") for code in range(0x80, 0xA0)}
"""Control characters that are quotes and dashes of Windows pages decoded as Latin-1."""


def _collapsed(text: str) -> str:
    """Join lines and runs of white space; drop invisible characters."""
    return " ".join(text.translate(_STRAY | _WINDOWS).split())


def _json(path: Path) -> Any:
    """Read a JSON file."""
    return json.loads(path.read_bytes())


def _read_abp(path: Path, _selector: str) -> RawText:
    """Read an article of which `content_original` keeps the paragraphs."""
    article = _json(path)
    found = _raw_text(article["title"], article["content_original"].split("\n"))
    return replace(found, topic=article.get("topic", ""))


def _read_webis(path: Path, _selector: str) -> RawText:
    """Read an editorial cut into argument units; the units of one paragraph make a line, one is the title."""
    paragraphs = _json(path)["paragraphs"]
    titles = [unit["text"] for units in paragraphs for unit in units if unit["label"] == "title"]
    bodies = [" ".join(unit["text"] for unit in units if unit["label"] != "title") for units in paragraphs]
    return _raw_text(_untokenised(" ".join(titles)), map(_untokenised, bodies))


def _untokenised(text: str) -> str:
    r"""Close the gaps that cutting into units left.

    >>> _untokenised("It rains . That ' s \\. all , he said")
    "It rains. That's. all, he said"
    """
    text = _collapsed(text.replace("\\", ""))
    text = re.sub(r"\s+([.,;:!?%)\]])", r"\1", text)
    return re.sub(r"(?<=\w)\s?(['\u2019])\s(s|t|re|ve|ll|d|m)\b", r"\1\2", text)


def _read_basil(path: Path, _selector: str) -> RawText:
    """Read an article given as paragraphs of sentences."""
    article = _json(path)
    return _raw_text(article["title"], (" ".join(sentences) for sentences in article["body-paragraphs"]))


def _read_bbc(path: Path, _selector: str) -> RawText:
    """Read a plain text whose first line is the title."""
    title, *paragraphs = path.read_text(encoding="utf-8").split("\n")
    return _raw_text(title, paragraphs)


def _read_reuters(path: Path, _selector: str) -> RawText:
    """Read a plain text with a paragraph a line and SGML entities."""
    return _raw_text("", html.unescape(path.read_text(encoding="utf-8")).split("\n"))


def _read_post(path: Path, _selector: str) -> RawText:
    """Read a Markdown post; a first heading of level one is a title, too."""
    title, body = split_front_matter(path.read_text(encoding="utf-8"))
    lines = list(markdown_lines(body))
    if lines and lines[0].startswith("# "):
        heading = lines.pop(0).removeprefix("# ")
        title = title or heading
    return _raw_text(title, lines)


def _read_wcxb(path: Path, selector: str) -> RawText:
    """Read the main text of a page with gold text."""
    truth = _at(_json(path), selector.rpartition(".")[0])
    return _raw_text(truth["title"], truth[selector.rpartition(".")[2]].split("\n"))


def _at(value: Any, dotted: str) -> Any:
    """Follow a dotted path into JSON."""
    for name in dotted.split("."):
        value = value[name]
    return value


def _read_element(path: Path, selector: str) -> RawText:
    """Read one text of a JSON object of lists: `sampled[7]`."""
    name, index = _indexed(r"(\w+)\[(\d+)\]", selector)
    return _raw_text("", _json(path)[name][int(index)].split("\n"))


def _read_cell(path: Path, selector: str) -> RawText:
    """Read one cell of a CSV file: `row[7].some column`."""
    index, column = _indexed(r"row\[(\d+)\]\.(.+)", selector)
    return _raw_text("", _rows(path)[int(index)][column].split("\n"))


_HEADLINE = re.compile(r"(?:\*\*)?(?:Title|Headline)\s*:\s*(?:\*\*)?\s*(.+)", re.IGNORECASE)


def _read_headed_cell(path: Path, selector: str) -> RawText:
    """Read one cell of a CSV file whose first line may be `Title: ...`."""
    text = _read_cell(path, selector).text
    first, _, rest = text.partition("\n")
    head = _HEADLINE.fullmatch(first)
    return RawText(head[1].strip('"“”* '), rest) if head and rest else RawText("", text)


def _indexed(pattern: str, selector: str) -> tuple[str, str]:
    """Split a selector into its two parts."""
    match = re.fullmatch(pattern, selector)
    if not match:
        raise ValueError(f"the selector is {selector!r}, it must match {pattern}")
    return match[1], match[2]


@lru_cache(maxsize=4)
def _rows(path: Path) -> tuple[Mapping[str, str], ...]:
    """Read a CSV file; kept, because hundreds of rows of the manifest name the same one."""
    csv.field_size_limit(2**24)
    with path.open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))


_READERS: Mapping[str, Callable[[Path, str], RawText]] = {
    "abp": _read_abp,
    "webis-editorials": _read_webis,
    "basil": _read_basil,
    "bbc2004": _read_bbc,
    "reuters-c50": _read_reuters,
    "seo-blogs": _read_post,
    "wcxb-seo": _read_wcxb,
    "xsum-llm": _read_element,
    "llm-news": _read_headed_cell,
    "argugpt": _read_cell,
}
