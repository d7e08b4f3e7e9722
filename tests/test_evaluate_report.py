import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from random import Random

import pytest
from playwright.sync_api import Browser, Page
from scipy.stats import binomtest
from sklearn.calibration import calibration_curve

from rag import OnRecord
from rag.cli import run
from rag.errors import InputInvalid
from rag.evaluate import (
    AnswersResult,
    AnswersSet,
    GoldQuery,
    GoldQuestion,
    Nugget,
    Result,
    RetrievalResult,
    RetrievalSet,
    SelectionQuestion,
    SelectionResult,
    SelectionSet,
    evaluate_answers,
)
from rag.evaluate.losses import Stage, losses
from rag.evaluate.report import write_report
from rag.evaluate.report.contents import contents
from rag.evaluate.report.curves import precision_by_threshold, recall_by_depth, reliability
from rag.evaluate.report.markup import percent, verbatim

Visit = Callable[..., Page]
NOON = datetime(2024, 12, 20, 12, tzinfo=UTC)
OVERRIDE, BELL = "\N{RIGHT-TO-LEFT OVERRIDE}", "\x07"
MARKUP = (
    "</title></style></script><script>window.__pwned=1</script>"
    '<img src=x onerror="window.__pwned=1">'
    f"{{{{ 7 * 7 }}}}{{% raw %}}&lt;b&gt;'\"{OVERRIDE}{BELL}"
)


# ------------------------------------------------------------------------------ results


def ranking(*, n: int = 40, seed: int = 1, note: str = "") -> RetrievalResult:
    """Queries of one to three relevant documents at random ranks; some were never ranked."""
    chance = Random(seed)
    queries, qrels, run = [], {}, {}
    for number in range(n):
        name = f"q{number}{note}"
        queries.append(GoldQuery(name, f"What happened on day {number}{note}?"))
        documents = [f"d{number}-{place}{note}" for place in range(120)]
        qrels[name] = dict.fromkeys(chance.sample(documents[: chance.choice((3, 30, 120))], 3), 1)
        run[name] = tuple(
            (document, 1 / place) for place, document in enumerate(documents[:100], 1)
        )
    return RetrievalResult(RetrievalSet(f"hand{note}", tuple(queries), qrels, ()), run)


def selection(note: str = "") -> SelectionResult:
    """Forty questions of four sentences; every tenth has no answer."""
    chance = Random(2)
    sentences = tuple(f"Sentence {place}{note}." for place in range(4))
    questions = tuple(
        SelectionQuestion(
            f"s{number}{note}",
            f"Which of them, {number}{note}?",
            f"Title{note}",
            sentences,
            frozenset(() if number % 10 == 0 else (number % 4,)),
            False,
        )
        for number in range(40)
    )
    scores = tuple(tuple(chance.random() for _ in sentences) for _ in questions)
    return SelectionResult(SelectionSet(f"chosen{note}", questions), scores, 0.5)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory, tiny_encoder: Path) -> OnRecord:
    """Thirty articles on a bridge that differ by a number; their names and titles hold markup."""
    folder = tmp_path_factory.mktemp("report")
    with (folder / "town.jsonl").open("w", encoding="utf-8") as file:
        for n in range(30):
            text = f"The mayor said {MARKUP} the bridge costs {n + 100} million. Nobody asked why."
            name = f"town-{n:02}-{MARKUP.replace(BELL, '')}"  # ids with controls are refused
            row = {"id": name, "title": f"Title {n} {MARKUP}", "text": text}
            file.write(json.dumps(row) + "\n")
    OnRecord.build(folder / "index", [folder / "town.jsonl"], encoder=str(tiny_encoder))
    return OnRecord.open(folder / "index")


@pytest.fixture(scope="module")
def answers(engine: OnRecord) -> AnswersResult:
    """Ten questions at threshold 0.1; each second has nuggets, of which the last is nowhere."""
    questions = []
    for n in range(10):
        nuggets = (
            Nugget(((f"town-{n:02}", f"costs {n + 100} million"), ("gone", f"quote {MARKUP}"))),
            Nugget((("gone", f"quote {MARKUP}"),)),
        )
        text = f"Does the bridge cost {n + 100} million? {MARKUP if n == 0 else ''}"
        nuggets = nuggets[1:] if n == 8 else nuggets if n % 2 == 0 else ()
        given = GoldQuestion(f"a{n}{MARKUP}", text, nuggets)
        questions.append(given)
    given = AnswersSet(f"town {MARKUP}", tuple(questions), ())
    return evaluate_answers(given, engine, min_confidence=0.1)


