"""Articles with readers' comments that they never had: posts of forums, set behind the text (training only).

Few training pages have comments with long paragraphs. What readers write in forums reads the same; behind an article
and under the names that sites give to comments it is chrome. Nothing is written to disk, so that no text is copied.
"""

import random
import string
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count, takewhile

from pipeline.chrome.gold import BlockLabel
from pipeline.corpora.prepared import PreparedPage
from pipeline.document import NAMES_END, Block

_FORUM, _ARTICLES = "forum", ("", "article")
_PARAGRAPH = 80  # characters from which a block of a post is a paragraph
_PARAGRAPHS = (3, 80)  # of a page's comments, fewest and most; their logarithms are drawn evenly
_FEWEST = 3  # paragraphs of a forum page, or blocks of content of an article, that are worth while
_SIGNATURE = 4  # blocks behind the last paragraph of a forum page that still belong to its post
_LATER = 12  # blocks behind the text at most, after which comments begin
_HOLDERS = frozenset("div section article td main tr table tbody ul ol li".split())
_CODE = frozenset({"pre", "code"})
_SAID = frozenset("p div span blockquote td article section".split())
_SHORT = 40  # characters of an author, a date or a button
_LEVELS = 8  # names that a block carries, as in `segment.page`
_EVEN = 0.5
_ODD = 0.25  # share of grafts whose elements have names that mean nothing
_HEADED, _FORM = 0.9, 0.4  # shares of grafts with a heading before and the lines of a form behind
_HEADINGS = (
    "Comments", "{n} Comments", "{n} comments", "Comments ({n})", "{n} Responses to “{title}”", "{n} Responses",
    "{n} thoughts on “{title}”", "Discussion", "Join the discussion", "Reader comments", "Readers' comments",
    "What readers say", "Your comments", "Comments on this story", "{n} Replies", "Leave a Comment", "Responses",
    "Talk back", "Most recent comments", "Have your say", "Comments:", "Latest comments", "Show {n} comments",
)  # fmt: skip
_FORM_LINES = (
    "Leave a Reply", "Leave a comment", "Add a comment",
    "Your email address will not be published. Required fields are marked *", "Name *", "Email *", "Website",
    "Comment *", "Post Comment", "Notify me of follow-up comments by email.",
    "You must be logged in to post a comment.", "Cancel reply", "Log in to Reply", "Submit",
)  # fmt: skip
_CONTAINERS = (
    "comments", "comments area comments", "comments commentlist", "disqus thread", "commentlist", "comment list",
    "responses", "respond", "discussion", "reader talk", "comments section", "user comments", "replies",
    "story comments", "comments wrapper", "talkback", "feedback", "reader responses", "comment thread", "reactions",
    "conversation",
)  # fmt: skip
_CONTAINER_TAGS = ("div", "div", "div", "section", "ol", "ul")
_ITEMS = (
    "comment", "comment even thread even depth", "comment body", "comment item", "comment entry", "post reply",
    "reply", "comment text", "response", "comment content", "user comment", "message", "note",
)  # fmt: skip
_INNERMOST = ("comment content", "comment text", "comment body", "text", "body", "message", "content", "")


@dataclass(frozen=True, slots=True)
class _Place:
    """Where comments go in a page: before a block, in an element; `path`, `tags` and `names` are as in `Block`."""

    before: int
    path: tuple[int, ...]
    tags: tuple[str, ...]
    names: tuple[str, ...]

    def within(self, tag: str, name: str, number: int) -> "_Place":
        """The same place, one element further in."""
        return _Place(self.before, (*self.path, number), (tag, *self.tags), (name, *self.names))


