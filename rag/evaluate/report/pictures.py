"""The pictures of a report, as SVG that takes its colours from the page around it.

Flow: numbers -> matplotlib -> `_embedded` -> markup to be put into HTML.
Law: the same numbers give the same bytes, and no text of a document or query is drawn.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from math import isnan
from statistics import fmean, median
from xml.etree import ElementTree

import matplotlib.style
from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from rag.evaluate.measures import Interval
from rag.evaluate.report.contents import Contents
from rag.evaluate.report.curves import Operating, Reliability
from rag.evaluate.report.markup import plural
from rag.evaluate.report.words import ASKED

_WIDTH, _HEIGHT = 5.0, 3.3  # inches of 72 units; a phone shows a unit as about a pixel
_FONT = 11  # units
# Stand-ins that no other colour can be mistaken for: `_embedded` makes classes of them.
_INK, _SOFT, _LINE, _ACCENT = "#010101", "#020202", "#030303", "#040404"
_CLASSES = {_INK: "ink", _SOFT: "soft", _LINE: "line", _ACCENT: "accent"}
_STYLE: dict[str, object] = {
    "axes.axisbelow": True,
    "axes.edgecolor": _LINE,
    "axes.facecolor": "none",
    "axes.grid": True,
    "axes.labelcolor": _SOFT,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "figure.facecolor": "none",
    "font.size": _FONT,
    "grid.color": _LINE,
    "grid.linewidth": 0.6,
    "lines.linewidth": 2,
    "savefig.facecolor": "none",
    "svg.fonttype": "none",
    "svg.hashsalt": "onrecord",
    "text.color": _INK,
    "xtick.color": _LINE,
    "xtick.labelcolor": _SOFT,
    "ytick.color": _LINE,
    "ytick.labelcolor": _SOFT,
}
_DASHED = (0, (4, 3))
_PRECISION = (
    "As the threshold moves (numbers on the line), every answer composed again. "
    "The ring is the threshold that was measured."
)
_RELIABILITY = {
    "questions": "Right is a question whose best sentence holds a nugget; after an abstention, the "
    "sentence that would have come first. ",
    "sentences": "Right is a sentence that answers. ",
}
_ERROR = (
    "On the dashed line, probabilities are what they say. Ten bins of equal width, each with its "
    "95\N{NO-BREAK SPACE}% interval (Wilson); the error is the mean distance from the line, "
    "weighted by the size of the bins (Guo et al. 2017)."
)
_DEPTHS = (1, 2, 5, 10, 20, 50, 100)


@dataclass(frozen=True, slots=True)
class Picture:
    """A drawing, how to read it, and what it shows in words and numbers.

    `id` is unique in a report; `svg` carries `says` for those who do not see it.
    """

    id: str
    name: str
    note: str
    says: str
    svg: Markup
    heads: tuple[str, ...] = ()
    rows: tuple[tuple[float, ...], ...] = field(default=(), repr=False)


def pictures(report: Contents) -> tuple[Picture, ...]:
    """The pictures that the form of a result has, without those that would be empty."""
    drawn = []
    chosen = _measure(report.per_query)
    if chosen:
        values = [*report.per_query[chosen].values()]
        drawn.append(per_query(chosen, values, what=plural(ASKED[report.form])))
    if report.recall:
        drawn.append(recall(report.recall, report.measures))
    if report.operating and report.measures["answered"].n:
        drawn.append(precision(report.operating, report.measures))
    if report.reliability and report.reliability.n:
        what = "questions" if report.form == "answers" else "sentences"
        drawn.append(reliability(report.reliability, what=what))
    return tuple(drawn)


def _measure(per_query: Mapping[str, Mapping[str, float]]) -> str | None:
    """The first measure that is more than yes or no; those would be drawn as two blocks.

    Not precision, which is over sentences: the mean of the questions' is another.
    """
    filled = [name for name, of in per_query.items() if of and name != "precision"]
    graded = (name for name in filled if not {*per_query[name].values()} <= {0.0, 1.0})
    return next(graded, next(iter(filled), None))


def per_query(name: str, values: Sequence[float], *, what: str) -> Picture:
    """One measure of every query, best first: a silhouette that stays legible at any number.

    Args:
        name: Of the measure.
        values: Of each query, in any order.
        what: Is asked: "queries" or "questions".
    """
    ordered = sorted(values, reverse=True)
    mean = fmean(ordered)

    def draw(figure: Figure) -> None:
        axes = figure.add_subplot()
        axes.stairs(ordered, fill=True, color=_ACCENT, linewidth=0)
        axes.axhline(mean, color=_INK, linewidth=1, linestyle=_DASHED)
        _say(axes, f"mean {mean:.3f}", (len(ordered), mean), (-2, 4), side="right")
        axes.set(xlim=(0, len(ordered)), ylim=(0, 1.03), xlabel=what, ylabel=name)
        axes.grid(visible=False, axis="x")

    full, none = sum(value >= 1 for value in ordered), sum(value <= 0 for value in ordered)
    says = (
        f"Of {len(ordered)} {what}, {full} have {name} 1 and {none} have 0; the mean is "
        f"{mean:.3f}, the median {median(ordered):.3f}."
    )
    title, note = f"{name}, one by one", f"One bar for each of the {what}, best first."
    return Picture("per-query", title, note, says, _drawn("per-query", f"{title}. {says}", draw))


def recall(shares: Sequence[float], measures: Mapping[str, Interval]) -> Picture:
    """Recall by depth, with the intervals of the depths that are measures, too."""

    def draw(figure: Figure) -> None:
        axes = figure.add_subplot()
        axes.plot(range(1, len(shares) + 1), shares, color=_ACCENT)
        for depth in _DEPTHS:
            if f"R@{depth}" in measures:
                interval = measures[f"R@{depth}"]
                _bar(axes, depth, shares[depth - 1], low=interval.low, high=interval.high)
        axes.set_xscale("log")
        axes.set_xticks(_DEPTHS, [str(depth) for depth in _DEPTHS])
        axes.set_xticks([], minor=True)
        axes.set(xlim=(0.9, 112), ylim=(0, 1.03))
        axes.set(xlabel="depth (documents, logarithmic)", ylabel="mean recall")

    listed = "; ".join(f"{shares[depth - 1]:.3f} at {depth}" for depth in _DEPTHS)
    says = f"Mean share of the relevant documents among the first: {listed}."
    note = "Mean over the queries; bars are the 95\N{NO-BREAK SPACE}% intervals of the measures."
    svg = _drawn("recall", f"Recall by depth. {says}", draw)
    rows = tuple((depth, shares[depth - 1]) for depth in _DEPTHS)
    return Picture("recall", "Recall by depth", note, says, svg, ("depth", "mean recall"), rows)


def precision(points: Sequence[Operating], measures: Mapping[str, Interval]) -> Picture:
    """Precision against the share that is answered, with the threshold that was measured."""
    here = (measures["answered"].value, measures["precision"].value)
    shown = not isnan(here[1])  # something was

    def draw(figure: Figure) -> None:
        axes = figure.add_subplot()
        at = [(one.answered, one.precision) for one in points]
        axes.plot(*zip(*at, strict=True), color=_ACCENT)
        for one in _tenths(points):
            _dot(axes, one.answered, one.precision, size=4)
            _say(axes, f"{one.threshold:.1f}", (one.answered, one.precision), (3, 4), side="left")
        if shown:
            axes.plot(*here, "o", ms=10, markeredgewidth=2, mec=_INK, mfc="none")
        axes.set(xlim=(0, 1.04), ylim=(0, 1.03))
        axes.set(xlabel="answered share of answerable questions", ylabel="precision")

    measured = f" (as measured, {_of(*here)})" if shown else ""
    first, last = (
        f"threshold {p.threshold:.2f} ({_of(p.answered, p.precision)})"
        for p in (points[0], points[-1])
    )
    says = f"From {first} to {last}{measured}."
    name = "Precision against answered share"
    heads = ("threshold", "answered", "precision", "wrongly answered")
    rows = tuple((one.threshold, one.answered, one.precision, one.wrongly) for one in points)
    svg = _drawn("precision", f"{name}. {says}", draw)
    return Picture("precision", name, _PRECISION, says, svg, heads, rows)


def _of(answered: float, precise: float) -> str:
    return f"{answered:.0%} answered, precision {precise:.3f}"


def reliability(given: Reliability, *, what: str) -> Picture:
    """Probabilities against what came true, and how many predictions are in each bin.

    Args:
        given: What to draw.
        what: Is predicted: "questions" or "sentences".
    """
    filled = [one for one in given.bins if one.n]

    def draw(figure: Figure) -> None:
        axes, below = figure.subplots(2, 1, sharex=True, height_ratios=(4, 1))
        axes.plot([0, 1], [0, 1], color=_SOFT, linewidth=1, linestyle=_DASHED)
        for one in filled:
            _bar(axes, one.confidence, one.right, low=one.low, high=one.high)
        axes.set(xlim=(0, 1), ylim=(0, 1.03), ylabel="share that was right")
        edges = [given.bins[0].above, *(one.to for one in given.bins)]
        below.stairs([one.n for one in given.bins], edges, fill=True, color=_SOFT, linewidth=0)
        below.set(xlabel="probability", ylabel=what)
        below.grid(visible=False, axis="x")

    name = f"Reliability of {'confidence' if what == 'questions' else 'probabilities'}"
    listed = "; ".join(f"of {one.n} at {one.confidence:.2f}, {one.right:.0%}" for one in filled)
    error = f"Expected calibration error {given.error:.3f} over {given.n} {what}"
    says = f"{error}: {listed}."
    svg = _drawn("reliability", f"{name}. {says}", draw, height=_HEIGHT + 0.9)
    heads = ("above", "up to", what, "mean", "right", "low", "high")
    rows = tuple(
        (one.above, one.to, one.n, one.confidence, one.right, one.low, one.high)
        for one in given.bins
    )
    note = f"{error}. {_RELIABILITY[what]}{_ERROR}"
    return Picture("reliability", name, note, says, svg, heads, rows)


def _tenths(points: Sequence[Operating]) -> Iterator[Operating]:
    """Points to be labelled: those at 0.1, 0.2, …, unless they lie on the one before."""
    last = None
    for one in points:
        if round(one.threshold * 100) % 10 == 0 and (one.answered, one.precision) != last:
            last = (one.answered, one.precision)
            yield one


def _dot(axes: Axes, x: float, y: float, *, size: float) -> None:
    axes.plot(x, y, "o", color=_ACCENT, markersize=size, markeredgewidth=0)


def _bar(axes: Axes, x: float, y: float, *, low: float, high: float) -> None:
    """A dot with its interval."""
    axes.plot([x, x], [low, high], color=_INK, linewidth=1)
    _dot(axes, x, y, size=6)


def _say(
    axes: Axes, text: str, at: tuple[float, float], off: tuple[float, float], *, side: str
) -> None:
    axes.annotate(
        text,
        at,
        off,
        textcoords="offset points",
        ha=side,
        fontsize=_FONT - 1,
        annotation_clip=False,
    )


# ------------------------------------------------------------------------------ SVG


def _drawn(
    name: str, label: str, draw: Callable[[Figure], None], *, height: float = _HEIGHT
) -> Markup:
    with matplotlib.style.context(["default", _STYLE]):  # whatever the user's own settings are
        figure = Figure(figsize=(_WIDTH, height), layout="constrained")
        draw(figure)
        written = BytesIO()
        figure.savefig(written, format="svg", metadata={"Date": None})
    return _embedded(written.getvalue(), name, label)


_SVG, _LINK = "{http://www.w3.org/2000/svg}", "{http://www.w3.org/1999/xlink}href"
_LONG = re.compile(r"-?\d+\.\d{3,}")
_POINTER = re.compile(r"url\(#([^)]+)\)")
# CSS that is an attribute, too: as `style`, the page's policy forbids it.
_ATTRIBUTES = """
    fill-opacity font-size opacity stroke-dasharray stroke-dashoffset stroke-linecap
    stroke-linejoin stroke-opacity stroke-width text-anchor
    """.split()  # noqa: SIM905


def _embedded(svg: bytes, name: str, label: str) -> Markup:
    """The drawing alone: colours as classes, ids that no other drawing has, short numbers."""
    root = ElementTree.fromstring(svg)
    for parent in root.iter():
        for child in [*parent]:
            if child.tag == f"{_SVG}metadata" or child.tag == f"{_SVG}style":
                parent.remove(child)
    pointed = {one.get(_LINK, "")[1:] for one in root.iter(f"{_SVG}use")}
    pointed |= {at for one in root.iter() for at in _POINTER.findall(one.get("clip-path", ""))}
    for one in root.iter():
        _tidy(one, name, pointed)
    for size in ("width", "height"):  # the page decides how large it is drawn
        del root.attrib[size]
    root.set("role", "img")
    root.set("aria-label", label)
    return Markup(ElementTree.tostring(root, encoding="unicode"))  # our own drawing


def _tidy(one: ElementTree.Element, name: str, pointed: set[str]) -> None:
    one.tag = one.tag.removeprefix(_SVG)
    one.text, one.tail = (one.text or "").strip() or None, None
    known = dict(one.attrib)
    one.attrib.clear()
    if known.get("id") in pointed:
        one.set("id", f"{name}-{known['id']}")
    if _LINK in known:
        one.set("href", f"#{name}-{known[_LINK][1:]}")
    if "clip-path" in known:
        one.set("clip-path", _POINTER.sub(rf"url(#{name}-\1)", known["clip-path"]))
    for attribute in ("d", "x", "y", "width", "height", "transform", "viewBox"):
        if attribute in known:
            short = _LONG.sub(lambda found: f"{float(found[0]):.2f}", known[attribute])
            one.set(attribute, " ".join(short.split()))
    for attribute, value in _painted(known.get("style", "")):
        one.set(attribute, value)


def _painted(style: str) -> Iterator[tuple[str, str]]:
    """The declarations of a `style` as attributes, its two colours as one `class`."""
    declared = {
        name.strip(): value.strip()
        for name, _, value in (part.partition(":") for part in style.split(";"))
    }
    size = re.search(r"([\d.]+)px", declared.pop("font", ""))
    if size:
        declared["font-size"] = size[1]
    colours = [(paint, declared.get(paint, "none")) for paint in ("fill", "stroke")]
    classes = [f"{_CLASSES[colour]}-{paint}" for paint, colour in colours if colour != "none"]
    if classes:
        yield "class", " ".join(classes)
    if declared.get("fill") == "none":
        yield "fill", "none"
    yield from ((name, declared[name]) for name in _ATTRIBUTES if name in declared)