def written(result: Result, folder: Path, engine: OnRecord | None = None) -> Path:
    lost = losses(result, engine, min_confidence=0.1)
    index = engine.info() if engine else None
    return write_report(result, folder, losses=lost, index=index, at=NOON)


def read_json(page: Path) -> dict:
    text = page.with_name("report.json").read_text(encoding="utf-8")
    return json.loads(text, parse_constant=pytest.fail)


@pytest.fixture(scope="module")
def three(
    tmp_path_factory: pytest.TempPathFactory, engine: OnRecord, answers: AnswersResult
) -> dict[str, tuple[Result, Path]]:
    """One report of each form, all of hostile texts."""
    folder = tmp_path_factory.mktemp("three")
    return {
        "retrieval": (hand := ranking(note=MARKUP), written(hand, folder / "retrieval")),
        "selection": (given := selection(MARKUP), written(given, folder / "selection")),
        "answers": (answers, written(answers, folder / "answers", engine)),
    }


FORMS = ("retrieval", "selection", "answers")
forms = pytest.mark.parametrize("form", FORMS)


# ------------------------------------------------------------------------------ the two files


@forms
def test_the_json_is_that_of_eval_and_what_it_was_made_from(
    three: dict[str, tuple[Result, Path]], form: str
) -> None:
    result, page = three[form]
    given = read_json(page)
    assert list(given)[:5] == ["schema", "set", "form", "n", "measures"]
    assert given["schema"] == "onrecord.report/1"
    assert (given["set"], given["form"], given["n"]) == (result.name, form, result.n)
    assert given["measures"] == {n: one.as_json() for n, one in result.measures().items()}
    assert given["date"] == "2024-12-20T12:00Z"
    for name, of in result.per_query().items():
        assert given["per_query"][name] == pytest.approx(of, abs=1e-6)
    assert set(given["queries"]) >= {query for of in given["per_query"].values() for query in of}
    assert (given["index"] is None) == (form != "answers")


def test_an_index_is_told_by_its_settings_and_no_path(
    three: dict[str, tuple[Result, Path]], engine: OnRecord
) -> None:
    page = three["answers"][1]
    index = read_json(page)["index"]
    settings = engine.info().settings
    assert index["encoder"] == Path(settings.encoder).name != settings.encoder
    assert (index["fingerprint"], index["documents"]) == (settings.fingerprint, 30)
    for file in (page, page.with_name("report.json")):
        assert str(engine.path.parent) not in file.read_text(encoding="utf-8")


@forms
def test_stages_make_up_what_was_wanted(three: dict[str, tuple[Result, Path]], form: str) -> None:
    result, page = three[form]
    given = read_json(page)
    counts = {one["stage"]: one["count"] for one in given["stages"]}
    wanted = next(one["of"] for one in given["stages"] if one["stage"] == "found")
    unwanted = {"padding", "answered_without_evidence"}
    assert sum(n for stage, n in counts.items() if stage not in unwanted) == wanted > 0
    listed = [lost["stage"] for case in given["losses"] for lost in case["lost"]]
    assert {stage: listed.count(stage) for stage in counts if stage != "found"} == {
        stage: n for stage, n in counts.items() if stage != "found"
    }
    if isinstance(result, RetrievalResult):
        relevant = {query: of.keys() for query, of in result.given.qrels.items()}
        top = {query: [name for name, _ in of[:10]] for query, of in result.run.items()}
        in_ten = sum(name in top[query] for query, names in relevant.items() for name in names)
        assert counts["found"] + counts["outranked"] == in_ten
    if isinstance(result, AnswersResult):
        held = sum(len(frozenset().union(*one.held)) for one in result.judged)
        shown = [held for one in result.judged if one.question.nuggets for held in one.held]
        others = [one for one in result.judged if not one.question.nuggets]
        assert counts["found"] == held
        assert counts["padding"] == sum(not held for held in shown) > 0
        assert counts["answered_without_evidence"] == sum(one.answered for one in others)


SCRIPT = """
import sys
from datetime import UTC, datetime
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from test_evaluate_report import losses, ranking, selection, write_report
for result in (ranking(), selection()):
    at = datetime.fromisoformat(sys.argv[3]).astimezone(UTC)
    write_report(result, Path(sys.argv[2]) / result.form, losses=losses(result), at=at)
"""


