"""Tells lines that a site puts around its prose (notices, teasers, credits) by how they read; training only.

The patterns come from counting lines that recur in several documents of one source of data/texts.csv.
"""

import re

NOTICE_WORDS = 60
"""A longer line that opens like a notice or ends in a credit is prose; only boxes may be longer."""

_BARE = re.compile(
    r"(?i)[\W_]*(?:advertisement:?|ad|close|photo|video|youtube|twitter|facebook|e-?mail|print|share"
    r"|loading|credit"
    r"|play facebook|link copied|opinions?|commentary|analysis|editorial|columnists?|perspective|transcript"
    r"|pullquote|more on this|read more|read more at|story continue[sd] below( advertisement)?|related"
    r"|related (stories|articles?|videos?|content)|newsletter sign-?up|corrections? (&|and) amplifications?"
    r"|share your thoughts|also read|must read|recommended|for more info|online|dateline|misinformation"
    r"|rate this article|skip to recommendation|listen to the episode|date|music|applause|\d{4}-\d\d-\d\d"
    r"|advertisement (advertisement|continue reading the main story)|leave a comment|comments?|tags?"
    r"|whatsapp|linkedin|abc news|ap|various & sundry|and now, the weird stuff|last week.s g-file|icymi"
    r"|debby.s \w+ links)?[\W_]*"
)
"""The line is nothing but this, or holds no word at all."""

_BOX = re.compile(
    r"(?i)\W*(?:newsletter sign|story highlights|sign up for .{1,80} newsletter|series: "
    r"|something to consider if you enjoyed"
    r"|subscribe to the slatest|quick guide\b|file ?(photo)? ?[:\u2014\u2013-]|facebook twitter|slideshow \("
    r"|every day at \w+, we aim|editor\W{0,2}s?\W{0,2} note|correction \(|clarification:"
    r"|propublica is a nonprofit"
    r"|the big idea is|help us report|tell us more|politico playbook|countdown to 2020|the friday cover sign"
    r"|enlarge this image|toggle caption|hide caption|image (copyright|caption|source)"
    r"|media (playback|caption)|get our top|the associated press receives"
    r"|the associated press health and science)"
)
"""The line opens like this, however long it is."""

_OPENING = re.compile(
    # newsletters, apps, shops
    r"(?i)(?:- |\W{0,3})(?:click (here )?(to|for)\b|click here\b|subscribe (to|here|now|today)\b"
    r"|sign[- ]up (for|to|here|today|now)\b|get (breaking|real-time|all the latest|the monitor|more trump)\b"
    r"|get the .{1,60} (newsletter|inbox|app)\b|want (more essential|fox news first)|let our news meet"
    r"|want to (get|receive) .* (inbox|newsletter)|stay up to date\b|the morning rundown"
    r"|please include a contact"
    r"|download the .{1,40}\bapp\b|interested in .{1,60}\? add |tune into abc\b|to (pre-?)?order a copy"
    r"|terms of trade is a daily|catch up on the 2020|please (help|consider) (support|donat|subscrib)"
    r"|support .{1,20} (explanatory )?journalism|support slate|we encourage readers who wish"
    r"|for cbn news continuing|buy (tickets|now)\b"
    # follow, share, write to us
    r"|follow (us|me|him|her|them|@\w+|[\w.]+( [\w.]+){0,3}) on (twitter|facebook|instagram)\b|follow @"
    r"|follow (ap|the ap|the new york times|fox news|all)\b|like us on|share (this|all sharing|tweet)\b"
    r"|embed "
    r"|write to .{3,120}@|(please )?(send|email|submit) (us |your |a )?(letters?|e-?mails?|tips|facts"
    r"|comments) "
    r"|to send a letter|e-?mails? sent to|(reach|contact) .{3,60} at .{2,60}@|we want to hear what you"
    r"|the times is committed to|we.d like to hear|join the conversation|read or share this story"
    r"|(do you )?have (information|a tip)\b"
    # teasers to other pieces
    r"|read( more)?: |read more (about|from|on|stories)|read (the|more of) .{1,60} here\b|see also:?\b"
    r"|read more\b|to continue reading|adapted from|got a tip|join .{1,30} vip\b|skip (twitter|facebook"
    r"|youtube)"
    r"|how it started and how to|what to (know|do if you have)\b.*coronavirus|tracking the spread|dig deeper"
    r"|mapping the coronavirus|get our daily|get more pure|share your thoughts|this report (was"
    r"|has been) updated"
    r"|related: |related video\b|watch( live| now| more)?: |watch opinions videos|listen( now| here)?: "
    r"|listen to article|full coverage|full text|recommended for you|don.t (see the graphic|miss)|play video"
    r"|(photos?|watch|video|also on|from politico|see also|related|poll|graphic|read|full text)\b ?:? .*\)$"
    r"|must-read:|earlier: |more from (the|our|this)|more on (us|trump|this|the)\b|this originally appeared"
    r"|this article (is more than|tagged under|was (first |originally )?(published|amended))"
    r"|this (story|column|essay|piece|op-ed|post|commentary) (was |is |has been )?(first |originally )?"
    r"(was |been )?(published|appeared|adapted|updated|corrected|excerpted)|this transcript has been"
    r"|our original post continues|last updated|for more (on|of|stories|information|news|about)\b"
    r"|the article covers the following|more reading: |from the archives\b"
    # pictures
    r"|(prev|next) image \d|photographer:|photo(graph)?( illustration)? by|photograph:|getty images"
    r"|ap photo\b"
    r"|reuters photo|photo: |graphic:"
    # notices
    r"|copyright\b|\(?c\) ?\d{4}|\u00a9|distributed by|all rights reserved|outside contributors. opinions"
    r"|(the )?(opinions?|views?|content) (expressed|of (the )?(author|contributor|columnist|writer"
    r"|this article))"
    r"|disclaimer|disclosure|affiliate|as an amazon|these statements have not|npr transcripts are created"
    r"|this (article|post) (contains|may contain|reflects|is for (educational|informational))|correction[ :]"
    r"|corrected by|this material may not be|the memo is a reported|a? ?daily (roundup|summary"
    r"|update) (of|on)"
    r"|trump administration the 45th|find ap fact checks|ap-norc center|columnists in-depth"
    r"|the author(s|.s)? (writes?|says?|is|are)\b"
    # bylines and agencies
    r"|by(line)?:? \[|by(line)?: |date: |subtitle: |sub-?headline: |published (on|by|at)\b[\w ,]{0,20}\d"
    r"|source: "
    r"|(with )?additional (reporting|assistance) (by|from)|with (assistance|reporting) (by|from)|title: "
    r"|(reporting|editing|writing) by [a-z.]+ [a-z]+\b(?!.* (is|was|has|had)\b))"
)
"""The line opens like this and is short."""

