"""Charts as inline SVG: numbers in, mark-up out. Colours are classes of the style sheet, for light, dark and paper."""

from collections.abc import Iterable, Mapping, Sequence

from markupsafe import Markup

from pipeline.document import LABELS

_WIDTH = 1000
_GAP = 2


def stacked_bar(parts: Mapping[str, int], *, height: int = 26) -> Markup:
    """One bar of the whole width, a part for each name in proportion to its count; the figures stand beside it."""
    whole = sum(parts.values()) or 1
    pieces, left = [], 0.0
    for name, count in parts.items():
        width = _WIDTH * count / whole
        if count:
            pieces.append(_rect(f"v-{name}", x=left, width=max(width - _GAP, 1), height=height))
        left += width
    return _svg(pieces, width=_WIDTH, height=height, kind="stacked")


def score_bar(scores: Mapping[str, float] | None) -> Markup:
    """The three scores of a document or source as one small bar."""
    told = {label.value: round(1000 * (scores or {}).get(label, 0.0)) for label in LABELS}
    return stacked_bar(told, height=120) if scores else Markup("")


def share_bar(share: float, name: str) -> Markup:
    """A share of one as a bar from the left."""
    width = _WIDTH * min(max(share, 0.0), 1.0)
    return _svg([_rect(name, x=0, width=width, height=120)], width=_WIDTH, height=120, kind="share")


def histogram(counts: Sequence[int], *, name: str, told: str) -> Markup:
    """Equal parts of 0..1 as columns; `told` says to those who do not see it what it shows."""
    top = max(counts, default=0) or 1
    step, height = 10, 64
    columns = [
        _rect(
            name,
            x=place * step + 0.75,
            y=height - _column(count, top, height),
            width=step - 1.5,
            height=_column(count, top, height),
        )
        for place, count in enumerate(counts)
    ]
    return _svg(columns, width=step * len(counts), height=height, kind="histogram", told=told)


def _column(count: int, top: int, height: int) -> float:
    """Height of a column: what is there can be seen, however little it is."""
    return max(height * count / top, 1.5) if count else 0.0


def _rect(name: str, *, x: float, width: float, height: float, y: float = 0) -> Markup:
    form = Markup('<rect class="{}" x="{}" y="{}" width="{}" height="{}"/>')
    return form.format(name, *(f"{value:.4g}" for value in (x, y, width, height)))


def _svg(pieces: Iterable[Markup], *, width: float, height: float, kind: str, told: str = "") -> Markup:
    form = Markup('<svg class="{}" viewBox="0 0 {} {}" preserveAspectRatio="none" {}>{}</svg>')
    role = Markup('role="img" aria-label="{}"').format(told) if told else Markup('aria-hidden="true" focusable="false"')
    return form.format(kind, f"{width:g}", f"{height:g}", role, Markup("").join(pieces))