def test_two_reports_differ_in_the_date_alone(tmp_path: Path) -> None:
    (tmp_path / "matplotlibrc").write_text("axes.labelsize: 30\nlines.marker: s\n")
    texts = []
    for number, date in enumerate(("2024-12-20T12:00Z", "2025-01-31T23:59Z")):
        here = {"PYTHONHASHSEED": str(number), "TZ": f"UTC{number}"}
        here |= {"MATPLOTLIBRC": str(tmp_path / "matplotlibrc")} if number else {}
        command = [sys.executable, "-c", SCRIPT, str(Path(__file__).parent)]
        command += [str(tmp_path / str(number)), date]
        subprocess.run(command, check=True, env=os.environ | here, timeout=120)
        files = sorted((tmp_path / str(number)).rglob("report.*"))
        assert [file.suffix for file in files] == [".html", ".json"] * 2
        whole = [file.read_bytes() for file in files]
        assert [text.count(date.encode()) for text in whole] == [2, 1, 2, 1]
        texts.append([text.replace(date.encode(), b"") for text in whole])
    assert texts[0] == texts[1]


def test_the_date_stands_in_one_element(three: dict[str, tuple[Result, Path]]) -> None:
    date = "2024-12-20T12:00Z"
    for _, page in three.values():
        text = page.read_text(encoding="utf-8")
        assert f'<time datetime="{date}">{date}</time>' in text
        assert text.count(date) == 2


def test_a_report_is_replaced_and_nothing_else_in_its_folder(tmp_path: Path) -> None:
    folder = tmp_path / "report"
    first = written(ranking(n=3), folder).read_text(encoding="utf-8")
    (folder / "notes.txt").write_text("mine")
    second = written(ranking(n=4), folder).read_text(encoding="utf-8")
    assert first != second
    names = sorted(path.name for path in folder.iterdir())
    assert names == ["notes.txt", "report.html", "report.json"]


def test_a_folder_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("mine")
    with pytest.raises(InputInvalid, match="taken: the report cannot be written there"):
        written(ranking(n=3), tmp_path / "taken")
    assert (tmp_path / "taken").read_text() == "mine"


def test_a_set_of_329_queries_makes_a_small_file(tmp_path: Path) -> None:
    page = written(ranking(n=329), tmp_path)
    assert page.stat().st_size < 2_000_000
    assert page.read_text(encoding="utf-8").count("<details>") == len(read_json(page)["losses"])


def test_of_very_many_failures_the_worst_are_listed_and_all_are_in_the_json(tmp_path: Path) -> None:
    page = written(ranking(n=700), tmp_path)
    text, all_of_them = page.read_text(encoding="utf-8"), read_json(page)["losses"]
    assert len(all_of_them) > 400
    assert text.count('<li id="case-') == 400
    assert f"{len(all_of_them)} queries with something wrong" in text
    assert "The worst 400 are here; all are in report.json." in text
    listed = re.findall(r"<summary>\s*<span class=\"value\"><data value=\"([\d.]+)\"", text)
    assert [float(value) for value in listed] == [case["value"] for case in all_of_them[:400]]


def test_without_failures_or_measures_it_says_so(tmp_path: Path) -> None:
    queries, qrels = (GoldQuery("q", "why?"),), {"q": {"a": 1}}
    perfect = RetrievalResult(RetrievalSet("one", queries, qrels, ()), {"q": (("a", 1.0),)})
    page = written(perfect, tmp_path / "perfect")
    assert "None: all that was wanted came" in page.read_text(encoding="utf-8")
    assert read_json(page)["losses"] == []
    silent = SelectionQuestion("s", "why?", None, ("Because.",), frozenset(), False)
    nothing = SelectionResult(SelectionSet("none", (silent,)), ((0.1,),), 0.5)
    page = written(nothing, tmp_path / "nothing")
    measures = read_json(page)["measures"]
    assert measures["AP"] == {"value": None, "low": None, "high": None, "n": 0}
    assert "NaN" not in page.read_text(encoding="utf-8")


