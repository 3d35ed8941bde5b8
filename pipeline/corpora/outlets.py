"""Hides the name of a text's own publisher: a model shall learn what was written, not who wrote it."""

import re
from functools import lru_cache

# Names of the sources with more than 15 rows, longest first within a source; other domains get theirs from
# the domain. Where a name is also an everyday word (Reason, Fox, Bloomberg), only its unmistakable forms.
_NAMES: dict[str, tuple[str, ...]] = {
    "abcnews.go.com": ("ABC News", "ABC"),
    "apnews.com": ("The Associated Press", "Associated Press", "AP"),
    "bbc.com": ("BBC News Online", "BBC News", "BBC"),
    "bloomberg.com": (
        *("Bloomberg News", "Bloomberg Economics", "Bloomberg Intelligence", "Bloomberg Television"),
        *("Bloomberg Businessweek", "Bloomberg Government", "Bloomberg TV", "Bloomberg Opinion"),
    ),
    "brookings.edu": ("Brookings Institution", "Brookings"),
    "cbn.com": ("Christian Broadcasting Network", "CBN News", "CBN"),
    "cbsnews.com": ("CBS News", "CBS"),
    "csmonitor.com": ("Christian Science Monitor", "CSMonitor", "The Monitor"),
    "economist.com": ("The Economist",),
    "fivethirtyeight.com": ("FiveThirtyEight",),
    "foreignpolicy.com": ("Foreign Policy magazine", "Foreign Policy"),
    "foxnews.com": ("Fox News Channel", "Fox News", "Fox Business Network", "Fox Business", "Fox Nation"),
    "huffingtonpost.com": ("Huffington Post", "HuffPost", "HuffPo"),
    "jacobinmag.com": ("Jacobin",),
    "nationalreview.com": ("National Review Online", "National Review", "NRPLUS", "NRO", "NR"),
    "nbcnews.com": ("NBC News", "NBC"),
    "newrepublic.com": ("New Republic", "TNR"),
    "newsmax.com": ("Newsmax TV", "Newsmax"),
    "npr.org": ("National Public Radio", "NPR"),
    "nytimes.com": ("New York Times", "NYTimes", "NYT", "The Times"),
    "politico.com": ("Politico",),
    "propublica.org": ("ProPublica",),
    "quillette.com": ("Quillette",),
    "reason.com": ("Reason magazine", "Reason Foundation", "Reason TV", "ReasonTV"),
    "reuters.com": ("Thomson Reuters", "Reuters"),
    "salon.com": ("Salon",),
    "slate.com": ("Slate Plus", "Slate magazine", "Slate"),
    "spectator.org": ("American Spectator", "The Spectator", "TAS"),
    "suntimes.com": ("Chicago Sun-Times", "Sun-Times"),
    "theatlantic.com": ("The Atlantic",),
    "theblaze.com": ("TheBlaze", "The Blaze", "BlazeTV"),
    "thedispatch.com": ("The Dispatch",),
    "theguardian.com": ("Guardian US", "Guardian"),
    "thehill.com": ("The Hill", "Hill.TV"),
    "theweek.com": ("The Week magazine", "The Week"),
    "townhall.com": ("Townhall Magazine", "Townhall Media", "Townhall"),
    "vox.com": ("Vox Media", "Vox"),
    "washingtonpost.com": ("Washington Post", "WaPo", "The Post"),
    "wsj.com": ("Wall Street Journal", "WSJ", "The Journal"),
    "kapresoft/kapresoft.github.io": ("Kapresoft",),
    "khuynhtroc/tkdc.vn": ("TKDC",),
    "marcelpinto/comparisongen-blog": ("ComparisonGen",),
    "playgroundfx/angelinvestmentnetworkcc": ("LiteForex", "LiteFinance", "Fintechee", "LetsPlayFX"),
    "usm076/viewofraja": ("View of Raja", "ViewOfRaja"),
    "vishalmeenaa/my-blog": ("WayToIdea", "Way to Idea"),
}
_OTHER_SPELLINGS = {
    "bbc.co.uk": "bbc.com",
    "bbc.co.uk (2004-05)": "bbc.com",
    "fox": "foxnews.com",
    "hpo": "huffingtonpost.com",
    "nyt": "nytimes.com",
    "reuters (rcv1)": "reuters.com",
    "xsum": "bbc.com",
}
_ENDING = re.compile(r"(?:\.(?:co|com|edu|org))?\.\w+$")
_SHORTEST_GUESS = 7
"""Letters a domain needs before its label is taken for a name; shorter ones (time, fortune) are words."""


def hide_outlet(text: str, source: str) -> str:
    """Put "the outlet" for each mention of the text's own publisher.

    >>> hide_outlet("She told Fox News. A CNN host heard the Fox News Channel.", "foxnews.com")
    'She told the outlet. A CNN host heard the outlet.'
    """
    pattern = _pattern(source.lower())
    return pattern.sub(_neutral, text) if pattern else text


def _neutral(match: re.Match[str]) -> str:
    """Keep the article and the capital letter of what is replaced."""
    article = match["article"] or ""
    if article.lower() in {"a", "an"}:
        return ("An" if article[0] == "A" else "an") + " outlet"
    before = match.string[: match.start()].rstrip(' "\u201c\u2018')
    return "The outlet" if not before or before[-1] in ".!?\n" else "the outlet"


@lru_cache(maxsize=512)
def _pattern(source: str) -> re.Pattern[str] | None:
    """Build the pattern of a source's names; None when it has none."""
    domain = _OTHER_SPELLINGS.get(source, source)
    known = next((name for name in _NAMES if domain == name or domain.endswith(f".{name}")), None)
    named = [form for name in _NAMES.get(known or "", ()) for form in _forms(name)]
    forms = [*_domain_forms(domain, guess=known is None), *named]
    if not forms:
        return None
    return re.compile(rf"(?:\b(?P<article>[Tt]he|THE|[Aa]n?) )?(?<![\w@/.])(?:{'|'.join(forms)})(?![\w@])")


def _forms(name: str) -> list[str]:
    """List a name as written and in capitals; `The X` also as `the X`, and all with a web ending."""
    spelled = [re.escape(name), re.escape(name.upper())]
    if name.startswith("The ") and name not in {"The Hill", "The Atlantic", "The Week"}:
        spelled.append("the " + re.escape(name.removeprefix("The ")))
    return [rf"{form}(?:\.com)?" for form in spelled]


def _domain_forms(domain: str, *, guess: bool) -> list[str]:
    """List the ways a domain is mentioned; with `guess`, its label as a name in capitalised words, too."""
    if not re.fullmatch(r"[\w-]+(\.[\w-]+)+", domain):
        return []
    label = _ENDING.sub("", domain).rpartition(".")[2].replace("-", "")
    forms = [rf"(?i:(?:www\.)?{re.escape(domain)})"]
    if guess and len(label) >= _SHORTEST_GUESS:
        rest = "".join(rf"(?:[ -](?=[A-Z]))?(?i:{re.escape(letter)})" for letter in label[1:])
        forms.append(rf"{label[0].upper()}{rest}")
    return forms
