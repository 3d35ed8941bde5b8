"""Inputs are found once each, opened without trust, and decoded whatever their bytes are."""

import encodings.aliases
import gzip
import hashlib
import io
import os
import signal
import tempfile
import time
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.document import Failure, MediaType, Origin, Reason, Source, Status
from pipeline.errors import UsageError
from pipeline.inputs import list_places
from pipeline.read import STDIN, Entry, decode, load, load_stream, load_text, source_of

PROSE = "The ferry left the quay at noon, the harbour master said, and reached the island an hour later."
NOBODY = 65534  # a user without rights: chmod does not bind root
PATIENCE = 5


@pytest.fixture
def deadline() -> Iterator[None]:
    """Break off a test that hangs."""

    def give_up(_signal: int, _frame: FrameType | None) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, give_up)
    signal.alarm(PATIENCE)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


@pytest.fixture
def locked() -> Iterator[Path]:
    """A folder with a text, a text that may not be read and a folder that may not be entered."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        tree(folder, {"open.txt": PROSE, "secret.txt": PROSE, "locked/a.txt": PROSE})
        shut = [folder / "secret.txt", folder / "locked"]
        for path in shut:
            path.chmod(0)
        rights = os.geteuid()
        if rights == 0:
            os.seteuid(NOBODY)
        yield folder
        os.seteuid(rights)
        for path in shut:
            path.chmod(0o700)


def tree(folder: Path, files: dict[str, str]) -> Path:
    """Write texts under their relative paths."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def entries(*inputs: Path, pattern: str = "*") -> list[Entry]:
    return [place for place in list_places([*map(os.fspath, inputs)], pattern, 10_000) if isinstance(place, Entry)]


def ids(*inputs: Path, pattern: str = "*") -> list[str]:
    return [entry.id for entry in entries(*inputs, pattern=pattern)]


def stored(folder: Path, name: str, raw: bytes) -> Entry:
    """Put bytes into a file and name it as an input."""
    path = folder / name
    path.write_bytes(raw)
    return Entry(name, path)


def opened(raw: bytes, suffix: str = "") -> Source:
    """The source that bytes become."""
    source = source_of(raw, Origin("a", "a"), suffix)
    assert isinstance(source, Source)
    return source


def refused(outcome: Source | Failure) -> tuple[Reason, Status]:
    assert isinstance(outcome, Failure)
    assert outcome.stage == "read"
    assert outcome.detail.endswith(".")
    assert "\n" not in outcome.detail
    return outcome.reason, outcome.status


# Listing


def test_folder_is_listed_with_its_folders_by_path(tmp_path: Path):
    tree(tmp_path, dict.fromkeys(("c/d/e.html", "b.txt", "c/f.md", "a.html"), PROSE))
    assert ids(tmp_path) == ["a.html", "b.txt", "c/f.md", "c/d/e.html"]


@pytest.mark.parametrize("turn", [1, -1], ids=["forward", "backward"])
def test_order_does_not_depend_on_the_order_of_creation(tmp_path: Path, turn: int):
    names = [f"{folder}/{number}.txt" for folder in "qzm" for number in (10, 2, 1)]
    tree(tmp_path, dict.fromkeys(names[::turn], PROSE))
    assert ids(tmp_path) == [f"{folder}/{number}.txt" for folder in "mqz" for number in ("1", "10", "2")]


def test_inputs_keep_the_order_in_which_they_are_named(tmp_path: Path):
    tree(tmp_path, dict.fromkeys(("z.txt", "a.txt", "m/b.txt"), PROSE))
    assert ids(tmp_path / "z.txt", tmp_path / "m", tmp_path / "a.txt") == ["z.txt", "b.txt", "a.txt"]


def test_entry_leads_to_the_file_that_its_id_names(tmp_path: Path):
    tree(tmp_path, {"a/x.txt": "first", "b/x.txt": "second"})
    assert {entry.id: entry.path.read_text() for entry in entries(tmp_path)} == {
        "a/x.txt": "first",
        "b/x.txt": "second",
    }


def test_same_name_in_two_inputs_gets_a_number_before_the_suffix(tmp_path: Path):
    tree(tmp_path, dict.fromkeys(("a/x.txt", "b/x.txt", "c/x.txt"), PROSE))
    assert ids(*(tmp_path / name for name in "abc")) == ["x.txt", "x~2.txt", "x~3.txt"]