@pytest.mark.parametrize(("answerable", "least"), [(True, 1.0), (False, 0.1), (False, 1.0)])
def test_answers_of_one_kind_alone_leave_no_hole(
    tmp_path: Path, engine: OnRecord, answerable: bool, least: float
) -> None:
    nuggets = (Nugget((("town-01", "costs 101"),)),) if answerable else ()
    given = AnswersSet("one", (GoldQuestion("a", "Does the bridge cost 101?", nuggets),), ())
    result = evaluate_answers(given, engine, min_confidence=least)
    lost = losses(result, engine, min_confidence=least)
    page = write_report(result, tmp_path, losses=lost)
    text, given_json = page.read_text(encoding="utf-8"), read_json(page)
    assert not re.search(r"\bnan\b", text, re.IGNORECASE)
    assert ("Precision against answered share" in text) == answerable
    assert [case["lost"][0]["stage"] for case in given_json["losses"]] == (
        ["scored_low"] if answerable else ["answered_without_evidence"] if least < 1 else []
    )


def test_nothing_heavy_is_loaded_before_a_report_is_written() -> None:
    code = "import sys, rag.evaluate.report, rag.evaluate.losses; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"matplotlib", "jinja2", "torch"} & set(done.stdout.split())


def test_eval_writes_a_report(
    tmp_path: Path, tiny_encoder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "set").mkdir()
    (tmp_path / "set" / "corpus").mkdir()
    (tmp_path / "set" / "corpus" / "a.txt").write_text("The mayor said the bridge is red.\n")
    row = {"id": "a", "question": "What did the mayor say?", "nuggets": [[["a", "is red"]]]}
    (tmp_path / "set" / "questions.jsonl").write_text(json.dumps(row), encoding="utf-8")
    arguments = ["eval", str(tmp_path / "set"), "--corpus", str(tmp_path / "set" / "corpus")]
    arguments += ["--index", str(tmp_path / "index"), "--encoder", str(tiny_encoder), "--json"]
    assert run([*arguments, "--report", str(tmp_path / "report")]) == 0
    printed = json.loads(capsys.readouterr().out)
    given = read_json(tmp_path / "report" / "report.html")
    assert {key: given[key] for key in printed} == printed | {"schema": "onrecord.report/1"}


# ------------------------------------------------------------------------------ curves


def test_recall_by_depth_goes_through_the_measures() -> None:
    result = ranking()
    curve, measures = recall_by_depth(result), result.measures()
    assert len(curve) == 100
    assert list(curve) == sorted(curve)
    for depth in (1, 10, 100):
        assert curve[depth - 1] == pytest.approx(measures[f"R@{depth}"].value)


def test_queries_without_a_relevant_document_or_a_ranking_count_as_in_the_measures() -> None:
    queries = tuple(GoldQuery(name, "why?") for name in ("none", "unranked", "found"))
    qrels = {"none": {"a": 0}, "unranked": {"a": 1}, "found": {"b": 1}}
    run = {"none": (("a", 1.0),), "found": (("a", 1.0), ("b", 0.5))}
    result = RetrievalResult(RetrievalSet("few", queries, qrels, ()), run)
    assert recall_by_depth(result)[:3] == (0.0, 0.5, 0.5)
    assert result.measures()["R@10"].value == 0.5


def test_the_curve_of_precision_goes_through_what_was_measured(answers: AnswersResult) -> None:
    points = {round(one.threshold, 2): one for one in precision_by_threshold(answers)}
    here, measures = points[0.1], answers.measures()
    assert here.answered == pytest.approx(measures["answered"].value)
    assert here.precision == pytest.approx(measures["precision"].value)
    assert here.wrongly == pytest.approx(1 - measures["abstained"].value)
    shares = [points[at].answered for at in sorted(points)]
    assert shares == sorted(shares, reverse=True)
    assert points[0.0].answered == 1.0


def test_the_calibration_error_of_a_hand_worked_set() -> None:
    right, wrong = (True, False)
    given = [(0.0, wrong), (0.1, right), (0.35, wrong), (0.4, wrong), (1.0, right), (0.95, right)]
    found = reliability(given)
    assert [one.n for one in found.bins] == [2, 0, 0, 2, 0, 0, 0, 0, 0, 2]
    # Gaps of 0.05 against 1/2, 0.375 against 0, and 0.975 against 1, each over a third.
    assert found.error == pytest.approx((0.45 + 0.375 + 0.025) / 3)


