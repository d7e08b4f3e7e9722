"""Values as HTML: the filters of the template.

Law: what is not written here is escaped; `verbatim` is the only way for a text of a set, document
or index into the page, and it keeps every character in its place but those that cannot stand in
HTML.
"""

import re
from collections.abc import Sequence

from markupsafe import Markup, escape

from rag.contracts import OBEYED
from rag.evaluate.measures import Interval
from rag.evaluate.report.contents import StageCount, number

# Invisible, or turning the direction of what follows; and what UTF-8 or HTML cannot hold.
_CONTROL = re.compile(rf"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]|{OBEYED.pattern}")
_IMPOSSIBLE = re.compile("[\x00\ud800-\udfff]")
_GAP = 0.3  # hundredths of the width, between parts of a stacked bar


def verbatim(text: str, longest: int = 400) -> Markup:
    """A text as it stands, but for a cut after so many characters; controls fenced and labelled."""
    cut = text if len(text) <= longest else f"{text[:longest].rstrip()} …"
    parts, done = [Markup()], 0
    for found in _CONTROL.finditer(cut):
        parts += [escape(cut[done : found.start()]), _fenced(found[0])]
        done = found.end()
    return Markup().join([*parts, escape(cut[done:])])


def _fenced(control: str) -> Markup:
    kept = _IMPOSSIBLE.sub("", control)
    return Markup('<bdi class="control" data-code="U+{:04X}">{}</bdi>').format(ord(control), kept)


def plain(text: str) -> str:
    """A text where there can be no markup: a replacement character for each control."""
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text)


def figure(value: float | None) -> Markup:
    """To three digits for the eye, and as it is in the JSON for a program; a dash for none."""
    exact = number(value)
    if exact is None:
        return Markup('<span class="none">–</span>')
    return Markup('<data value="{}">{:.3f}</data>').format(exact, exact)


def cell(value: float | None) -> Markup:
    """A count as it is, any other number as `figure`."""
    if isinstance(value, int):
        return Markup('<data value="{0}">{0}</data>').format(value)
    return figure(value)


def percent(share: float | None) -> str:
    """Of a hundred, whole; a dash where there is no share."""
    if share is None:
        return "–"
    return (
        "<\N{NO-BREAK SPACE}1\N{NO-BREAK SPACE}%"
        if 0 < share < 0.005
        else f"{share:.0%}".replace("%", "\N{NO-BREAK SPACE}%")
    )


def counted(count: int, thing: str) -> str:
    """As in "1 query", "2 queries"."""
    return f"{count:,} {thing if count == 1 else plural(thing)}"


def plural(thing: str) -> str:
    """As in "queries"."""
    return f"{thing[:-1]}ies" if thing.endswith("y") else f"{thing}s"


def bar(value: float | None) -> Markup:
    """A value from 0 to 1 as a bar; nothing for none."""
    width = number(value)
    if width is None:
        return Markup()
    return _drawn("bar", Markup('<rect width="{:.1f}" height="10"/>').format(100 * width))


def whisker(interval: Interval) -> Markup:
    """A mean with its interval on a line from 0 to 1."""
    if not interval.n:
        return Markup()
    part = '<rect class="{}" x="{:.1f}" y="{}" width="{:.1f}" height="{}"/>'
    low, high = 100 * interval.low, 100 * interval.high
    parts = (
        Markup(part).format("track", 0, 4.5, 100, 1),
        Markup(part).format("range", low, 2.5, max(high - low, 0.5), 5),
        Markup(part).format("value", min(max(100 * interval.value - 0.5, 0), 99), 0, 1, 10),
    )
    return _drawn("whisker", Markup().join(parts))


def stacked(counts: Sequence[StageCount]) -> Markup:
    """Parts of a whole side by side; the table below it says the same in words."""
    part = Markup('<rect class="at-{}" x="{:.2f}" width="{:.2f}" height="10"/>')
    parts, done = [], 0.0
    for one in counts:
        width = 100 * (one.share or 0.0)
        if width:
            parts.append(part.format(one.stage or "found", done, max(width - _GAP, _GAP)))
        done += width
    return _drawn("stacked", Markup().join(parts))


def _drawn(name: str, inside: Markup) -> Markup:
    return Markup(
        '<svg class="{}" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">'
        "{}</svg>"
    ).format(name, inside)