def test_a_number_that_a_file_bears_already_is_not_given_again(tmp_path: Path):
    tree(tmp_path, dict.fromkeys(("a/x~2.txt", "a/x.txt", "b/x.txt"), PROSE))
    assert ids(tmp_path / "a", tmp_path / "b") == ["x.txt", "x~2.txt", "x~3.txt"]


def test_names_that_differ_in_case_only_get_ids_that_differ_beyond_it(tmp_path: Path):
    tree(tmp_path, dict.fromkeys(("a/News.txt", "b/news.txt", "b/STRASSE.md", "b/straße.md"), PROSE))
    found = ids(tmp_path / "a", tmp_path / "b")
    assert len({name.casefold() for name in found}) == 4


def test_same_stem_with_two_suffixes_and_in_two_folders_stays_apart(tmp_path: Path):
    names = ["x.html", "x.txt", "b/x.html", "b/x.txt"]
    tree(tmp_path, dict.fromkeys(names, PROSE))
    assert ids(tmp_path) == names


def test_file_that_two_inputs_name_is_listed_once(tmp_path: Path):
    tree(tmp_path, {"a.txt": PROSE})
    assert ids(tmp_path, tmp_path / "a.txt") == ["a.txt"]


@settings(max_examples=30, deadline=None)
@given(st.lists(st.sets(st.sampled_from(["x.txt", "X.txt", "x~2.txt", "x", "y/x.txt", "x~2", "x~3.txt"])), max_size=4))
def test_ids_are_unique_also_where_case_is_not_told_apart(folders: list[set[str]]):
    with tempfile.TemporaryDirectory() as name:
        inputs = [tree(Path(name, str(place)), dict.fromkeys(files, PROSE)) for place, files in enumerate(folders)]
        for folder in inputs:
            folder.mkdir(exist_ok=True)
        found = [identifier.casefold() for identifier in ids(*inputs)]
    assert len(found) == len(set(found)) == sum(map(len, folders))


def test_many_files_of_one_name_are_numbered_in_little_time(tmp_path: Path):
    files = [tree(tmp_path / str(number), {"index.html": "x"}) / "index.html" for number in range(1200)]
    started = time.process_time()
    found = ids(*files)
    spent = time.process_time() - started
    assert (len(set(found)), spent < 1) == (1200, True)


def test_link_to_a_file_is_read(tmp_path: Path):
    tree(tmp_path, {"aside/a.txt": PROSE, "pages/b.txt": PROSE})
    (tmp_path / "pages/c.txt").symlink_to(tmp_path / "aside/a.txt")
    read = [load(entry) for entry in entries(tmp_path / "pages")]
    assert [(item.origin.id, isinstance(item, Source)) for item in read] == [("b.txt", True), ("c.txt", True)]


def test_links_to_folders_are_not_followed_so_that_a_loop_ends(tmp_path: Path, deadline: None):  # noqa: ARG001
    tree(tmp_path, {"a/b.txt": PROSE})
    (tmp_path / "a/round").symlink_to(tmp_path)
    assert ids(tmp_path) == ["a/b.txt"]


def test_link_to_a_folder_is_followed_when_it_is_the_input(tmp_path: Path):
    tree(tmp_path, {"pages/b.txt": PROSE})
    (tmp_path / "short").symlink_to(tmp_path / "pages")
    assert ids(tmp_path / "short") == ["b.txt"]


@pytest.mark.parametrize("target", ["nowhere.txt", "self.txt"], ids=["dangling", "to itself"])
@pytest.mark.parametrize("named", [True, False], ids=["named", "in a folder"])
def test_link_that_leads_nowhere_is_listed_and_unreadable(tmp_path: Path, target: str, *, named: bool):
    link = tmp_path / "self.txt"
    link.symlink_to(target)
    found = entries(link if named else tmp_path)
    assert [refused(load(entry)) for entry in found] == [(Reason.UNREADABLE, Status.FAILED)]


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("*", ["a.html", "b.txt", "sub.html/c.htm", "sub.html/d.html"]),
        ("*.html", ["a.html", "sub.html/d.html"]),
        ("[ab].*", ["a.html", "b.txt"]),
        ("*.pdf", []),
    ],
    ids=["all", "suffix", "class", "none"],
)
def test_glob_chooses_by_file_name(tmp_path: Path, pattern: str, found: list[str]):
    tree(tmp_path, dict.fromkeys(("a.html", "b.txt", "sub.html/c.htm", "sub.html/d.html"), PROSE))
    assert ids(tmp_path, pattern=pattern) == found