def test_bins_are_those_of_scikit_learn_and_their_intervals_those_of_scipy() -> None:
    chance = Random(3)
    given = [(p := chance.random(), chance.random() < p**2) for _ in range(300)]
    filled = [one for one in reliability(given).bins if one.n]
    shares, means = calibration_curve(
        [right for _, right in given], [p for p, _ in given], n_bins=10
    )
    assert [one.right for one in filled] == pytest.approx(list(shares))
    assert [one.confidence for one in filled] == pytest.approx(list(means))
    for one in filled:
        reference = binomtest(round(one.right * one.n), one.n).proportion_ci(method="wilson")
        assert (one.low, one.high) == pytest.approx((reference.low, reference.high), abs=1e-6)


def test_confidence_is_right_where_the_best_sentence_is_shown_or_not(
    answers: AnswersResult,
) -> None:
    found = contents(answers, (), index=None, at=NOON).reliability
    best = [one.explained.evidence[0].sentence for one in answers.judged]
    right = [
        any(nugget.is_held_by(first) for nugget in one.question.nuggets)
        for one, first in zip(answers.judged, best, strict=True)
    ]
    assert found
    assert found.n == 10
    assert sum(one.n * one.right for one in found.bins if one.n) == pytest.approx(sum(right))
    given = [
        replace(
            one, explained=replace(one.explained, answer=replace(one.answer, reason="no_match"))
        )
        for one in answers.judged
    ]
    silent = contents(replace(answers, judged=tuple(given)), (), index=None, at=NOON)
    assert silent.operating == ()
    assert silent.reliability
    assert sum(one.n * one.right for one in silent.reliability.bins if one.n) == 0


# ------------------------------------------------------------------------------ the HTML as text


class _Seen(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


@forms
def test_the_file_is_self_contained_and_without_handlers(
    three: dict[str, tuple[Result, Path]], form: str
) -> None:
    seen = _Seen(three[form][1].read_text(encoding="utf-8"))
    names = [name for name, _ in seen.tags]
    assert (names.count("script"), names.count("style"), names.count("title")) == (1, 1, 1)
    assert not {"img", "link", "iframe", "object", "embed", "base", "form"} & set(names)
    for name, attributes in seen.tags:
        assert not any(attribute.startswith("on") for attribute in attributes), name
        assert "style" not in attributes, name
        assert "src" not in attributes, name
        assert (attributes.get("href") or "#").startswith("#"), name
    ids = [attributes["id"] for _, attributes in seen.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    pointed = {attributes["href"] for _, attributes in seen.tags if attributes.get("href")}
    assert {one[1:] for one in pointed if one} <= set(ids)


def test_the_policy_allows_its_own_style_and_script_alone(
    three: dict[str, tuple[Result, Path]],
) -> None:
    seen = _Seen(three["answers"][1].read_text(encoding="utf-8"))
    (policy,) = [
        attributes["content"] for name, attributes in seen.tags if "http-equiv" in attributes
    ]
    hashed = r"'sha256-[\w+/]{43}='"
    want = f"default-src 'none'; script-src {hashed}; style-src {hashed}; "
    assert re.fullmatch(want + "base-uri 'none'; form-action 'none'", policy or "")


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("<b>&\"'", "&lt;b&gt;&amp;&#34;&#39;"),
        ("a\nb\tc", "a\nb\tc"),
        (OVERRIDE, f'<bdi class="control" data-code="U+202E">{OVERRIDE}</bdi>'),
        ("\0", '<bdi class="control" data-code="U+0000"></bdi>'),
        ("\ud800", '<bdi class="control" data-code="U+D800"></bdi>'),
        ("x" * 401, "x" * 400 + " …"),
        ("{{ 7 }}", "{{ 7 }}"),
    ],
)
def test_a_text_stays_as_it_is_and_controls_are_fenced(text: str, html: str) -> None:
    assert str(verbatim(text)) == html


def test_shares_are_whole_and_never_lie_about_zero() -> None:
    shares = [percent(share) for share in (None, 0.0, 0.001, 0.5, 1.0)]
    assert [one.replace("\N{NO-BREAK SPACE}", " ") for one in shares] == [
        *("–", "0 %", "< 1 %", "50 %", "100 %")
    ]


# ------------------------------------------------------------------------------ in the browser


