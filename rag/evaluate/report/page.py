"""A report as one HTML file that needs nothing beside it.

Flow: Contents + pictures -> page.html, page.css, page.js -> text of the file.
Law: every text passes Jinja's escaping, and a policy in the file forbids all but its own style and
script, so that nothing is ever fetched.
"""

from base64 import b64encode
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from importlib.resources import files

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from rag.evaluate.losses import NOT_WANTED, Came, Stage
from rag.evaluate.report import markup
from rag.evaluate.report.contents import Case, Contents, number
from rag.evaluate.report.pictures import Picture
from rag.evaluate.report.words import ASKED, GLOSSES, LABELS, MEANS, THINGS

_MOST_CASES = 400  # the worst; each with its results takes some 4 kB
_MOST_PIECES = 12  # alternatives of a nugget, or things in their place


@dataclass(frozen=True, slots=True)
class _Row:
    """A query in the table of all; `case` is its number among the failures, if it is there."""

    query: str
    text: str
    values: tuple[float | None, ...]
    case: int | None


@dataclass(frozen=True, slots=True)
class _Part:
    """Results under a heading, ranked from `start`."""

    heading: str
    start: int
    came: tuple[Came, ...]


def page(report: Contents, pictures: Sequence[Picture]) -> str:
    """The whole file; the same report gives the same characters."""
    css, js = _file("page.css"), _file("page.js")
    cases = report.cases[:_MOST_CASES]
    counts = Counter(stage for case in cases for stage in case.stages)
    return (
        _environment(report.form)
        .from_string(_file("page.html"))
        .render(
            report=report,
            css=Markup(css),  # a file of ours, as is the next
            js=Markup(js),
            policy=_policy(css, js),
            means=dict.fromkeys(report.measures, "") | MEANS,
            asked=ASKED[report.form],
            thing=THINGS[report.form],
            labels=LABELS,
            glosses=GLOSSES[report.form],
            wanted=[one for one in report.stages if one.stage not in NOT_WANTED],
            unwanted=[one for one in report.stages if one.stage in NOT_WANTED],
            pictures=pictures,
            first=next(iter(report.per_query), ""),
            cases=cases,
            case_counts=[(stage, counts[stage]) for stage in Stage if counts[stage]],
            most=_MOST_PIECES,
            rows=_rows(report, cases),
        )
    )


def _environment(form: str) -> Environment:
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    names = ("bar", "cell", "counted", "figure", "percent", "plain", "stacked", "verbatim")
    environment.filters |= {name: getattr(markup, name) for name in (*names, "whisker")}
    environment.filters["number"] = number
    environment.filters["in_parts"] = partial(_in_parts, form=form)
    environment.filters["score"] = _score if form == "retrieval" else "{:.2f}".format
    return environment


def _score(score: float) -> str:
    return f"score {score:.4g}"


def _policy(css: str, js: str) -> str:
    def allowed(text: str) -> str:
        return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"

    return (
        f"default-src 'none'; script-src {allowed(js)}; style-src {allowed(css)}; "
        "base-uri 'none'; form-action 'none'"
    )


def _rows(report: Contents, cases: Sequence[Case]) -> list[_Row]:
    """Every query that a measure counts, worst first; those that the first does not count last."""
    listed = {case.query: place for place, case in enumerate(cases, 1)}
    columns = [*report.per_query.values()]
    rows = [
        _Row(query, text, tuple(of.get(query) for of in columns), listed.get(query))
        for query, text in report.queries.items()
        if any(query in of for of in columns)
    ]
    return sorted(rows, key=lambda row: (row.values[0] is None, row.values[0] or 0.0))


def _in_parts(case: Case, *, form: str) -> Iterator[_Part]:
    """What came, under the headings of the form: first what was shown, then what was not."""
    shown = tuple(one for one in case.came if one.shown)
    unseen = tuple(one for one in case.came if not one.shown)
    if form == "retrieval":
        yield _Part("Came", 1, case.came)
        return
    yield _Part("Shown" if form == "answers" else "Above the threshold", 1, shown)
    if unseen:
        heading = "Read, not shown" if form == "answers" else "Below the threshold"
        yield _Part(heading, len(shown) + 1, unseen)


def _file(name: str) -> str:
    return files("rag.evaluate.report").joinpath(name).read_text(encoding="utf-8")
