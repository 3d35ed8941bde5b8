"""A user's own labels: what joins the training, and what is refused in one sentence."""

from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.corpora.copies import check_copies
from pipeline.corpora.labelled import check_labels, prepare_own
from pipeline.corpora.own import read_own_files, read_own_pages
from pipeline.corpora.prepared import PreparedText, Split
from pipeline.document import Label
from pipeline.errors import CorpusError
from pipeline.settings import PrepareSettings

SETTINGS = PrepareSettings(
    seed=1, valid_share=0.2, test_share=0.2, triplet_test_share=0.3, train_publishers=(), min_words=6
)
STORY = "The keeper counted nine nests in the reeds on Monday and wrote the number into her green book."
Put = Callable[[str, str], None]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "labelled"
    made.mkdir()
    (made / "README.md").write_text("# Own labels\n", encoding="utf-8")
    (made / ".gitignore").write_text("*\n", encoding="utf-8")
    return made


@pytest.fixture
def own(folder: Path) -> Put:
    def put(name: str, text: str = STORY) -> None:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    return put


def told(folder: Path) -> list[tuple[str, str, str]]:
    return [(file.id, file.label.value, file.source) for file in read_own_files(folder)]


def texts(folder: Path, others: list[PreparedText] | None = None) -> list[PreparedText]:
    return prepare_own(read_own_files(folder), SETTINGS, others or [], lambda page: f"page: {len(page)} {STORY}")


def text(name: str, label: Label = Label.FILLER, group: str = "a.example", split: Split = Split.TRAIN) -> PreparedText:
    return PreparedText(
        id=name, corpus="abp", label=label, basis="", origin="human", source=group, group=group, split=split, title="",
        text=STORY,
    )  # fmt: skip


# --- what is read -------------------------------------------------------------------------------------------


def test_folder_that_is_empty_or_absent_holds_no_labels(folder: Path, tmp_path: Path):
    assert read_own_files(folder) == read_own_files(tmp_path / "absent") == ()
    assert read_own_pages(folder) == read_own_pages(tmp_path / "absent") == ()


def test_label_and_source_come_from_the_folders(folder: Path, own: Put):
    own("filler/mill.example/a.txt")
    own("reporting/paper.example/2024/b.md")
    assert told(folder) == [
        ("own/filler/mill.example/a.txt", "filler", "mill.example"),
        ("own/reporting/paper.example/2024/b.md", "reporting", "paper.example"),
    ]


def test_label_and_source_come_from_the_list(folder: Path, own: Put):
    own("inbox/a.txt")
    own("filler/b.txt")
    own("labels.csv", "file,label,source\ninbox/a.txt,analysis,heron.example\nfiller/b.txt,filler,mill.example\n")
    assert told(folder) == [
        ("own/filler/b.txt", "filler", "mill.example"),
        ("own/inbox/a.txt", "analysis", "heron.example"),
    ]


def test_pages_are_read_as_pages(folder: Path, own: Put):
    own("filler/mill.example/a.html", f"<html><body><p>{STORY}</p></body></html>")
    assert texts(folder)[0].text.startswith("page: ")


def test_own_documents_of_a_known_source_share_its_split(folder: Path, own: Put):
    own("filler/a.example/a.txt")
    own("filler/b.example/b.txt")
    others = [text("x", group="a.example", split=Split.TEST)]
    assert [found.split for found in texts(folder, others)] == [Split.TEST, Split.TRAIN]


def test_one_of_five_sources_is_held_out(folder: Path, own: Put):
    for number in range(10):
        own(f"filler/mill{number // 2}.example/{number}.txt", f"{STORY} It was year {number}.")
    held_out = [found.source for found in texts(folder) if found.split is Split.TEST]
    assert (len(held_out), len(set(held_out))) == (2, 1)


def test_page_has_its_wanted_text_and_site(folder: Path, own: Put):
    own("pages/a.html", "<html><body><p>x</p></body></html>")
    own("pages/a.txt", f"{STORY}\n\n\n And more. \n")
    own("pages/heron.example/b.html", "<html><body><p>x</p></body></html>")
    own("pages/heron.example/b.txt", STORY)
    found = read_own_pages(folder)
    assert [(page.id, page.site, page.corpus) for page in found] == [
        ("own/pages/a", "a", "own"),
        ("own/pages/heron.example/b", "heron.example", "own"),
    ]
    assert found[0].content == f"{STORY}\nAnd more."
    assert read_own_files(folder) == ()