@pytest.fixture
def visit(chromium: Browser) -> Iterator[Visit]:
    """Opens a file; afterwards it must have asked for nothing else, and nothing failed in it."""
    asked: list[str] = []
    wrong: list[str] = []
    contexts = []

    def open_page(path: Path, **options: object) -> Page:
        context = chromium.new_context(**{"viewport": {"width": 1280, "height": 900}} | options)
        contexts.append(context)
        page = context.new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("dialog", lambda dialog: wrong.append(dialog.message))
        page.on("console", lambda said: wrong.append(said.text))  # the policy reports here
        page.goto(path.as_uri())
        assert asked.pop() == path.as_uri()
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert asked == []
    assert wrong == []


def cases(page: Page) -> list[str]:
    """The questions of the failures that can be seen."""
    return page.locator(".cases > li:visible .question").all_text_contents()


@pytest.mark.browser
@forms
def test_the_page_shows_the_figures_of_the_json(
    visit: Visit, three: dict[str, tuple[Result, Path]], form: str
) -> None:
    _, path = three[form]
    page, given = visit(path), read_json(path)
    for name, measure in given["measures"].items():
        row = page.locator(f'.measures [data-measure="{name}"]')
        exact = row.locator("data").evaluate_all("all => all.map((one) => Number(one.value))")
        assert exact == pytest.approx(
            [measure[key] for key in ("value", "low", "high", "n")], abs=5e-5
        )
        assert row.locator("data").first.inner_text() == f"{exact[0]:.3f}"
    for one in given["stages"]:
        row = page.locator(f'.stages [data-stage="{one["stage"]}"]')
        assert row.locator("data").get_attribute("value") == str(one["count"])
    assert page.locator(".stages [data-stage]").count() == len(given["stages"])
    assert cases(page) == [shown_text(case["question"]) for case in given["losses"]]
    of = next(iter(given["per_query"].values()))
    values = page.locator("#all-queries tbody tr td:nth-child(2) data")
    assert values.evaluate_all("all => all.map(one => Number(one.value))") == sorted(of.values())


def shown_text(text: str) -> str:
    """As a text content has it: without what HTML cannot hold."""
    return text.replace("\0", "")


@pytest.mark.browser
@forms
def test_hostile_text_stays_text(
    visit: Visit, three: dict[str, tuple[Result, Path]], form: str
) -> None:
    result, path = three[form]
    page = visit(path)
    page.get_by_role("button", name="open all").click()
    page.locator(".all > summary").click()
    assert page.locator("h1").text_content() == result.name
    hostile = page.locator("body").text_content() or ""
    assert hostile.count(MARKUP) > 20
    assert page.locator("img, main script, iframe").count() == 0
    assert page.evaluate("document.scripts.length") == 1
    fenced = page.locator("h1 .control").evaluate_all("all => all.map(one => one.dataset.code)")
    assert fenced == ["U+202E", "U+0007"]
    assert OVERRIDE not in page.title()
    page.wait_for_timeout(200)  # an image that fails would run its handler by now
    assert page.evaluate("window.__pwned") is None


@pytest.mark.browser
def test_what_is_put_into_the_page_later_is_not_run(
    chromium: Browser, three: dict[str, tuple[Result, Path]]
) -> None:
    page = chromium.new_page()
    page.goto(three["answers"][1].as_uri())
    refused: list[str | None] = []
    page.on("requestfailed", lambda request: refused.append(request.failure))
    page.evaluate(
        """() => {
          document.body.insertAdjacentHTML("beforeend",
            '<img src="https://example.org/x" onerror="window.__pwned=1"><p style="color:red">');
          const script = document.createElement("script");
          script.textContent = "window.__pwned=1";
          document.body.append(script);
        }"""
    )
    page.wait_for_timeout(200)
    assert page.evaluate("window.__pwned") is None
    colour = page.locator("body > p").last.evaluate("(one) => getComputedStyle(one).color")
    assert colour == "rgb(29, 27, 24)"
    assert refused == ["csp"]
    page.close()


