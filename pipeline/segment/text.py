r"""The blocks of plain text: one line, one block, after structure that mark-up left behind is decoded.

Dumps of JSON and CSV hold literal `\n` and `\t`; Markdown holds headings, emphasis and link targets. All of it
becomes lines, so that one line model serves every kind of text. Words are never changed.
"""

import json
import re
import unicodedata
from contextlib import suppress

from pipeline.document import Block

# A literal break is only believed where no path or escape of program code can be meant: doubled, before a
# list or heading mark, or after the end of a sentence and before the beginning of another.
_SURE_BREAK = re.compile(
    r"\\n(?:\\r)?\\n|\\n(?:#{1,6}|[-*])\s|[.!?。！？؟۔।][\"”’)」』）]*(?:\\r)?\\n(?=\s|$|[“‘(#*•–-]|[^\W_a-z])"
)
# Where breaks are believed, Windows paths among them stay.
_ESCAPE = re.compile(
    r"(?P<path>(?:(?<![^\s(\[\"'“‘])(?:[A-Za-z]:\\|\\\\\w)|(?<![^\s(])\.{1,2}\\)[^\s\"'<>|]*)|(?P<line>(?:\\r)?\\n|\\r)|\\t|\\(?P<quote>\")"
    r"|(?P<code>(?:\\u[0-9a-fA-F]{4})+)"
)
_DOUBLED = re.compile(r"\\\\n(?:\\\\r)?\\\\n")  # line ends that were escaped twice
_TWICE = re.compile(r"\\([\\\"])")
_LINE_END = re.compile(r"\r\n|\r|\n")
_HEADING = re.compile(r"(#{1,6})\s+(?:#{1,6}\s+)*(.*)")
_CLOSING = re.compile(r"(?:^|\s)#+$")
_BULLET = re.compile(r"(?:[-*•·▪◦–]|\d{1,3}[.)])\s+\S")
_RULE = re.compile(r"(?:[-*_=]\s*){3,}$")
# What rules and bullets begin with, digits aside: asked before their patterns, for few lines have either.
_RULED, _BULLETED = frozenset("-*_="), frozenset("-*•·▪◦–")
_MARKED = ("\\", "](", "**")  # one of them stands in everything that decoding changes but white space
_TARGET = r"\((?P<target>(?:[^()\s]|\([^()\s]*\))*)(?:\s+\"[^\"]*\")?\)"
_BRACKET = re.compile(rf"(?P<opens>!?\[)|\](?:{_TARGET})?")
_LINKED = ("http://", "https://", "/", "#", "mailto:")
_EMPHASIS = re.compile(r"(?<!\w)\*\*(?=\S)((?:[^*]|\*(?!\*))+?)(?<=\S)\*\*(?!\w)")


def text_blocks(text: str) -> list[Block]:
    r"""Cut text into one block a line, white space collapsed; blank lines become the next block's `gap`.

    >>> [(b.tag, b.text) for b in text_blocks("Rain\\n\\n## Why it fell\\n\\nIt had to.\\n- Clouds")]
    [('line', 'Rain'), ('h2', 'Why it fell'), ('line', 'It had to.'), ('li', '- Clouds')]
    """
    return [block for _, block in numbered_blocks(text)]


def numbered_blocks(text: str) -> list[tuple[int, Block]]:
    r"""The blocks of a text, each with the number of the line in which it begins, as an editor counts lines.

    Lines end in LF, CRLF or CR and blank ones count. What literal escapes or other separators cut out of one line
    shares its number.

    >>> [(number, b.text) for number, b in numbered_blocks("Rain\n\nIt fell.\\n\\nIt stopped.\nSun")]
    [(1, 'Rain'), (3, 'It fell.'), (3, 'It stopped.'), (4, 'Sun')]
    """
    blocks: list[tuple[int, Block]] = []
    gap = False
    for number, line in _decode(text):
        tag, shown = _structure(line)
        if not shown or (shown[0] in _RULED and _RULE.match(shown)):
            gap = True
            continue
        blocks.append((number, Block(text=shown, tag=tag, line=len(blocks) + 1, gap=gap)))
        gap = False
    return blocks