def test_glob_does_not_drop_a_file_that_is_named_itself(tmp_path: Path):
    tree(tmp_path, {"b.txt": PROSE})
    assert ids(tmp_path / "b.txt", pattern="*.html") == ["b.txt"]


@pytest.mark.parametrize(
    "name",
    [
        "two\nlines.txt",
        "a name with spaces .txt",
        "-o.txt",
        "--output",
        " ",
        "~",
        "back\\slash.txt",
        "car\rriage.txt",
        "#?%00.txt",
        "Zürich – Ω.txt",
    ],
)
def test_awkward_name_is_its_own_id_and_loads(tmp_path: Path, name: str):
    (tmp_path / name).write_text(PROSE, encoding="utf-8")
    (entry,) = entries(tmp_path)
    source = load(entry)
    assert isinstance(source, Source)
    assert (entry.id, source.content) == (name, PROSE)


def test_names_that_are_no_utf8_get_printable_ids_that_differ(tmp_path: Path):
    names = [b"caf\xe9.txt", b"caf\xe8.txt", rb"caf\xe9.txt"]
    for name in names:
        Path(os.fsdecode(bytes(tmp_path) + b"/" + name)).write_text(name.hex())
    found = {entry.id: entry.path.read_text() for entry in entries(tmp_path)}
    assert sorted(found.values()) == sorted(name.hex() for name in names)
    assert all(identifier.isprintable() for identifier in found)


def test_folder_name_that_is_no_utf8_is_entered(tmp_path: Path):
    folder = Path(os.fsdecode(bytes(tmp_path) + b"/d\xff"))
    folder.mkdir()
    (folder / "a.txt").write_text(PROSE)
    assert ids(tmp_path) == ["d\\xff/a.txt"]


def test_empty_folder_holds_nothing(tmp_path: Path):
    assert entries(tmp_path) == []


@pytest.mark.parametrize("name", ["absent", "absent/deeper.txt", "", "x" * 300, PROSE * 50], ids=lambda name: name[:12])
def test_input_that_does_not_exist_is_refused_in_one_sentence(tmp_path: Path, name: str):
    with pytest.raises(UsageError) as refusal:
        entries(tmp_path / "a.txt" / name)
    assert "\n" not in str(refusal.value)


def test_input_in_a_folder_that_may_not_be_entered_is_refused(locked: Path):
    with pytest.raises(UsageError):
        entries(locked / "locked" / "a.txt")


def test_folder_that_may_not_be_entered_is_not_lost_silently(locked: Path):
    outcomes = {entry.id: load(entry) for entry in entries(locked)}
    assert refused(outcomes["locked"]) == (Reason.UNREADABLE, Status.FAILED)


# Loading


def test_source_tells_where_its_bytes_came_from(tmp_path: Path):
    raw = PROSE.encode()
    entry = stored(tmp_path, "a.txt", raw)
    assert load(entry) == Source(
        Origin("a.txt", str(tmp_path / "a.txt"), hashlib.sha256(raw).hexdigest(), len(raw)), PROSE, MediaType.TEXT
    )


@pytest.mark.parametrize(
    ("name", "media_type"),
    [
        ("a.html.gz", MediaType.HTML),
        ("a.HTM.GZ", MediaType.HTML),
        ("a.txt.gz", MediaType.TEXT),
        ("a.gz", MediaType.TEXT),
    ],
)
def test_gz_is_unpacked_and_its_inner_suffix_counts(tmp_path: Path, name: str, media_type: MediaType):
    source = load(stored(tmp_path, name, gzip.compress(PROSE.encode())))
    assert isinstance(source, Source)
    assert (source.content, source.media_type) == (PROSE, media_type)


def test_gz_of_several_members_is_read_whole(tmp_path: Path):
    source = load(stored(tmp_path, "a.txt.gz", gzip.compress(b"One. ") + gzip.compress(b"Two.")))
    assert isinstance(source, Source)
    assert source.content == "One. Two."