@pytest.mark.browser
def test_failures_are_filtered_by_stage_and_by_words(
    visit: Visit, three: dict[str, tuple[Result, Path]]
) -> None:
    _, path = three["retrieval"]
    page, given = visit(path), read_json(path)["losses"]
    for stage in ("ranked_low", "not_retrieved"):
        of_stage = [c["question"] for c in given if stage in {one["stage"] for one in c["lost"]}]
        label = stage.replace("_", " ")
        button = page.get_by_role("button", name=f"{label} {len(of_stage)}", exact=True)
        button.click()
        assert button.get_attribute("aria-pressed") == "true"
        assert page.locator("#filters [aria-pressed=true]").count() == 1
        assert cases(page) == of_stage
        assert page.get_by_role("status").first.inner_text() == (
            f"{len(of_stage)} of {len(given)} shown"
        )
    texts = page.locator(".cases > li:visible").all_text_contents()
    both = [all(word in text.lower() for word in ("d1", "ranked")) for text in texts]
    some = [question for question, holds in zip(of_stage, both, strict=True) if holds]
    page.get_by_label("Containing").fill(" RANKED  d1")
    assert 0 < len(some) < len(of_stage)
    assert cases(page) == some
    page.get_by_label("Containing").fill("no such words")
    assert cases(page) == []
    page.get_by_role("button", name=f"all {len(given)}", exact=True).click()
    page.get_by_label("Containing").fill("")
    assert len(cases(page)) == len(given)


@pytest.mark.browser
def test_a_failure_says_what_was_wanted_what_came_and_where_it_was_lost(
    visit: Visit, three: dict[str, tuple[Result, Path]]
) -> None:
    _, path = three["answers"]
    page, given = visit(path), read_json(path)["losses"]
    for place, case in enumerate(given):
        one = page.locator(".cases > li").nth(place)
        assert not one.locator(".case").is_visible()
        one.locator("summary").click()
        text = one.locator(".case").text_content() or ""
        for lost in case["lost"]:
            if lost["stage"] != Stage.PADDING:
                assert lost["detail"] in text
            assert all(piece["text"] in text for piece in lost["wanted"])
        marks = one.locator(".came > li")
        classes = marks.evaluate_all("all => all.map(one => one.className)")
        assert classes == ["right" if came["right"] else "wrong" for came in case["came"]]
        assert marks.locator("data").evaluate_all("all => all.map(one => Number(one.value))") == [
            came["score"] for came in case["came"]
        ]
        for came, mark in zip(case["came"], marks.all_text_contents(), strict=True):
            assert came["text"] in mark
            assert came["document"] in mark
        padding = sum(lost["stage"] == Stage.PADDING for lost in case["lost"])
        assert one.get_by_text("padding", exact=False).count() >= bool(padding)


@pytest.mark.browser
def test_everything_is_done_by_keyboard(
    visit: Visit, three: dict[str, tuple[Result, Path]]
) -> None:
    page = visit(three["answers"][1])

    def focused(what: str) -> str:
        return page.evaluate(f"document.activeElement.{what} ?? ''")

    def tab_to(what: str, wanted: str) -> None:
        for _ in range(20):
            page.keyboard.press("Tab")
            if focused(what) == wanted:
                return
        pytest.fail(f"no Tab leads to {wanted}")

    page.keyboard.press("Tab")
    assert focused("className") == "skip"
    page.keyboard.press("Enter")
    assert focused("id") == "failures"
    page.keyboard.press("Tab")
    assert focused("ariaPressed") == "true"
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    assert focused("ariaPressed") == "true"
    assert 0 < len(cases(page)) < page.locator(".cases > li").count()
    tab_to("tagName", "SUMMARY")
    page.keyboard.press("Enter")
    assert page.locator(".cases details[open] .case").is_visible()
    page.locator(".all > summary").focus()
    page.keyboard.press("Enter")
    tab_to("textContent", "nugget_recall")
    page.keyboard.press("Enter")
    assert page.locator("#all-queries [aria-sort]").all_text_contents() == ["nugget_recall"]


@pytest.mark.browser
def test_the_table_of_all_is_sorted_by_any_column(
    visit: Visit, three: dict[str, tuple[Result, Path]]
) -> None:
    _, path = three["answers"]
    page, given = visit(path), read_json(path)
    page.locator(".all > summary").click()
    name = "nugget_recall"
    column = 2 + list(given["per_query"]).index(name)
    head = page.get_by_role("columnheader", name=name)
    for order in ("ascending", "descending"):
        head.get_by_role("button").click()
        assert head.get_attribute("aria-sort") == order
        cells = page.locator(f"#all-queries td:nth-child({column})").all_text_contents()
        numbers = [float(one) for one in cells if one != "–"]
        assert numbers == sorted(numbers, reverse=order == "descending")
        assert len(set(numbers)) > 1
        assert cells[len(numbers) :] == ["–"] * (len(cells) - len(numbers))  # unknown ones last
        assert len(numbers) == len(given["per_query"][name])
    page.get_by_role("columnheader", name="question").get_by_role("button").click()
    words = page.locator("#all-queries tbody th").all_text_contents()
    assert words == sorted(words)