def grafted(pages: Sequence[PreparedPage], folds: Mapping[str, int], wanted: int, seed: int) -> list[PreparedPage]:
    """So many articles with posts of a forum behind their text, labelled as chrome.

    Both are of the same fold, so that the linear models without it have seen neither. Where a fold has no forum its
    articles get none.
    """
    posts: dict[int, list[tuple[Block, ...]]] = {}
    for page in pages:
        if page.page_type == _FORUM and (found := _posts(page)):
            posts.setdefault(folds[page.site], []).append(found)
    chance = random.Random(f"{seed}:grafts")  # noqa: S311 - sampling, not secrecy
    articles = [page for page in pages if _is_article(page) and folds[page.site] in posts]
    rounds = (chance.sample(articles, len(articles)) for _ in range(-(-wanted // max(len(articles), 1))))
    chosen = [page for turn in rounds for page in turn][:wanted]
    return [_graft(page, chance.choice(posts[folds[page.site]]), chance) for page in chosen]


def _is_article(page: PreparedPage) -> bool:
    return page.content is not None and page.page_type in _ARTICLES and page.labels.count(BlockLabel.CONTENT) >= _FEWEST


def _posts(page: PreparedPage) -> tuple[Block, ...]:
    """A forum page's blocks from its second paragraph on, as they stand in the element that holds all posts."""
    blocks = page.blocks
    places = [
        place for place, label in enumerate(page.labels) if label == BlockLabel.CONTENT and _is_paragraph(blocks[place])
    ]
    if len(places) < _FEWEST:
        return ()
    shared = _shared([blocks[place].path for place in places])
    around = blocks[places[0]].path[:shared]
    behind = blocks[places[1] : places[-1] + 1 + _SIGNATURE]
    return tuple(_inside(block, shared) for block in behind if block.path[:shared] == around)


def _is_paragraph(block: Block) -> bool:
    return len(block.text) >= _PARAGRAPH


def _shared(paths: Sequence[tuple[int, ...]]) -> int:
    """How many elements from the outside are around all."""
    return sum(1 for _ in takewhile(lambda level: len(set(level)) == 1, zip(*paths, strict=False)))


def _inside(block: Block, depth: int) -> Block:
    """A block as if what is around it ended at a depth; a line without elements is a paragraph of its own."""
    path = block.path[depth:]
    if not path:
        return replace(block, tag="p", ancestors=("p",), names="", path=(-block.line,))
    names = block.names.split(NAMES_END)[: len(path)]
    return replace(block, ancestors=block.ancestors[: len(path)], names=NAMES_END.join(names), path=path)


def _graft(page: PreparedPage, posts: Sequence[Block], chance: random.Random) -> PreparedPage:
    place = _place(page, chance)
    lines = [*zip(page.blocks, page.labels, strict=True)]
    lines[place.before : place.before] = _comments(page, posts, place, chance)
    blocks = tuple(block.at(number) for number, (block, _) in enumerate(lines, 1))
    return replace(page, blocks=blocks, labels=tuple(int(label) for _, label in lines))


def _comments(
    page: PreparedPage, posts: Sequence[Block], place: _Place, chance: random.Random
) -> list[tuple[Block, BlockLabel]]:
    """Some of the posts in an element of their own, with a heading and the lines of a form as often as drawn."""
    numbers = count(1 + max(max(block.path, default=0) for block in page.blocks))
    is_odd = chance.random() < _ODD
    container = _letters(chance) if is_odd else chance.choice(_CONTAINERS)
    inside = place.within(chance.choice(_CONTAINER_TAGS), container, next(numbers))
    chosen = _run(posts, chance)
    head, form = _head(page, len(chosen), chance), _form(chance)
    lines = [*head, *_renamed(chosen, chance, is_odd=is_odd), *form]
    labels = [BlockLabel.CHROME] * len(head) + [*map(_label, chosen)] + [BlockLabel.CHROME] * len(form)
    return list(zip(_placed(lines, inside, numbers), labels, strict=True))


def _head(page: PreparedPage, blocks: int, chance: random.Random) -> list[Block]:
    heading = chance.choice(_HEADINGS).format(n=max(blocks // 4, 2), title=page.title or "")
    return [_line(heading, chance)] if chance.random() < _HEADED else []


def _form(chance: random.Random) -> list[Block]:
    size = chance.randint(1, 6) if chance.random() < _FORM else 0
    return [_line(_FORM_LINES[at], chance) for at in sorted(chance.sample(range(len(_FORM_LINES)), size))]


def _place(page: PreparedPage, chance: random.Random) -> _Place:
    """A place behind the text, or a few blocks later, in any of the elements that are around both."""
    last = max(at for at, label in enumerate(page.labels) if label == BlockLabel.CONTENT)
    later = chance.randint(0, _LATER) if chance.random() < _EVEN else 0
    at = min(last + 1 + later, len(page.blocks))
    block = page.blocks[at - 1]
    tags = block.ancestors[::-1]
    common = range(_shared([page.blocks[last].path, block.path]))
    depths = [0, *(depth + 1 for depth in common if tags[depth] in _HOLDERS)]
    depth = depths[-1] if chance.random() < _EVEN else chance.choice(depths)
    inner = len(block.path) - depth
    return _Place(at, block.path[:depth], block.ancestors[inner:], tuple(block.names.split(NAMES_END)[inner:]))


def _run(posts: Sequence[Block], chance: random.Random) -> Sequence[Block]:
    """Posts in a row with a number of paragraphs that is drawn, or all where there are not as many."""
    fewest, most = _PARAGRAPHS
    wanted = round(fewest * (most / fewest) ** chance.random())
    paragraphs = [place for place, block in enumerate(posts) if _is_paragraph(block)]
    if len(paragraphs) <= wanted:
        return posts
    first = chance.randrange(len(paragraphs) - wanted + 1)
    bounds = [-1, *paragraphs, len(posts)]  # from behind the paragraph before the first to before the next
    return posts[bounds[first] + 1 : bounds[first + wanted + 1]]


def _line(text: str, chance: random.Random) -> Block:
    """A heading or a line of a form, in an element of its own."""
    tag = chance.choice(("h2", "h3", "h4", "div", "p", "label"))
    return Block(text, tag, 1, ancestors=(tag,), names=chance.choice(("", "comments title", "heading")), path=(0,))


def _renamed(posts: Sequence[Block], chance: random.Random, *, is_odd: bool) -> Iterator[Block]:
    """Posts with names as of comments or out of any letters, the same wherever theirs were the same."""
    table: dict[tuple[int, str], str] = {}
    for block in posts:
        told = block.names.split(NAMES_END)
        told += [""] * (len(block.path) - len(told))
        keys = [(min(level, 1), name) for level, name in enumerate(told)]
        for key in keys:
            if key not in table:
                table[key] = _name(key, chance, is_odd=is_odd)
        yield replace(block, names=NAMES_END.join(table[key] for key in keys))


def _name(key: tuple[int, str], chance: random.Random, *, is_odd: bool) -> str:
    level, name = key
    if not level and not name:
        return ""
    if is_odd:
        return f"{_letters(chance)} {_letters(chance)}"
    return chance.choice(_ITEMS if level else _INNERMOST)


def _letters(chance: random.Random) -> str:
    return "".join(chance.choices(string.ascii_lowercase, k=chance.randint(3, 7)))


def _placed(lines: Sequence[Block], place: _Place, numbers: Iterator[int]) -> Iterator[Block]:
    """Lines as blocks of the page, their elements numbered anew; a line of our own has an element of its own."""
    known: dict[int, int] = {}
    for block in lines:
        path = [next(numbers) if not part else known.setdefault(part, next(numbers)) for part in block.path]
        names = [*block.names.split(NAMES_END), *place.names][:_LEVELS]
        yield replace(
            block,
            ancestors=(*block.ancestors, *place.tags),
            names=NAMES_END.join(names).rstrip(NAMES_END),
            path=(*place.path, *path),
        )


def _label(block: Block) -> BlockLabel:
    """Paragraphs and short lines are chrome; code, lists and headings of a post stand in articles as well."""
    is_said = block.tag in _SAID and _CODE.isdisjoint(block.ancestors)
    is_short = len(block.text) < _SHORT and block.tag not in {"pre", "li", "h1", "h2", "h3", "h4"}
    return BlockLabel.CHROME if is_said or is_short else BlockLabel.UNKNOWN