def test_bomb_is_refused_without_being_unpacked(tmp_path: Path):
    entry = stored(tmp_path, "a.txt.gz", gzip.compress(b" " * 60_000_000, compresslevel=1))
    tracemalloc.start()
    outcome = load(entry, max_bytes=100_000)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert refused(outcome) == (Reason.TOO_LARGE, Status.REJECTED)
    assert peak < 3_000_000


@pytest.mark.parametrize(
    "raw",
    [
        gzip.compress(PROSE.encode())[:-9],
        gzip.compress(PROSE.encode())[:12],
        PROSE.encode(),
        gzip.compress(PROSE.encode())[:10] + b"\xff" * 40,
        gzip.compress(PROSE.encode()) + b"and more",
    ],
    ids=["truncated", "header only", "not packed", "damaged", "garbage behind"],
)
def test_gz_that_cannot_be_unpacked_is_unreadable(tmp_path: Path, raw: bytes):
    assert refused(load(stored(tmp_path, "a.txt.gz", raw))) == (Reason.UNREADABLE, Status.FAILED)


@pytest.mark.parametrize(
    "raw",
    [b"", b" \n\t\r\n ", b"\xef\xbb\xbf", b"\xef\xbb\xbf \n", "\ufeff \n ".encode("utf-16-le"), b"\xff\xfe"],
    ids=["no bytes", "white space", "mark", "mark and white space", "UTF-16 white space", "UTF-16 mark"],
)
@pytest.mark.parametrize("name", ["a.txt", "a.html", "a.txt.gz"])
def test_document_without_a_visible_character_is_empty(tmp_path: Path, name: str, raw: bytes):
    packed = gzip.compress(raw) if name.endswith(".gz") else raw
    assert refused(load(stored(tmp_path, name, packed))) == (Reason.EMPTY, Status.REJECTED)


def test_gz_without_a_byte_is_empty(tmp_path: Path):
    assert refused(load(stored(tmp_path, "a.txt.gz", b""))) == (Reason.EMPTY, Status.REJECTED)


@pytest.mark.parametrize(
    "raw",
    [
        b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(256)),
        b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n" + b"\x01\x02\x03\x04" * 100,
        PROSE.encode("utf-16-le"),
        b"PK\x03\x04\x14\0\x06\0",
        gzip.compress(PROSE.encode()),
    ],
    ids=["image", "PDF", "UTF-16 without its mark", "archive", "packed under another name"],
)
@pytest.mark.parametrize("name", ["a.txt", "a.html", "a"])
def test_binary_is_not_text_whatever_its_name(tmp_path: Path, name: str, raw: bytes):
    assert refused(load(stored(tmp_path, name, raw))) == (Reason.NOT_TEXT, Status.REJECTED)


def test_nul_bytes_far_into_a_text_become_spaces():
    assert opened(b"x" * 5000 + b"\0end").content == "x" * 5000 + " end"


@pytest.mark.parametrize("page", [PROSE, f"<html><body><p>{PROSE}</p></body></html>"], ids=["text", "page"])
def test_a_stray_nul_does_not_make_a_document_binary(page: str):
    assert opened(page.encode().replace(b" ", b"\0", 1)).content == page


@pytest.mark.parametrize(
    ("raw", "content"),
    [
        (b"Four \xed\xa0\xbd\xed\xba\xa2 left.", "Four \N{SHIP} left."),
        (b"Four \xed\xa0\xbd left.", "Four \ufffd left."),
        (b"Caf\xc3\xa9 \xed\xba\xa2\xed\xa0\xbd", "Caf\xe9 \ufffd\ufffd"),
    ],
    ids=["a pair", "half a pair", "halves in the wrong order"],
)
def test_characters_written_as_two_halves_do_not_make_another_encoding(raw: bytes, content: str):
    assert decode(raw) == (content, "utf-8")


def test_escape_sequences_for_terminals_do_not_survive():
    assert opened(f"{PROSE * 3}\x1b[31mred\x07".encode()).content == f"{PROSE * 3} [31mred "


@pytest.mark.parametrize("size", [0, 1, 2])
def test_limit_is_the_largest_size_that_is_read(tmp_path: Path, size: int):
    outcome = load(stored(tmp_path, "a.txt", b"abc"), max_bytes=2 + size)
    assert isinstance(outcome, Source) == (size >= 1)


