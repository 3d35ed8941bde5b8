r"""The blocks of plain text: one line, one block, after structure that mark-up left behind is decoded.

Dumps of JSON and CSV hold literal `\n` and `\t`; Markdown holds headings, emphasis and link targets. All of it
becomes lines, so that one line model serves every kind of text. Words are never changed.
"""

import re

from pipeline.document import Block

# A literal break is only believed where no path or program code can be meant: doubled, before a list or heading
# mark, or between the end of a sentence and a capital or figure. Once one is believed, all of the text's are, but
# for those inside paths and between quotation marks.
_SURE_BREAK = re.compile(r"\\n(?:\\r)?\\n|\\n(?:#{1,6}\s|[-*]\s)|[.!?\"”](?:\\r)?\\n(?=[\"“'‘(]?[A-ZÀ-Þ0-9]|$)")
_CODE_OR_ESCAPE = re.compile(
    r"(?P<code>(?<!\S)(?:[A-Za-z]:|\.{1,2}|\\)\\\S+|([\"'])\\[nrt]\2|\\[nrt]\"\))"
    r"|(?P<line>\\r\\n|\\n|\\r)|(?P<tab>\\t)|\\(?P<quote>\")"
)
_HEADING = re.compile(r"(#{1,6})\s+(?:#{1,6}\s+)*")
_BULLET = re.compile(r"(?:[-*•·▪◦–]|\d{1,3}[.)])\s+\S")
_RULE = re.compile(r"[-*_=\s]{3,}$")
# Bounded, and blind to what opens another one: hostile brackets must not cost the square of their number.
_TARGET = r"(?:[^()\[\s]|\([^()\[\s]{0,100}\)){0,1000}(?:\s\"[^\"]{0,300}\")?\)"
_IMAGE = re.compile(rf"!\[[^\[\]\n]{{0,300}}\]\({_TARGET}")
_LINK = re.compile(rf"\[([^\[\]\n]{{1,300}})\]\((?:https?://|/|#|mailto:){_TARGET}")
_EMPHASIS = re.compile(r"(?<!\w)\*\*(?=\S)([^*\n]{1,500})(?<=\S)\*\*(?!\w)")
_TURNS = 10  # how deep marks may stand in marks


def text_blocks(text: str) -> list[Block]:
    r"""Cut text into one block a line, white space collapsed; blank lines become the next block's `gap`.

    >>> [(b.tag, b.text) for b in text_blocks("Rain\\n\\n## Why it fell\\n\\nIt had to.\\n- Clouds")]
    [('line', 'Rain'), ('h2', 'Why it fell'), ('line', 'It had to.'), ('li', '- Clouds')]
    """
    blocks: list[Block] = []
    gap = False
    for raw in _with_breaks(text).splitlines():
        tag, shown = _structure(_without_marks(" ".join(raw.split())))
        if not shown or _RULE.match(shown):
            gap = True
            continue
        blocks.append(Block(text=shown, tag=tag, line=len(blocks) + 1, gap=gap))
        gap = False
    return blocks


def _with_breaks(text: str) -> str:
    """Turn literal escapes into what they stand for, where they are surely meant."""
    return _CODE_OR_ESCAPE.sub(_unescaped, text) if _SURE_BREAK.search(text) else text


def _unescaped(match: re.Match[str]) -> str:
    if match["code"]:
        return match["code"]
    if match["line"]:
        return "\n"
    return " " if match["tab"] else '"'


def _without_marks(line: str) -> str:
    """Take images, link targets and emphasis marks off a line, from the inside out; their words stay."""
    for _ in range(_TURNS):
        before = line
        if "](" in line:
            line = _LINK.sub(r"\1", _IMAGE.sub("", line))
        if "**" in line:
            line = _EMPHASIS.sub(r"\1", line)
        if line == before:
            break
    return " ".join(line.split())


def _structure(line: str) -> tuple[str, str]:
    """The tag that a line's mark stands for, and the line as it is to be shown: without heading marks."""
    heading = _HEADING.match(line)
    if not heading:
        return ("li" if _BULLET.match(line) else "line"), line
    shown = line[heading.end() :]
    closed = shown.rstrip("#")
    return f"h{len(heading[1])}", closed.rstrip() if closed != closed.rstrip() or not closed else shown