_PHRASE = re.compile(
    r"(?i)contributed to this (report|article|story|post|piece|column)\b|contributed (reporting|research)\b"
    r"|\bread more$|all rights reserved|nationally syndicated (radio|columnist)|sign up (here|now|today)\W*$"
    r"|\b(universal|king features|tribune|creators) (syndicate|uclick|content)|\bcreators\.com"
    r"|is a production of"
    r"|^[\w. ,]+ reported from [A-Z][\w, ]{2,40}\.$|\bfollow (him|her|them|me|us) (on|at) "
    r"|delivered (straight |daily |right )?to your inbox|\bthe authors? (writes?|says?|argues?)\.?( |$)"
    r"|click here now\W*$|contributor channel supports an open|^[A-Z][\w.]+ [A-Z][\w.]+ contributed\.?$"
    r"|^\(\(.*\)\)$|^--.*(newsroom|newsdesk|\d{3}[- ]\d{4})"
    r"|^(last )?updated?\b.{0,30}\d ?[ap]\.?m\b.{0,12}$"
)
"""A short line that holds this is a notice."""

_AGENCY = (
    r"(?:AP|AFP|EPA|UPI|TASS|REUTERS|Reuters|Getty|Bloomberg|Shutterstock|Alamy|iStock|Pixabay"
    r"|Associated Press"
    r"|Rex Features|Zuma|ZUMA|Polaris|Landov|NurPhoto|Flickr|Wikimedia|Unsplash|Sipa|The New York Times|POOL)"
)
_CREDIT = re.compile(
    rf"\((?:[^()]*\b{_AGENCY}\b[^()]*|[^()]*\b(?:[Pp]hotos?|PHOTO|[Ii]llustration)\b[^()]*)\)\W*$"
    rf"|(?:/| \| ?|\u2014 |\u2013 ){_AGENCY}(?: Images| Photos?| News)?(?:, FILE|, File)?\W*$"
    r"|\b(?:Photo(?:graph)?(?:er)?|PHOTO|Illustration|ILLUSTRATION|Credit|Video)(?: by|:| credit:) ?[A-Z/]"
    r"[^.!?]{2,70}$"
    r"|\bCredit [A-Z][\w.'\u2019 -]+(?:/| for )[A-Z][^.!?]{2,60}$"
    rf"|REUTERS/[A-Z][\w .-]+$|^{_AGENCY}(?: Images| Photos?)?\W*$"
)
"""The line ends in the credit of a picture, so it is a caption."""

_ADDRESS = re.compile(r"(?:- |\d+\. )?(?:https?://)?[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}(?:[/:?#]\S*)?")
"""The line is nothing but a web address."""


def is_notice(line: str) -> bool:
    """Say whether a line is put around the prose by a site, wherever it stands.

    >>> is_notice("CLICK HERE TO GET THE DAILY APP"), is_notice("Click went the lock, and she was out.")
    (True, False)
    """
    if _BARE.fullmatch(line) or _BOX.match(line) or _ADDRESS.fullmatch(line):
        return True
    if len(line.split()) > NOTICE_WORDS:
        return False
    return any((_OPENING.match(line), _PHRASE.search(line), _CREDIT.search(line)))