def test_too_large_document_says_how_to_raise_the_limit(tmp_path: Path):
    outcome = load(stored(tmp_path, "a.txt", b"abc"), max_bytes=2)
    assert refused(outcome) == (Reason.TOO_LARGE, Status.REJECTED)
    assert isinstance(outcome, Failure)
    assert "--max-bytes" in outcome.detail


@pytest.mark.parametrize("limit", [10**13, 10**20], ids=["ten terabytes", "beyond an index"])
@pytest.mark.parametrize("name", ["a.txt", "a.txt.gz"])
def test_limit_beyond_memory_still_reads_a_small_file(tmp_path: Path, name: str, limit: int):
    raw = gzip.compress(b"abc") if name.endswith(".gz") else b"abc"
    source = load(stored(tmp_path, name, raw), max_bytes=limit)
    assert isinstance(source, Source)
    assert source.content == "abc"


@pytest.mark.parametrize("suffix", [".jsonl", ".parquet", ".csv", ".warc", ".jsonl.gz", ".csv.gz", ".WARC.GZ"])
def test_container_is_refused_and_named(tmp_path: Path, suffix: str):
    outcome = load(stored(tmp_path, "a" + suffix, b'{"text": "x"}\n'))
    assert refused(outcome) == (Reason.NOT_TEXT, Status.REJECTED)
    assert isinstance(outcome, Failure)
    assert suffix.lower().removesuffix(".gz") in outcome.detail


def test_pipe_is_unreadable_and_not_waited_for(tmp_path: Path, deadline: None):  # noqa: ARG001
    os.mkfifo(tmp_path / "a.txt")
    assert [refused(load(entry)) for entry in entries(tmp_path)] == [(Reason.UNREADABLE, Status.FAILED)]


def test_file_that_may_not_be_read_is_unreadable(locked: Path):
    assert refused(load(Entry("secret.txt", locked / "secret.txt"))) == (Reason.UNREADABLE, Status.FAILED)


@pytest.mark.parametrize("place", ["gone.txt", "locked/a.txt", "."], ids=["gone", "behind a locked door", "a folder"])
def test_file_that_changed_since_it_was_listed_is_unreadable(locked: Path, place: str):
    assert refused(load(Entry("a.txt", locked / place))) == (Reason.UNREADABLE, Status.FAILED)


def test_unreadable_document_keeps_its_name_and_has_no_digest(tmp_path: Path):
    outcome = load(Entry("a.txt", tmp_path / "a.txt"))
    assert isinstance(outcome, Failure)
    assert outcome.origin == Origin("a.txt", str(tmp_path / "a.txt"), None, None)


# Page or text


@pytest.mark.parametrize(
    ("content", "suffix", "media_type"),
    [
        (PROSE, ".html", MediaType.HTML),
        (PROSE, ".xhtml", MediaType.HTML),
        (PROSE, "", MediaType.TEXT),
        (f"<p>{PROSE}</p><p>{PROSE}</p><p>{PROSE}</p>", "", MediaType.HTML),
        (f"<p>{PROSE}</p><p>{PROSE}</p><p>{PROSE}</p>", ".md", MediaType.TEXT),
        (f"<!DOCTYPE html><title>x</title><p>{PROSE}", ".txt", MediaType.HTML),
        (f"\n <HTML lang=en><p>{PROSE}", ".txt", MediaType.HTML),
        (f"<?xml version='1.0'?>\n<!-- saved -->\n<html><p>{PROSE}", "", MediaType.HTML),
        (f"<!-- one --><!-- two --> <!-- three --><!doctype html><p>{PROSE}", ".txt", MediaType.HTML),
        (f"He wrote <p> and meant a paragraph. {PROSE}", "", MediaType.TEXT),
        ("if a <b and c> d: x < y or y > z, and 1 <2", "", MediaType.TEXT),
        (f"See <html> in the manual. {PROSE}", ".txt", MediaType.TEXT),
        (f"<!-- a note on a text -->\n{PROSE}", ".md", MediaType.TEXT),
    ],
    ids=[
        "page by suffix",
        "xhtml by suffix",
        "prose",
        "tags without a suffix",
        "tags in Markdown",
        "doctype in a text",
        "html element in a text",
        "declaration and comment",
        "several comments",
        "a tag that is talked about",
        "comparisons",
        "html talked about",
        "comment before a text",
    ],
)
def test_page_is_told_from_text(content: str, suffix: str, media_type: MediaType):
    assert opened(content.encode(), suffix).media_type is media_type


