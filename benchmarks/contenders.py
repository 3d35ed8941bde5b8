"""The extractors that benchmarks/extraction.py compares: one worker process measures one of them on every page.

    python benchmarks/contenders.py --list          which contenders this interpreter has, as JSON
    python benchmarks/contenders.py NAME            pages on standard input, what was found on standard output

Both are JSON, one line a page. Knows how each library is called, and imports it only when it is its turn, so that an
interpreter needs to have nothing other than the contender. Does not know what is measured on which pages.
"""

import json
import logging
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from time import process_time
from typing import Any, TextIO


@dataclass(frozen=True, slots=True)
class Page:
    """A decoded page, or a text where the contender cleans texts, and the ISO 639-1 code of its language."""

    content: str
    language: str


@dataclass(frozen=True, slots=True)
class Found:
    """What a contender made of one page; `failed` when it raised, and then the text is empty."""

    text: str
    milliseconds: float
    failed: bool = False


Extract = Callable[[Page], str]
Work = Callable[[Sequence[Page]], Iterator[Found]]


@dataclass(frozen=True, slots=True)
class Contender:
    """A way of getting the main text.

    Attributes:
        distribution: the package that must be installed.
        prepare: imports the library and gives the work to do.
        reads: the contender whose output is the input; None where pages are.
    """

    distribution: str
    prepare: Callable[[], Work]
    reads: str | None = None


# Loaded late by some library: word lists and models. One page of either language is read before time is taken.
_STORY = "<p>The ferry ran aground on Monday night with 61 people on board, and all of them were brought ashore.</p>"
_BERICHT = "<p>Die Fähre ist am Montag auf Grund gelaufen, und die 61 Menschen an Bord wurden an Land gebracht.</p>"
WARM_UP = tuple(
    Page(f"<html><head><title>Ferry</title></head><body><article>{story * 5}</article></body></html>", language)
    for story, language in ((_STORY, "en"), (_BERICHT, "de"))
)
# What separates lines when the HTML that readability gives is written as text.
_LINES = tuple("p div h1 h2 h3 h4 h5 h6 li ul ol dl dt dd tr td th table blockquote pre figure figcaption br".split())
_STOPLISTS = {
    "ar": "Arabic", "de": "German", "en": "English", "es": "Spanish", "fr": "French", "it": "Italian",
    "no": "Norwegian_Bokmal", "pl": "Polish", "pt": "Portuguese", "ru": "Russian", "sw": "Swahili", "tr": "Turkish",
}  # fmt: skip
_GOOSE_LANGUAGES = frozenset("de en es fr it no pl pt ru tr".split())  # with stop words, and no segmenter needed


def main() -> int:
    """Answer `--list` or work as one contender."""
    name = sys.argv[1]
    answer, sys.stdout = sys.stdout, sys.stderr  # libraries print; answers must not be mixed with that
    logging.disable(logging.CRITICAL)
    if name == "--list":
        answer.write(json.dumps(list(installed())))
        return 0
    work = CONTENDERS[name].prepare()
    list(work(WARM_UP))
    _answer(work([Page(**json.loads(line)) for line in sys.stdin]), answer)
    return 0


def installed() -> Iterator[Mapping[str, str | None]]:
    """Name, distribution, version (None when it is missing) and input of every contender."""
    for name, contender in CONTENDERS.items():
        told = {"name": name, "distribution": contender.distribution, "reads": contender.reads}
        try:
            yield told | {"version": version(contender.distribution)}
        except PackageNotFoundError:
            yield told | {"version": None}


def _answer(results: Iterable[Found], answer: TextIO) -> None:
    """Write each result at once, so that those before a crash are kept."""
    for found in results:
        answer.write(json.dumps(asdict(found)) + "\n")
        answer.flush()


def one_by_one(extract: Extract) -> Work:
    """The work of a library that takes page after page."""
    return lambda pages: (measured(extract, page) for page in pages)


def measured(extract: Extract, page: Page) -> Found:
    """One page with its CPU time; whatever the library raises is a failure of it."""
    started = process_time()
    try:
        text, failed = extract(page), False
    except Exception:  # noqa: BLE001 - libraries raise anything, and it is counted
        text, failed = "", True
    spent = 1000 * (process_time() - started)
    return Found(text.encode(errors="replace").decode(), spent, failed)


def winnow(media_type: str) -> Work:
    """The product's own path in chunks, without verdicts: parse, extract, metadata, segment, clean."""
    score, document = import_module("pipeline.score"), import_module("pipeline.document")
    scorer = score.Scorer(score.load_models())

    def sources(pages: Sequence[Page]) -> Iterator[Any]:
        for number, page in enumerate(pages):
            origin = document.Origin(str(number), "")
            yield document.Source(origin, page.content, document.MediaType(media_type))

    def work(pages: Sequence[Page]) -> Iterator[Found]:
        for start in range(0, len(pages), score.CHUNK):
            yield from _chunk(score.segment, scorer.clean, list(sources(pages[start : start + score.CHUNK])))

    return work


def _chunk(segment: Callable[[Any], Any], clean: Callable[[Any], Any], sources: Sequence[Any]) -> Iterator[Found]:
    """Documents of one chunk; what they share is divided by their blocks or words, as its cost grows with those."""
    cut, own = [], []
    for source in sources:
        started = process_time()
        cut.append(segment(source))
        own.append(process_time() - started)
    started = process_time()
    cleaned = clean(cut)
    shared = process_time() - started
    sizes = [_size(item) for item in cut]
    for item, spent, size in zip(cleaned, own, sizes, strict=True):
        yield Found(_written(item), 1000 * (spent + shared * size / max(sum(sizes), 1)), _broke_off(item))


