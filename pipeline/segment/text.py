r"""The blocks of plain text: one line, one block, after structure that mark-up left behind is decoded.

Dumps of JSON and CSV hold literal `\n` and `\t`; Markdown holds headings, emphasis and link targets. All of it
becomes lines, so that one line model serves every kind of text. Words are never changed.
"""

import re

from pipeline.document import Block

_LITERAL_BREAK = re.compile(r"\\r\\n|\\n|\\r")
# A literal break is only believed where no path or escape of program code can be meant: doubled, before a
# list or heading mark, or after the end of a sentence.
_SURE_BREAK = re.compile(r"\\n\\n|\\n(?:#{1,6} |[-*] )|[.!?\"”]\\n")
_HEADING = re.compile(r"(#{1,6})\s+(.*?)\s*#*$")
_BULLET = re.compile(r"(?:[-*•·▪◦–]|\d{1,3}[.)])\s+\S")
_RULE = re.compile(r"(?:[-*_=]\s*){3,}$")
_IMAGE = re.compile(r"!\[[^\]\n]*\]\([^)\s]*(?:\s\"[^\"]*\")?\)")
_LINK = re.compile(r"\[([^\]\n]+)\]\((?:https?://|/|#|mailto:)[^)\s]*(?:\s\"[^\"]*\")?\)")
_EMPHASIS = re.compile(r"(?<!\w)\*\*(?=\S)(.+?)(?<=\S)\*\*(?!\w)")


def text_blocks(text: str) -> list[Block]:
    r"""Cut text into one block a line, white space collapsed; blank lines become the next block's `gap`.

    >>> [(b.tag, b.text) for b in text_blocks("Rain\\n\\n## Why it fell\\n\\nIt had to.\\n- Clouds")]
    [('line', 'Rain'), ('h2', 'Why it fell'), ('line', 'It had to.'), ('li', '- Clouds')]
    """
    blocks: list[Block] = []
    gap = False
    for raw in _decode(text).splitlines():
        line = " ".join(raw.split())
        if not line or _RULE.match(line):
            gap = True
            continue
        tag, shown = _structure(line)
        if shown:
            blocks.append(Block(text=shown, tag=tag, line=len(blocks) + 1, gap=gap))
            gap = False
    return blocks


def _decode(text: str) -> str:
    """Turn literal escapes and Markdown links into what they stand for, until nothing is left to turn.

    The end of the loop makes decoding idempotent; each turn shortens the text, so it ends.
    """
    while (decoded := _decode_once(text)) != text:
        text = decoded
    return text


def _decode_once(text: str) -> str:
    if _SURE_BREAK.search(text):
        text = _LITERAL_BREAK.sub("\n", text).replace("\\t", " ").replace('\\"', '"')
    if "](" in text:
        text = _LINK.sub(r"\1", _IMAGE.sub("", text))
    return _EMPHASIS.sub(r"\1", text) if "**" in text else text


def _structure(line: str) -> tuple[str, str]:
    """The tag that a line's mark stands for, and the line as it is to be shown: without heading marks."""
    tag = "li" if _BULLET.match(line) else "line"
    while heading := _HEADING.match(line):
        tag, line = f"h{len(heading[1])}", heading[2]
    return tag, line