@pytest.mark.parametrize(
    "start",
    ["<!-- x -->" * 400, "<!---->" * 400, "<!--" * 4000, "<?xml " * 4000, "<!-- x -->" + " " * 20_000],
    ids=["comments", "empty comments", "open comments", "open declarations", "spaces"],
)
def test_telling_page_from_text_takes_no_time_on_hostile_starts(start: str, deadline: None):  # noqa: ARG001
    assert opened(f"{start}{PROSE}".encode(), ".txt").media_type is MediaType.TEXT


# Decoding


@pytest.mark.parametrize(
    ("raw", "encoding"),
    [
        (b"\xef\xbb\xbf" + "Zürich – “Ω”".encode(), "utf-8"),
        ("\ufeffZürich – “Ω”".encode("utf-16-le"), "utf-16-le"),
        ("\ufeffZürich – “Ω”".encode("utf-16-be"), "utf-16-be"),
        ("Zürich – “Ω”".encode(), "utf-8"),
    ],
    ids=["UTF-8 with mark", "UTF-16 little", "UTF-16 big", "UTF-8"],
)
def test_unicode_is_decoded_and_its_mark_dropped(raw: bytes, encoding: str):
    assert decode(raw) == ("Zürich – “Ω”", encoding)


def test_utf32_with_its_mark_does_not_fall_apart_into_letters():
    assert decode(b"\xff\xfe\0\0" + PROSE.encode("utf-32-le"))[0] == PROSE


def test_cut_utf16_keeps_what_is_whole():
    assert decode(b"\xff\xfe" + "abc".encode("utf-16-le")[:-1])[0].startswith("ab")


@pytest.mark.parametrize(
    ("declared", "actual", "words"),
    [
        ("iso-8859-1", "utf-8", "Zürich, naïve, São Paulo"),
        ("utf-8", "cp1252", "Zürich, naïve, São Paulo – “so”"),
        ("iso-8859-1", "cp1252", "Zürich – “so”, he said…"),
        ("us-ascii", "cp1252", "Zürich – “so”, he said…"),
        ("shift_jis", "shift_jis", "東京の港"),
        ("windows-1251", "windows-1251", "Порт закрыт до пятницы"),
        ("utf-16", "cp1252", "Zürich, naïve, São Paulo"),
        ("utf-16le", "cp1252", "Zürich, naïve, São Paulo!"),
        ("cp500", "cp1252", "Zürich, naïve, São Paulo"),
        ("no-such-thing", "cp1252", "Zürich, naïve, São Paulo"),
        ("hex", "cp1252", "Zürich, naïve, São Paulo"),
    ],
)
def test_declaration_is_believed_only_when_the_bytes_agree(declared: str, actual: str, words: str):
    page = f'<html><head><meta charset="{declared}"></head><body><p>{words}</p><p>{PROSE}</p></body></html>'
    content, _ = decode(page.encode(actual))
    assert words in content


@pytest.mark.parametrize(
    "declaration",
    [
        '<meta http-equiv="Content-Type" content="text/html; charset=koi8-r">',
        "<META CHARSET = 'KOI8-R' />",
        "<meta charset=koi8-r>",
        '<?xml version="1.0" encoding="koi8-r"?>',
    ],
)
def test_declaration_is_found_in_every_form(declaration: str):
    assert decode(f"{declaration}<p>Порт закрыт".encode("koi8-r")) == (f"{declaration}<p>Порт закрыт", "koi8-r")


@pytest.mark.parametrize(
    "words", ["It’s shut", "“Shut” – he said", "São Paulo", "très bon", "El Niño", "Malmö", "£40", "François", "Bogotá"]
)
@pytest.mark.parametrize("length", [1, 10, 60], ids=["short", "middling", "long"])
def test_english_in_the_code_page_of_windows_needs_no_declaration(words: str, length: int):
    text = f"{PROSE * length} {words}. {PROSE * length}"
    assert decode(text.encode("cp1252"))[0] == text