def _size(item: Any) -> int:
    """Blocks of a page, words of a text; nothing is shared with what has failed before."""
    if hasattr(item, "blocks"):
        return len(item.source.content.split() if item.blocks is None else item.blocks)
    return 0


def _written(item: Any) -> str:
    """The body of a page; of a text the title too, which is its first line. Empty where nothing is left."""
    if not hasattr(item, "document"):
        return ""
    text: str = item.document.body if item.source.media_type == "text/html" else item.document.text
    return text


def _broke_off(item: Any) -> bool:
    """Whether the work ended in an error; a page without text is an answer, as it is for the others."""
    return getattr(item, "status", None) == "failed"


def all_text() -> Work:
    """Every visible block of a page as a line: what a page dumped as text looks like."""
    parse, blocks = import_module("pipeline.extract").parse, import_module("pipeline.segment.page").tree_blocks

    def extract(page: Page) -> str:
        tree = parse(page.content)
        return "" if tree is None else "\n".join(block.text for block in blocks(tree))

    return one_by_one(extract)


def trafilatura(**settings: bool) -> Work:
    """Plain text without comments and metadata."""
    library = import_module("trafilatura")
    return one_by_one(lambda page: library.extract(page.content, include_comments=False, **settings) or "")


def readability() -> Work:
    """The summary, whose HTML is written as text."""
    document, fragment = import_module("readability").Document, import_module("lxml.html").fromstring
    return one_by_one(lambda page: _text_of(fragment(document(page.content).summary(html_partial=True))))


def _text_of(element: Any) -> str:
    """The text of an element, with a line feed around whatever begins a line."""
    for line in element.iter(*_LINES):
        line.text, line.tail = f"\n{line.text or ''}", f"\n{line.tail or ''}"
    text: str = element.text_content()
    return text


def newspaper() -> Work:
    """The whole article object, metadata included; pictures are not fetched, so that nothing asks the network."""
    library = import_module("newspaper")
    known = set(import_module("newspaper.languages").get_available_languages())

    def extract(page: Page) -> str:
        language = page.language if page.language in known else "en"
        article = library.Article("https://example.org/", language=language, fetch_images=False)
        article.download(input_html=page.content)
        return article.parse().text or ""

    return one_by_one(extract)


def goose() -> Work:
    """The cleaned text of the article object, metadata included."""
    library = import_module("goose3")

    def extract(page: Page) -> str:
        language = page.language if page.language in _GOOSE_LANGUAGES else "en"
        with library.Goose({"use_meta_language": False, "target_language": language}) as reader:
            return reader.extract(raw_html=page.content).cleaned_text or ""

    return one_by_one(extract)


def resiliparse() -> Work:
    """Main content without comments, and without what is no text of the page: bullets and texts of pictures."""
    plain = import_module("resiliparse.extract.html2text").extract_plain_text
    settings = {"main_content": True, "comments": False, "alt_texts": False, "list_bullets": False}
    return one_by_one(lambda page: plain(page.content, preserve_formatting=True, **settings))


def justext() -> Work:
    """Paragraphs that are no boilerplate, by the stop words of the page's language; English where there are none."""
    library = import_module("justext")
    stoplists = {code: library.get_stoplist(name) for code, name in _STOPLISTS.items()}

    def extract(page: Page) -> str:
        found = library.justext(page.content, stoplists.get(page.language, stoplists["en"]))
        return "\n".join(paragraph.text for paragraph in found if not paragraph.is_boilerplate)

    return one_by_one(extract)


def boilerpy(extractor: str) -> Work:
    """The content that one of its extractors finds."""
    reader = getattr(import_module("boilerpy3.extractors"), extractor)()
    return one_by_one(lambda page: reader.get_content(page.content))


CONTENDERS: Mapping[str, Contender] = {
    "winnow": Contender("prosewinnow", partial(winnow, "text/html")),
    "trafilatura": Contender("trafilatura", trafilatura),
    "trafilatura fast": Contender("trafilatura", partial(trafilatura, fast=True)),
    "trafilatura precision": Contender("trafilatura", partial(trafilatura, favor_precision=True)),
    "trafilatura recall": Contender("trafilatura", partial(trafilatura, favor_recall=True)),
    "readability-lxml": Contender("readability-lxml", readability),
    "newspaper4k": Contender("newspaper4k", newspaper),
    "goose3": Contender("goose3", goose),
    "resiliparse": Contender("resiliparse", resiliparse),
    "jusText": Contender("jusText", justext),
    "boilerpy3 article": Contender("boilerpy3", partial(boilerpy, "ArticleExtractor")),
    "boilerpy3 default": Contender("boilerpy3", partial(boilerpy, "DefaultExtractor")),
    "all text": Contender("prosewinnow", all_text),
    "all text, then winnow": Contender("prosewinnow", partial(winnow, "text/plain"), "all text"),
    "trafilatura, then winnow": Contender("prosewinnow", partial(winnow, "text/plain"), "trafilatura"),
}


if __name__ == "__main__":
    raise SystemExit(main())
