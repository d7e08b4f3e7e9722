"""A timeline as a picture that stands by itself: SVG, light or dark as whoever looks at it wants.

Flow: Timeline -> `timeline_svg` -> text of an SVG file.
Law: words of documents are escaped, wherever they go; the same timeline gives the same bytes.
"""

import textwrap
from datetime import date

from markupsafe import Markup, escape

from rag.contracts import OBEYED
from rag.readers.normal import UNSEEN
from rag.timeline import Timeline, Utterance

_WIDTH = 720  # units
_LEFT = 40  # of the axis
_AXIS = 104  # from the top; below two lines of title and three dots above each other
_LINE = 17  # height of a line of text
_COLUMNS = 84  # characters in a line
_DOT = 18.0  # across
_LONGEST = 3  # lines of a wording
_HIGHEST = 3  # dots above each other; of more, the number is told
_STYLE = """
svg { background: #fff; color: #1c1c1c; font: 13px system-ui, sans-serif; }
text { fill: currentColor; } .soft { fill: #666; } .dot { fill: #0b5cad; } .axis { stroke: #999; }
.number { fill: #fff; font-size: 11px; text-anchor: middle; } .head { font-weight: 600; }
@media (prefers-color-scheme: dark) {
  svg { background: #15171a; color: #e8e6e1; } .soft { fill: #a5a5a5; } .dot { fill: #6fb1f5; }
  .number { fill: #15171a; }
}
"""


def timeline_svg(found: Timeline) -> str:
    """The utterances as numbered dots on an axis of days, and below it what was said."""
    who = ", ".join(found.people) or found.speaker
    title = f"{who} on {found.subject}"
    parts = [
        *(
            _text(_LEFT, 26 + at * _LINE, line, "head")
            for at, line in enumerate(_wrapped(title, 2))
        ),
        _axis(found),
    ]
    top = _AXIS + 50.0
    for number, one in enumerate(found.utterances, 1):
        lines = _lines(one)
        parts.append(_dot(_LEFT, top - 4, number))
        parts += [
            _text(_LEFT + 20, top + at * _LINE, line, "soft" if at == 0 else "")
            for at, line in enumerate(lines)
        ]
        top += len(lines) * _LINE + 10
    return str(
        Markup(
            '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {w} {h:.0f}" width="{w}" '
            'height="{h:.0f}" role="img" aria-label="{label}"><style>{style}</style>{inside}'
            "</svg>\n"
        ).format(
            w=_WIDTH, h=top, label=_plain(title), style=Markup(_STYLE), inside=Markup().join(parts)
        )
    )


def _axis(found: Timeline) -> Markup:
    """A line from the first day to the last, with a dot for each utterance that has a date."""
    days = {one.date for one in found.utterances if one.date}
    if not days:
        return Markup()
    first, last = (date.fromisoformat(day).toordinal() for day in (min(days), max(days)))
    long = _WIDTH - 2 * _LEFT
    parts = [
        Markup('<line class="axis" x1="{}" x2="{}" y1="{y}" y2="{y}"/>').format(
            _LEFT, _LEFT + long, y=_AXIS
        )
    ]
    columns: list[tuple[float, list[int]]] = []  # numbers of those whose dots would overlap
    for number, one in enumerate(found.utterances, 1):
        if one.date:
            day = date.fromisoformat(one.date).toordinal()
            x = _LEFT + (long * (day - first) / (last - first) if last > first else long / 2)
            if not columns or x - columns[-1][0] >= _DOT:
                columns.append((x, []))
            columns[-1][1].append(number)
    for x, numbers in columns:
        parts += [_dot(x, _AXIS - up * _DOT, n) for up, n in enumerate(numbers[:_HIGHEST])]
        if (more := len(numbers) - _HIGHEST) > 0:
            parts.append(_text(x - 8, _AXIS - _HIGHEST * _DOT + 4, f"+{more}", "soft"))
    if last == first:
        parts.append(_text(_WIDTH / 2 - 35, _AXIS + 26, min(days), "soft"))
    else:
        parts.append(_text(_LEFT - 10, _AXIS + 26, min(days), "soft"))
        parts.append(_text(_WIDTH - _LEFT - 60, _AXIS + 26, max(days), "soft"))
    return Markup().join(parts)


def _lines(one: Utterance) -> list[str]:
    """When and where it was said, and the words, as many as there is room for."""
    first = one.evidence[0].sentence
    outlets = [each.sentence.document.outlet or each.sentence.document.id for each in one.evidence]
    who = [first.speaker] if first.speaker else []
    head = " · ".join((one.date or "no date", *who, ", ".join(dict.fromkeys(outlets))))
    return [*_wrapped(head, 1), *_wrapped(first.text, _LONGEST)]


def _wrapped(words: str, lines: int) -> list[str]:
    return textwrap.wrap(" ".join(words.split()), _COLUMNS, max_lines=lines, placeholder=" …")


def _dot(x: float, y: float, number: int) -> Markup:
    return Markup(
        '<circle class="dot" cx="{x:.1f}" cy="{y:.1f}" r="9"/>'
        '<text class="number" x="{x:.1f}" y="{below:.1f}">{number}</text>'
    ).format(x=x, y=y, below=y + 4, number=number)


def _text(x: float, y: float, words: str, kind: str) -> Markup:
    return Markup('<text class="{}" x="{:.0f}" y="{:.0f}">{}</text>').format(
        kind, x, y, _plain(words)
    )


def _plain(words: str) -> Markup:
    """Escaped, and without what would turn or hide text."""
    seen = words.translate(dict.fromkeys(map(ord, UNSEEN)))
    visible = "".join(one if one.isprintable() else "\N{REPLACEMENT CHARACTER}" for one in seen)
    return escape(OBEYED.sub("\N{REPLACEMENT CHARACTER}", visible))