_Numbered = list[tuple[int, str]]


def _decode(text: str) -> _Numbered:
    """Turn literal escapes and Markdown links into what they stand for, until nothing is left to turn."""
    lines = _decode_once(text, list(enumerate(_LINE_END.split(text), 1)))
    if not any(mark in text for mark in _MARKED):
        return lines
    while (again := _decode_once("\n".join([*(line for _, line in lines), ""]), lines)) != lines:
        lines = again
    return lines


def _decode_once(text: str, lines: _Numbered) -> _Numbered:
    """Decode the lines that make up a text; what one of them falls into keeps its number."""
    is_doubled = _DOUBLED.search(text) is not None
    if is_doubled or _SURE_BREAK.search(text):
        lines = [(number, _said(line, is_doubled=is_doubled)) for number, line in lines]
    # With a line end of its own, a literal break at the end of a line leaves a blank line after it.
    return [(number, _plain(" ".join(part.split()))) for number, line in lines for part in f"{line}\n".splitlines()]


def _said(line: str, *, is_doubled: bool) -> str:
    """What a line with literal escapes stands for: a string of JSON as a whole, any other escape by escape."""
    if "\\" not in line:
        return line
    bare = line.strip()
    if bare[0] == bare[-1] == '"':
        with suppress(ValueError):
            return _encodable(json.loads(bare))
    return _TWICE.sub(r"\1", line) if is_doubled else _ESCAPE.sub(_meant, line)


def _meant(escape: re.Match[str]) -> str:
    if escape["path"]:
        return escape["path"]
    if escape["code"]:
        return _encodable(json.loads(f'"{escape["code"]}"'))
    return "\n" if escape["line"] else escape["quote"] or " "


def _encodable(text: str) -> str:
    """The text without halves of characters and without controls other than line ends, which escapes can hold."""
    shown = "".join(mark if mark in "\n\r" or unicodedata.category(mark) != "Cc" else " " for mark in text)
    return shown.encode("utf-16", errors="surrogatepass").decode("utf-16", errors="replace")


def _plain(line: str) -> str:
    if "](" in line:
        line = " ".join(_unlinked(line).split())
    return _EMPHASIS.sub(r"\1", line) if "**" in line else line


def _unlinked(line: str) -> str:
    """The line with links replaced by their words, and without images; one pass, whatever is nested."""
    opened: list[tuple[int, int, bool]] = []
    gone: list[tuple[int, int]] = []
    for found in _BRACKET.finditer(line):
        if found["opens"]:
            opened.append((found.start(), found.end(), found["opens"] == "!["))
        elif opened:
            start, end, image = opened.pop()
            if found["target"] is None:
                continue
            if image:
                gone.append((start, found.end()))
            elif found["target"].startswith(_LINKED):
                gone += [(start, end), (found.start(), found.end())]
    parts, place = [], 0
    for start, end in sorted(gone):
        parts.append(line[place : max(start, place)])
        place = max(end, place)
    return "".join(parts) + line[place:]


def _structure(line: str) -> tuple[str, str]:
    """The tag that a line's mark stands for, and the line as it is to be shown: without heading marks."""
    heading = _HEADING.match(line) if line.startswith("#") else None
    if not heading:
        marked = line[:1] in _BULLETED or line[:1].isdigit()
        return ("li" if marked and _BULLET.match(line) else "line"), line
    return f"h{len(heading[1])}", _shown(heading[2])


def _shown(text: str) -> str:
    while closed := _CLOSING.search(text[-200:]):
        text = text[: len(text) - len(text[-200:]) + closed.start()]
    return text


def written(block: Block) -> str:
    """A block as a line of text: an item of a page's list gets a bullet, which in a text stands there already.

    >>> written(Block("Rain", "li", 1, ancestors=("li", "ul"))), written(Block("- Rain", "li", 1))
    ('- Rain', '- Rain')
    """
    is_item = block.tag == "li" and bool(block.ancestors) and not _BULLET.match(block.text)
    return f"- {block.text}" if is_item else block.text