@pytest.mark.parametrize(
    ("encoding", "words"),
    [
        ("cp1252", "Le café de la gare est fermé depuis l’été, a dit le gérant à Genève. "),
        ("cp1251", "Порт закрыт до пятницы, сообщили вечером власти города. "),
        ("shift_jis", "港は金曜日まで閉鎖されると、市の当局者が夕方に発表した。"),
        ("gb18030", "市政府官员晚上宣布，港口将关闭到星期五。"),
    ],
    ids=["French", "Russian", "Japanese", "Chinese"],
)
def test_other_languages_without_a_declaration_are_guessed(encoding: str, words: str):
    assert decode((words * 8).encode(encoding))[0] == words * 8


@pytest.mark.parametrize("declared", ['<meta charset="utf-8">', ""], ids=["declared", "undeclared"])
def test_one_stray_byte_does_not_spoil_a_utf8_document(declared: str):
    words = f"{declared}<p>Zürich – “Ω”, Genève, 東京: {PROSE} " * 20
    assert decode(words.encode() + b"\xff")[0].startswith(words)


def test_accents_far_into_a_long_document_survive():
    content, _ = decode((PROSE * 1200 + " Le café est fermé.").encode("cp1252"))
    assert content.endswith(" Le café est fermé.")


@pytest.mark.parametrize("name", sorted({*encodings.aliases.aliases, *encodings.aliases.aliases.values(), "undefined"}))
def test_any_codec_may_be_declared_and_gives_writable_text(name: str):
    raw = f'<meta charset="{name}">\\d \\ud800 +2AA-'.encode() + bytes(range(256))
    content, encoding = decode(raw)
    assert content.encode("utf-8")
    assert encoding


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from([b"", b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"<meta charset=utf-7>", b"<?xml encoding=big5"]),
    st.binary(max_size=300),
)
def test_decoding_never_fails_and_gives_writable_text_without_controls(start: bytes, raw: bytes):
    content, encoding = decode(start + raw)
    assert content == content.encode("utf-8").decode("utf-8")
    assert not any(ord(character) < 32 and character not in "\t\n\r" for character in content)
    assert "x".encode(encoding)


@settings(max_examples=60)
@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=80).filter(lambda text: text[:1] != "\ufeff"))
def test_utf8_is_decoded_as_it_was_written(text: str):
    assert decode(text.encode("utf-8")) == (text, "utf-8")


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=200), st.sampled_from(["", ".txt", ".html"]))
def test_any_bytes_become_a_source_or_a_rejection(raw: bytes, suffix: str):
    outcome = source_of(raw, Origin("a", "a"), suffix)
    assert isinstance(outcome, Source) or outcome.status is Status.REJECTED


# Streams and strings


def test_stream_is_read_as_one_document():
    source = load_stream(io.BytesIO(PROSE.encode()))
    assert isinstance(source, Source)
    assert (source.origin.id, source.content, source.origin.size) == (STDIN, PROSE, len(PROSE))


@pytest.mark.parametrize(
    ("raw", "limit", "reason"),
    [(b"", 9, Reason.EMPTY), (b"0123456789", 9, Reason.TOO_LARGE), (b"\0\1\2", 9, Reason.NOT_TEXT)],
    ids=["empty", "too large", "binary"],
)
def test_stream_that_is_no_document_is_refused(raw: bytes, limit: int, reason: Reason):
    assert refused(load_stream(io.BytesIO(raw), limit)) == (reason, Status.REJECTED)


def test_endless_stream_is_not_read_to_its_end():
    with Path("/dev/zero").open("rb") as stream:
        assert refused(load_stream(stream, 1000)) == (Reason.TOO_LARGE, Status.REJECTED)


@pytest.mark.parametrize(
    ("document", "media_type"),
    [(PROSE, MediaType.TEXT), (f"<!doctype html><p>{PROSE}", MediaType.HTML)],
    ids=["text", "page"],
)
def test_string_is_a_document_under_its_number(document: str, media_type: MediaType):
    source = load_text(document, 7)
    assert isinstance(source, Source)
    assert (source.origin.id, source.content, source.media_type) == ("text-7", document, media_type)


def test_string_with_half_a_character_pair_is_readable():
    source = load_text(f"\ud800{PROSE}", 1)
    assert isinstance(source, Source)
    assert source.content.encode("utf-8").endswith(PROSE.encode())


def test_path_is_loaded_under_its_name(tmp_path: Path):
    tree(tmp_path, {"a.txt": PROSE})
    source = load_text(tmp_path / "a.txt", 1)
    assert isinstance(source, Source)
    assert (source.origin.id, source.content) == ("a.txt", PROSE)