@pytest.mark.browser
def test_a_query_leads_to_its_failure_whatever_is_filtered(
    visit: Visit, three: dict[str, tuple[Result, Path]]
) -> None:
    page = visit(three["retrieval"][1])
    page.get_by_label("Containing").fill("no such words")
    page.locator(".all > summary").click()
    link = page.locator("#all-queries tbody a").nth(2)
    wanted = (link.get_attribute("href") or "")[1:]
    link.click()
    page.locator(f"#{wanted} .case").wait_for()
    assert page.locator(".cases details[open]").count() == 1
    assert page.evaluate("document.activeElement.parentElement.parentElement.id") == wanted


@pytest.mark.browser
def test_without_scripts_everything_can_be_read(
    visit: Visit, three: dict[str, tuple[Result, Path]]
) -> None:
    page = visit(three["retrieval"][1], java_script_enabled=False)
    assert page.locator("#filters").is_hidden()
    assert len(cases(page)) == len(read_json(three["retrieval"][1])["losses"])
    page.locator(".cases summary").first.click()
    assert page.locator(".case").first.is_visible()
    assert page.locator("#all-queries thead button").count() == 0


@pytest.mark.browser
@pytest.mark.parametrize("width", [320, 390, 820, 1280])
@forms
def test_nothing_scrolls_sideways(
    visit: Visit, three: dict[str, tuple[Result, Path]], form: str, width: int
) -> None:
    page = visit(three[form][1], viewport={"width": width, "height": 800})
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert page.evaluate(overflow) == 0


CONTRASTS = Path(__file__).with_name("contrasts.js").read_text(encoding="utf-8")


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
@forms
def test_text_can_be_read_in_both_schemes(
    visit: Visit, three: dict[str, tuple[Result, Path]], form: str, scheme: str
) -> None:
    page = visit(three[form][1], color_scheme=scheme)
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor.match(/\\d+/g)")
    assert (sum(map(int, ground)) < 3 * 64) == (scheme == "dark")
    contrasts = page.evaluate(CONTRASTS, "body *:not(script)")
    assert len(contrasts) > 200
    assert {tuple(one[1:]): one[0] for one in contrasts if one[0] < 4.5} == {}


@pytest.mark.browser
def test_on_paper_it_is_light_and_has_no_controls(
    visit: Visit, three: dict[str, tuple[Result, Path]]
) -> None:
    page = visit(three["answers"][1], color_scheme="dark")
    page.emulate_media(media="print", color_scheme="dark")
    ink = page.evaluate("getComputedStyle(document.body).color")
    assert ink == "rgb(29, 27, 24)"
    assert page.locator("#filters").is_hidden()
    assert page.locator(".cases > li").first.is_visible()
    assert page.pdf().startswith(b"%PDF")


@pytest.mark.browser
@forms
def test_a_screen_reader_finds_its_way(
    visit: Visit, three: dict[str, tuple[Result, Path]], form: str
) -> None:
    page = visit(three[form][1])
    assert page.get_attribute("html", "lang") == "en"
    assert page.get_by_role("main").count() == 1
    assert page.get_by_role("heading", level=1).count() == 1
    for name in ("Measures", "Where it was lost", "Pictures", "Failures"):
        assert page.get_by_role("region", name=name, exact=True).first.is_visible()
    measures = page.get_by_role("table", name="Measures")
    assert measures.get_by_role("rowheader").count() == len(read_json(three[form][1])["measures"])
    for picture in page.get_by_role("img").all():
        assert len(picture.get_attribute("aria-label") or "") > 60
    assert page.get_by_role("img").count() == page.locator("figure").count() > 1
    nameless = page.evaluate(
        """() => [...document.querySelectorAll("button, a, input, summary")]
          .filter((node) => !(node.ariaLabel || node.textContent.trim() || node.labels?.length))
          .map((node) => node.outerHTML)"""
    )
    assert nameless == []


@pytest.mark.browser
def test_measures_stay_a_table_on_a_phone(
    visit: Visit, three: dict[str, tuple[Result, Path]]
) -> None:
    page = visit(three["answers"][1], viewport={"width": 390, "height": 844})
    row = page.get_by_role("table", name="Measures").get_by_role("row").nth(1)
    assert row.get_by_role("rowheader").inner_text() == "hit@1"
    assert row.get_by_role("cell").count() == 4