# --- what is refused ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("files", "message"),
    [
        pytest.param({"opinion/a/b.txt": STORY}, r"opinion/a/b\.txt has no label: move it to reporting,", id="folder"),
        pytest.param({"a.txt": STORY}, r"a\.txt has no label", id="no folder"),
        pytest.param({"filler/a.txt": STORY}, r"a\.txt has no source: move it to .*/filler/SITE/ or list", id="source"),
        pytest.param({"filler/a/b.txt": ""}, r"b\.txt cannot be trained on: The document holds nothing", id="empty"),
        pytest.param({"filler/a/b.txt": " \n \n"}, r"b\.txt cannot be trained on: The document holds", id="blank"),
        pytest.param({"filler/a/b.pdf": STORY}, r"b\.pdf is no text or page: allowed are \.htm, \.html", id="kind"),
        pytest.param({"filler/a/b.txt": "A heron."}, r"b\.txt has 2 words of prose, documents need 6", id="short"),
        pytest.param(
            {"labels.csv": "file,label,source\nlost.txt,filler,a\n"}, r"labels\.csv names lost\.txt, which", id="lost"
        ),
        pytest.param(
            {"labels.csv": "file,label,source\na.txt,spam,a\n", "a.txt": STORY},
            r"labels\.csv, line 2: label is 'spam', allowed are reporting, analysis, filler", id="label",
        ),
        pytest.param(
            {"labels.csv": "file,label,source\na.txt,filler,\n", "a.txt": STORY},
            r"line 2: a\.txt has no source", id="no source in the list",
        ),
        pytest.param(
            {"labels.csv": "file,label,source\n../a.txt,filler,a\n"}, r"must be a plain path inside", id="climbing"
        ),
        pytest.param({"labels.csv": "file,label\n"}, r"line 1: the header is .* must be", id="header"),
        pytest.param(
            {"labels.csv": "file,label,source\nfiller/a/b.txt,analysis,a\n", "filler/a/b.txt": STORY},
            r"b\.txt lies in filler and is analysis in", id="two labels",
        ),
    ],
)  # fmt: skip
def test_wrong_label_is_one_sentence(folder: Path, own: Put, files: dict[str, str], message: str):
    for name, content in files.items():
        own(name, content)
    with pytest.raises(CorpusError, match=message) as caught:
        texts(folder)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("files", "message"),
    [
        pytest.param({"pages/a.html": "<p>x</p>"}, r"lacks a\.txt: a page and the text", id="no text"),
        pytest.param({"pages/a.txt": STORY}, r"lacks a\.html", id="no page"),
        pytest.param({"pages/a.html": "<p>x</p>", "pages/a.txt": ""}, r"a\.txt cannot be trained on", id="empty"),
        pytest.param({"pages/a.md": STORY, "pages/a.txt": STORY}, r"a\.md is no web page", id="no web page"),
    ],
)
def test_wrong_page_is_one_sentence(folder: Path, own: Put, files: dict[str, str], message: str):
    for name, content in files.items():
        own(name, content)
    with pytest.raises(CorpusError, match=message):
        read_own_pages(folder)


LONG = " ".join(f"On day {number} the keeper rowed to hide {number * 7} and wrote." for number in range(20))


@pytest.mark.parametrize(
    "copy",
    [
        pytest.param(LONG, id="the same"),
        pytest.param(LONG.upper().replace(".", "\n\n"), id="another case and other lines"),
        pytest.param(f"Home News Sport {LONG} Leave a reply", id="with chrome around it"),
        pytest.param(LONG[: len(LONG) * 2 // 3], id="the first part"),
    ],
)
def test_copy_of_a_held_out_text_is_refused(copy: str):
    with pytest.raises(CorpusError, match=r"^own/a is a copy of abp-1, on which the model is measured: remove it"):
        check_copies({"own/a": copy}, [("abp-0", STORY), ("abp-1", LONG)])


def test_held_out_own_text_is_no_copy_of_itself_and_others_are_none():
    check_copies({"own/a": LONG, "own/b": STORY}, [("own/a", LONG), ("abp-1", "Another story altogether, of boats.")])


def test_own_text_that_is_there_twice_is_refused():
    with pytest.raises(CorpusError, match=r"^own/a is a copy of own/b: keep one of the two"):
        check_copies({"own/a": LONG, "own/b": f"Read this. {LONG}"}, [])


def test_label_with_two_documents_is_refused():
    enough = [text(f"{label}{n}", label, f"{label}{n % 3}") for label in Label for n in range(12)]
    check_labels(enough)
    two = [item for item in enough if item.label != "filler"] + enough[-2:]
    with pytest.raises(
        CorpusError, match=r"^filler has 2 documents of 2 sources to train on, every label needs 10 of 2"
    ):
        check_labels(two)


def test_label_of_one_source_is_refused():
    enough = [text(f"{label}{n}", label, f"{label}{n % 3}") for label in Label for n in range(12)]
    one = [item for item in enough if item.label != "filler"] + [text(f"f{n}") for n in range(30)]
    with pytest.raises(CorpusError, match=r"^filler has 30 documents of 1 sources"):
        check_labels(one)


def test_held_out_documents_do_not_count():
    enough = [text(f"{label}{n}", label, f"{label}{n % 3}") for label in Label for n in range(12)]
    held_out = [text(f"f{n}", group=f"g{n}", split=Split.TEST) for n in range(30)]
    with pytest.raises(CorpusError, match=r"^filler has 0 documents"):
        check_labels([*(item for item in enough if item.label != "filler"), *held_out])
