import json
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode, urlsplit
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import Browser, Page, Route

from rag.contracts import OBEYED

Visit = Callable[..., Page]
ANSWERED = "what did Putin say about Syria?"
ABSTAINED = "What did Zelensky say about inflation?"
PHONE = {"width": 390, "height": 844}
MARKUP = (
    '<script>window.__pwned=1</script><img src=x onerror="window.__pwned=1">'
    "{{{constructor}}}{{this}}${alert(1)}`&lt;b&gt;1\N{RIGHT-TO-LEFT MARK}2\\"
    "\N{RIGHT-TO-LEFT OVERRIDE}"
)
HOSTILE_QUESTION = f"What did the mayor of Springfield say about the bridge? {MARKUP}"
HOSTILE_TEXT = f"The mayor of Springfield said {MARKUP} about the new bridge in Springfield."


@dataclass
class Served:
    """`onrecord serve`, running as a process of its own."""

    process: "subprocess.Popen[str]"
    announced: str
    url: str = field(init=False)

    def __post_init__(self) -> None:
        found = re.fullmatch(r"On Record at (http://\S+) \(Ctrl-C stops it\)\n", self.announced)
        if not found:
            raise AssertionError(self.announced + (self.process.communicate()[1] or ""))
        self.url = found[1]

    def stop(self) -> tuple[int, str]:
        """Ctrl-C; the exit status and what it wrote to standard error after its first line."""
        self.process.send_signal(signal.SIGINT)
        _, said = self.process.communicate(timeout=20)
        return self.process.returncode, said


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-c", "from rag.cli import main; main()", *arguments]


@pytest.fixture(scope="module")
def start() -> Iterator[Callable[[list[str]], Served]]:
    """Starts a server that the end of the module stops, if nobody did."""
    running: list[Served] = []

    def start(arguments: list[str]) -> Served:
        process = subprocess.Popen(arguments, stderr=subprocess.PIPE, text=True)
        assert process.stderr
        running.append(Served(process, process.stderr.readline()))
        return running[-1]

    yield start
    for one in running:
        if one.process.poll() is None:
            one.stop()


@pytest.fixture(scope="module")
def served(start: Callable[[list[str]], Served], seeds_index: Path) -> Served:
    return start(command("serve", "--index", str(seeds_index), "--port", "0"))


@pytest.fixture(scope="module")
def hostile(
    start: Callable[[list[str]], Served], tmp_path_factory: pytest.TempPathFactory
) -> Served:
    """A corpus, an example and a question that hold markup wherever they can."""
    from rag import OnRecord

    folder = tmp_path_factory.mktemp("hostile")
    about = {"title": f"Title {MARKUP}", "outlet": f"Outlet {MARKUP}", "date": "2024-12-01"}
    document = {"id": f"id/{MARKUP}", "text": f"{HOSTILE_TEXT} The weather was fine.", **about}
    (folder / "h.jsonl").write_text(json.dumps(document) + "\n", encoding="utf-8")
    OnRecord.build(folder / "index", [folder / "h.jsonl"])
    code = (
        "import sys; from rag.web import serve; serve(sys.argv[1], port=0, examples=sys.argv[2:])"
    )
    return start([sys.executable, "-c", code, str(folder / "index"), HOSTILE_QUESTION])


@pytest.fixture
def visit(chromium: Browser) -> Iterator[Visit]:
    """Opens the page of a server; afterwards, it must not have asked another host or failed."""
    hosts: set[str | None] = set()
    wrong: list[str] = []
    contexts = []

    def open_page(server: Served, **options: object) -> Page:
        context = chromium.new_context(**{"viewport": {"width": 1280, "height": 900}} | options)
        contexts.append(context)
        page = context.new_page()
        page.on("request", lambda request: hosts.add(urlsplit(request.url).hostname))
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("dialog", lambda dialog: wrong.append(dialog.message))
        page.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
        page.goto(server.url)
        page.get_by_label("Question").wait_for()
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert hosts <= {"127.0.0.1"}
    assert wrong == []


def ask(page: Page, question: str) -> None:
    page.get_by_label("Question").fill(question)
    page.keyboard.press("Enter")
    page.locator(".busy").wait_for(state="detached")


def changed_replies(page: Page, change: Callable[[dict[str, Any]], object]) -> None:
    """Lets `change` at each reply of the server from now on."""

    def change_one(route: Route) -> None:
        reply = json.loads(route.fetch().json())
        change(reply)
        route.fulfill(json=json.dumps(reply))

    page.route("**/component_server/", change_one)


def held(page: Page) -> list[Route]:
    """The next request, as soon as it is made; it waits for its `continue_`."""
    routes: list[Route] = []
    page.route("**/component_server/", lambda route: routes.append(route), times=1)
    return routes


def shown(page: Page, selector: str) -> list[str]:
    return page.locator(selector).all_text_contents()


def quotes(page: Page, selector: str = ".statements blockquote") -> list[str]:
    """The sentences of the answer, further wordings too, without their citations."""
    return [re.sub(r"( \[\d+\])+$", "", text) for text in shown(page, selector)]


def is_in_view(page: Page, selector: str) -> bool:
    """Whether the middle of it is what a click there would hit."""
    return page.evaluate(
        """(selector) => {
          const place = document.querySelector(selector), box = place.getClientRects()[0];
          const hit = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
          return place.contains(hit);
        }""",
        selector,
    )


@pytest.mark.browser
def test_the_sentences_stand_word_for_word_in_the_files(
    visit: Visit, served: Served, seeds: Path
) -> None:
    page = visit(served)
    ask(page, ANSWERED)
    files = [path.read_text(encoding="utf-8") for path in seeds.iterdir()]
    assert quotes(page)
    for quote in quotes(page):
        assert any(quote in text for text in files), quote


@pytest.mark.browser
def test_asking_and_reading_take_no_mouse(visit: Visit, served: Served) -> None:
    page = visit(served)

    def focused(what: str) -> str:
        return page.evaluate(f"document.activeElement.{what} ?? ''")

    page.keyboard.press("Tab")
    assert focused("name") == "question"
    page.keyboard.type(ANSWERED)
    page.keyboard.press("Enter")
    page.locator(".statements").wait_for()
    assert focused("id") == "onrecord-answer"
    page.keyboard.press("Tab")
    assert focused("textContent") == "[1]"
    page.keyboard.press("Enter")
    page.locator("mark.clicked").wait_for()
    assert focused("className") == "clicked"
    page.keyboard.press("Escape")
    assert page.locator(".article").is_hidden()
    assert focused("textContent") == "[1]"


@pytest.mark.browser
def test_a_held_key_and_a_double_click_ask_once(visit: Visit, served: Served) -> None:
    page = visit(served)
    made: list[str] = []
    page.on("request", lambda sent: made.append(sent.url) if sent.method == "POST" else None)
    page.get_by_label("Question").fill(ANSWERED)
    page.get_by_role("button", name="Ask").dblclick()
    page.locator(".statements").wait_for()
    assert len(made) == 1
    page.get_by_label("Question").fill("?!")  # which fails, and the question is focused again
    for _ in range(3):
        page.keyboard.down("Enter")
        page.wait_for_timeout(300)
    page.keyboard.up("Enter")
    page.locator(".failure", has_text="no word").wait_for()
    assert len(made) == 2


@pytest.mark.browser
def test_esc_closes_the_article_wherever_one_clicked(visit: Visit, served: Served) -> None:
    page = visit(served)
    ask(page, ANSWERED)
    page.locator(".citation").first.click()
    page.locator("mark.clicked").wait_for()
    page.locator(".confidence").click()
    page.keyboard.press("Escape")
    page.locator(".article").wait_for(state="hidden")


@pytest.mark.browser
def test_whoever_reads_an_article_is_brought_to_the_next_answer(
    visit: Visit, served: Served
) -> None:
    page = visit(served)
    ask(page, ANSWERED)
    waiting = held(page)
    page.get_by_label("Question").fill(ABSTAINED)
    with page.expect_request("**/component_server/"):
        page.keyboard.press("Enter")
    page.locator(".citation").first.click()
    page.locator("mark.clicked").wait_for()
    waiting[0].continue_()
    page.locator(".verdict").wait_for()
    assert page.locator(".article").is_hidden()
    assert page.evaluate("document.activeElement.id") == "onrecord-answer"


@pytest.mark.browser
def test_whoever_goes_on_typing_keeps_their_place(visit: Visit, served: Served) -> None:
    page = visit(served)
    page.keyboard.press("Tab")
    page.keyboard.type(ANSWERED)
    page.keyboard.press("Enter")
    page.keyboard.type(" And")
    page.locator(".statements").wait_for()
    assert page.evaluate("document.activeElement.name") == "question"
    assert page.get_by_label("Question").input_value() == f"{ANSWERED} And"


@pytest.mark.browser
def test_a_text_that_is_no_question_is_refused_before_it_is_sent(
    visit: Visit, served: Served
) -> None:
    page = visit(served)
    page.get_by_label("Question").fill("Why? " * 20_000)
    page.get_by_role("button", name="Ask").click()
    page.locator(".failure", has_text="Shorten it to 2,000 characters").wait_for()
    ask(page, ANSWERED)
    page.locator(".statements").wait_for()
    page.get_by_text("Filters", exact=True).click()
    page.get_by_label("Speaker").fill("x" * 70_000)
    page.get_by_role("button", name="Ask").click()
    page.locator(".failure", has_text="Shorten it to 2,000 characters").wait_for()


@pytest.mark.browser
def test_a_long_question_leaves_room_for_its_answer(visit: Visit, served: Served) -> None:
    page = visit(served, viewport=PHONE)
    size = "(({ clientHeight, scrollHeight }) => [clientHeight, scrollHeight])"
    heading = "document.querySelector('#onrecord-answer')"
    ask(page, ANSWERED)
    shown_px, whole_px = page.evaluate(f"{size}({heading})")
    assert shown_px == whole_px
    ask(page, f"{ANSWERED} " * 60)
    page.locator("#onrecord-answer", has_text=f"{ANSWERED} " * 2).wait_for()
    shown_px, whole_px = page.evaluate(f"{size}({heading})")
    assert shown_px < PHONE["height"] / 3 < whole_px
    assert shown(page, "#onrecord-answer") == [(f"{ANSWERED} " * 60).strip()]
    page.keyboard.press("End")
    page.wait_for_function(f"{heading}.scrollTop > 0")


@pytest.mark.browser
@pytest.mark.parametrize("size", [{"width": 1280, "height": 900}, PHONE], ids=["wide", "phone"])
def test_a_citation_opens_the_article_at_its_sentence(
    visit: Visit, served: Served, size: dict[str, int]
) -> None:
    page = visit(served, viewport=size)
    ask(page, ANSWERED)
    first_wordings = quotes(page, ".statements > li > .quote blockquote")
    for place in (0, len(first_wordings) - 1):
        page.locator(".statements > li").nth(place).locator(".citation").first.click()
        page.locator("mark.clicked").wait_for()
        assert "".join(shown(page, "mark.clicked")) == first_wordings[place]
        assert is_in_view(page, "mark.clicked")
        assert is_in_view(page, ".close")
        page.get_by_role("button", name="Close").click()
        page.locator(".article").wait_for(state="hidden")


@pytest.mark.browser
def test_the_article_is_whole_and_all_its_cited_sentences_are_marked(
    visit: Visit, served: Served, seeds: Path
) -> None:
    page = visit(served)
    ask(page, ANSWERED)
    page.locator(".source").first.click()
    page.locator("mark").first.wait_for()
    name = re.search(r"\w+\.txt", shown(page, ".article .byline")[0])
    assert name
    whole = " ".join(shown(page, ".article-text > *"))
    assert whole.split() == (seeds / name[0]).read_text(encoding="utf-8").split()
    cited = page.locator(".statements blockquote").filter(has_text="[1]").all_text_contents()
    assert cited
    marked = shown(page, "mark")
    for text in cited:
        assert any(text.startswith(one) for one in marked)


@pytest.mark.browser
@pytest.mark.parametrize("size", [{"width": 1280, "height": 900}, PHONE], ids=["wide", "phone"])
def test_nothing_is_marked_in_a_text_that_has_changed(
    visit: Visit, served: Served, size: dict[str, int]
) -> None:
    page = visit(served, viewport=size)
    ask(page, ANSWERED)
    changed_replies(page, lambda reply: reply.update(sha256="0" * 64))
    page.locator(".statements > li").last.locator(".citation").first.click()
    page.locator(".changed[role=alert]", has_text="has changed").wait_for()
    assert page.locator("mark").count() == 0
    assert is_in_view(page, ".changed")
    assert page.evaluate("document.activeElement.className") == "changed"


@pytest.mark.browser
def test_the_browsers_back_button_closes_the_article(visit: Visit, served: Served) -> None:
    page = visit(served, viewport=PHONE)
    ask(page, ANSWERED)
    page.locator(".citation").first.click()
    page.locator("mark.clicked").wait_for()
    page.go_back()
    page.locator(".article").wait_for(state="hidden")
    assert page.locator(".statements").is_visible()


@pytest.mark.browser
def test_back_reload_and_a_link_bring_an_answer_again(visit: Visit, served: Served) -> None:
    page = visit(served)
    assert page.title() == "On Record"
    page.get_by_text("Filters", exact=True).click()
    page.get_by_label("Speaker").fill("Putin")
    ask(page, "What about Syria & peace?")
    page.locator(".statements").wait_for()
    assert urlsplit(page.url).fragment == "q=What+about+Syria+%26+peace%3F&speaker=Putin"
    page.get_by_role("button", name="Clear filters").click()
    ask(page, ABSTAINED)
    page.locator(".verdict").wait_for()
    page.locator(".citation").first.click()
    page.locator("mark.clicked").first.wait_for()
    ask(page, ANSWERED)
    page.locator("#onrecord-answer", has_text=ANSWERED).wait_for()
    assert page.title() == ANSWERED
    link = page.url

    page.go_back()  # the article was closed and left no step behind
    page.locator(".verdict").wait_for()
    assert page.title() == page.get_by_label("Question").input_value() == ABSTAINED
    page.locator(".citation").first.click()
    page.locator("mark.clicked").first.wait_for()
    page.go_back()
    page.locator(".article").wait_for(state="hidden")
    assert page.locator(".verdict").is_visible()
    page.go_back()
    page.locator(".asked-of", has_text="speaker “Putin”").wait_for()
    assert page.get_by_label("Speaker").input_value() == "Putin"
    page.reload()
    page.locator(".asked-of", has_text="speaker “Putin”").wait_for()
    assert quotes(page)
    page.go_back()
    page.locator(".result").wait_for(state="hidden")
    assert page.title() == "On Record"
    assert page.get_by_label("Question").input_value() == ""
    page.go_forward()
    page.locator(".statements").wait_for()

    other = visit(served)
    other.goto("about:blank")
    other.goto(link.replace("+", "%20"))  # as others may write it
    other.locator(".statements").wait_for()
    assert other.get_by_label("Question").input_value() == ANSWERED
    assert other.url == link


@pytest.mark.browser
def test_abstaining_is_an_answer_and_no_error(visit: Visit, served: Served) -> None:
    page = visit(served)
    ask(page, ABSTAINED)
    assert "The sources do not say." in page.locator(".answer").inner_text()
    assert "no" in page.locator(".answer h3").inner_text().lower()
    assert page.locator(".nearest > li").count() > 0
    assert page.locator(".statements").count() == 0
    assert page.locator(".onrecord [role=alert]").inner_text() == ""
    assert "do not say" in page.locator(".onrecord [role=status]").inner_text()
    page.locator(".nearest .citation").first.click()
    page.locator("mark.clicked").first.wait_for()
    assert is_in_view(page, "mark.clicked")


@pytest.mark.browser
@pytest.mark.parametrize(
    ("question", "message"),
    [("", "is empty"), ("x" * 3_000, "3,000 characters"), ("?!", "no word")],
)
def test_an_error_looks_like_one(visit: Visit, served: Served, question: str, message: str) -> None:
    page = visit(served)
    ask(page, ANSWERED)
    page.get_by_label("Question").fill(question)
    page.get_by_role("button", name="Ask").click()
    page.locator(".failure > *").first.wait_for()
    assert message in page.locator(".onrecord [role=alert]").inner_text()
    assert page.locator(".result").is_hidden()
    ask(page, ANSWERED)
    page.locator(".statements").wait_for()
    assert page.locator(".onrecord [role=alert]").inner_text() == ""


@pytest.mark.browser
def test_a_speaker_can_be_asked_for_and_an_abstention_says_who_does_speak(
    visit: Visit, served: Served
) -> None:
    page = visit(served)
    ask(page, "What did Zelensky say about inflation?")
    page.get_by_text("No words of Zelensky that answer it were found.").wait_for()
    assert page.get_by_text("On the subject speaks Vladimir Putin").count() == 1
    page.locator("summary", has_text="Filters").click()
    page.get_by_label("Speaker").fill("Putin")
    ask(page, "what about Syria?")
    page.locator(".statements li").first.wait_for()
    assert page.get_by_text("Vladimir Putin, ").count() >= 1


@pytest.mark.browser
def test_filters_narrow_the_answer_down(visit: Visit, served: Served) -> None:
    page = visit(served)
    page.get_by_text("Filters", exact=True).click()
    page.get_by_role("textbox", name="Document").fill("002_")
    page.get_by_label("Speaker").fill("Putin")
    ask(page, ANSWERED)
    assert all("002_" in text for text in shown(page, ".sources li"))
    page.get_by_role("textbox", name="Document").fill("nowhere")
    page.get_by_label("Until").fill("2025-01-31")
    narrowed = "Asked of: document “002_”, speaker “Putin”"
    assert shown(page, ".asked-of") == [narrowed]  # whatever the form says by now
    page.get_by_role("button", name="Ask").click()
    page.locator(".reason", has_text="No document about this passes the filters.").wait_for()
    narrowed = "Asked of: document “nowhere”, until 31 January 2025, speaker “Putin”"
    assert shown(page, ".asked-of") == [narrowed]
    assert shown(page, ".onrecord [role=status]")[0].endswith(narrowed)
    page.get_by_role("button", name="Clear filters").click()
    ask(page, ANSWERED)
    assert shown(page, ".asked-of") == [""]


@pytest.mark.browser
def test_half_a_date_is_shown_and_not_passed_over(visit: Visit, served: Served) -> None:
    page = visit(served)
    filters = page.locator("summary", has_text="Filters")
    filters.click()
    page.get_by_label("Since").focus()
    page.keyboard.type("12")
    filters.click()
    assert filters.inner_text() == "Filters (since)"
    assert page.get_by_label("Since").is_hidden()
    ask_button = page.get_by_role("button", name="Ask")
    page.get_by_label("Question").fill(ANSWERED)
    ask_button.click()
    page.get_by_label("Since").wait_for()
    assert page.evaluate("document.activeElement.name") == "since"
    page.get_by_role("button", name="Clear filters").click()
    assert filters.inner_text() == "Filters"
    ask_button.click()
    page.locator(".statements").wait_for()


@pytest.mark.browser
def test_hostile_text_stays_text(visit: Visit, hostile: Served) -> None:
    page = visit(hostile)
    ask(page, HOSTILE_QUESTION)
    page.get_by_role("button", name="Source 1").first.click()
    page.locator("mark").first.wait_for()
    assert HOSTILE_TEXT in "".join(shown(page, ".article-text > *"))
    assert any(HOSTILE_TEXT in text for text in shown(page, ".answer-body"))
    assert HOSTILE_QUESTION in shown(page, "#onrecord-answer")
    for place in (".sources li", ".article > .byline"):
        assert f"Outlet {MARKUP}" in "".join(shown(page, place))
        assert f"id/{MARKUP}" in "".join(shown(page, place))
    assert f"Title {MARKUP}" in "".join(shown(page, ".sources li"))
    assert page.locator(".onrecord :is(script, img, b)").count() == 0
    fenced = page.locator(".answer-body .control")
    assert {one.get_attribute("data-code") for one in fenced.all()} == {"U+200F", "U+202E"}
    page.wait_for_timeout(300)  # an image that fails would run its handler by now
    assert page.evaluate("window.__pwned") is None


@pytest.mark.browser
def test_a_hostile_link_stays_text(visit: Visit, hostile: Served) -> None:
    page = visit(hostile)
    link = urlencode({"q": MARKUP, "outlet": MARKUP})
    page.evaluate("(hash) => (location.hash = hash)", link)
    page.locator(".verdict").wait_for()
    assert shown(page, "#onrecord-answer") == [MARKUP]
    assert shown(page, ".asked-of") == [f"Asked of: outlet “{MARKUP}”"]
    assert page.locator(".onrecord :is(script, img, b)").count() == 0
    page.wait_for_timeout(300)  # an image that fails would run its handler by now
    assert page.evaluate("window.__pwned") is None


@pytest.mark.browser
def test_a_link_narrows_as_it_says_or_asks_nothing(visit: Visit, served: Served) -> None:
    page = visit(served)
    page.evaluate("(hash) => (location.hash = hash)", "q=who&since=2024-1-1&outlet=a")
    page.locator(".failure strong").wait_for()
    assert "has no date for since" in shown(page, ".failure")[0]
    assert page.evaluate("location.hash").endswith("outlet=a")
    assert page.locator(".statements, .verdict").count() == 0


@pytest.mark.browser
def test_a_failed_question_has_its_own_address(visit: Visit, served: Served) -> None:
    page = visit(served)
    ask(page, ANSWERED)
    page.get_by_label("Question").fill("\u202e?!")
    page.keyboard.press("Enter")
    page.locator(".failure strong").wait_for()
    assert page.evaluate("location.hash") == f"#{urlencode({'q': chr(0x202E) + '?!'})}"
    page.go_back()
    page.locator(".statements").wait_for()
    assert shown(page, "#onrecord-answer") == [ANSWERED]
    page.go_back()
    page.locator(".onrecord[data-view=start]").wait_for()
    assert page.evaluate("document.activeElement.name") == "question"


@pytest.mark.browser
def test_the_title_of_the_window_turns_no_text_around(visit: Visit, hostile: Served) -> None:
    page = visit(hostile)
    ask(page, "Who \u202esaid it?")
    assert page.title() == "Who said it?"


@pytest.mark.browser
def test_text_after_a_direction_override_keeps_its_direction(visit: Visit, hostile: Served) -> None:
    page = visit(hostile)
    ask(page, HOSTILE_QUESTION)
    order = page.evaluate(
        """() => {
          const control = document.querySelector(".answer-body [data-code='U+202E']");
          const after = control.nextSibling, range = document.createRange();
          const left = (at) => {
            range.setStart(after, at);
            range.setEnd(after, at + 1);
            return range.getBoundingClientRect().left;
          };
          return [left(1), left(2), left(3)];
        }"""
    )
    assert order == sorted(order)


@pytest.mark.browser
@pytest.mark.parametrize(
    ("url", "link"),
    [
        ("https://example.org/a?b=1", "https://example.org/a?b=1"),
        ('http://example.org/"><b>', "http://example.org/%22%3E%3Cb%3E"),
        ("javascript:window.__pwned=1", None),
        (" java\nscript:window.__pwned=1", None),
        ("data:text/html,<script>window.__pwned=1</script>", None),
        ("//example.org", None),
    ],
)
def test_only_web_addresses_become_links(
    visit: Visit, served: Served, url: str, link: str | None
) -> None:
    def give_url(reply: dict[str, Any]) -> None:
        for source in reply["answer"]["sources"]:
            source["url"] = url

    page = visit(served)
    changed_replies(page, give_url)
    ask(page, ANSWERED)
    links = page.locator(".sources a")
    if link is None:
        assert links.count() == 0
        assert url in "".join(shown(page, ".sources li"))
    else:
        assert links.first.get_attribute("href") == link
        assert links.first.get_attribute("rel") == "noopener noreferrer"


@pytest.mark.browser
def test_a_lost_connection_is_no_abstention(visit: Visit, served: Served) -> None:
    page = visit(served)
    page.route("**/component_server/", lambda route: route.fulfill(body=""))
    page.get_by_label("Question").fill(ANSWERED)
    page.get_by_role("button", name="Ask").click()
    page.locator(".failure > *").first.wait_for()
    assert "lost its connection" in page.locator(".onrecord [role=alert]").inner_text()
    assert page.locator(".result").is_hidden()


@pytest.mark.browser
def test_what_is_copied_and_saved_can_be_proven(
    visit: Visit, served: Served, seeds_index: Path
) -> None:
    page = visit(served, permissions=["clipboard-read", "clipboard-write"])
    ask(page, ANSWERED)
    page.get_by_role("button", name="Copy with citation").first.click()
    page.get_by_role("button", name="Copied").wait_for()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith(quotes(page)[0] + "\n— Vladimir Putin, ")
    assert re.search(r"\w+\.txt, characters \d+ to \d+$", copied.strip())
    with page.expect_download() as download:
        page.get_by_role("button", name="Save answer").click()
    saved = str(download.value.path())
    verify = command("verify", saved, "--index", str(seeds_index))
    proof = subprocess.run(verify, capture_output=True, text=True, timeout=60, check=False)
    assert proof.returncode == 0, proof.stdout + proof.stderr
    assert json.loads(Path(saved).read_text(encoding="utf-8"))["schema"] == "onrecord.answer/1"


@pytest.mark.browser
def test_copying_takes_no_safe_origin_and_has_what_is_shown_before(
    visit: Visit, served: Served
) -> None:
    def give_context(reply: dict[str, Any]) -> None:
        sentence = reply["answer"]["sentences"][0]
        sentence["speaker"], sentence["kind"] = None, "direct"
        sentence["context"] = {"start": 0, "end": 2, "text": "A first <sentence>."}

    page = visit(served)
    page.evaluate("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    changed_replies(page, give_context)
    ask(page, ANSWERED)
    page.get_by_role("button", name="Copy with citation").first.click()
    page.get_by_role("button", name="Copied").wait_for()
    assert page.evaluate("document.activeElement.textContent") == "Copied"
    page.get_by_label("Question").fill("")
    page.keyboard.press("Control+V")
    copied = page.get_by_label("Question").input_value().split("\n")
    assert copied[:2] == [page.locator(".context").first.inner_text(), quotes(page)[0]]
    assert copied[0] == "Before it: A first <sentence>."
    assert copied[2].startswith("— quoted · ")


@pytest.mark.browser
@pytest.mark.parametrize("width", [320, 390, 820, 1280])
def test_nothing_scrolls_sideways(
    visit: Visit, served: Served, hostile: Served, width: int
) -> None:
    overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    for server, question in ((served, ANSWERED), (hostile, HOSTILE_QUESTION)):
        page = visit(server, viewport={"width": width, "height": 800})
        ask(page, question)
        assert page.evaluate(overflow) == 0
        page.locator(".citation").first.click()
        page.locator("mark").first.wait_for()
        assert page.evaluate(overflow) == 0


CONTRASTS = Path(__file__).with_name("contrasts.js").read_text(encoding="utf-8")


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_can_be_read_in_both_schemes(visit: Visit, served: Served, scheme: str) -> None:
    page = visit(served, color_scheme=scheme)
    ground = page.evaluate(
        "getComputedStyle(document.querySelector('gradio-app')).backgroundColor.match(/\\d+/g)"
    )
    assert (sum(map(int, ground)) < 3 * 64) == (scheme == "dark")
    ask(page, ANSWERED)
    page.locator(".citation").first.click()
    page.locator("mark.clicked").wait_for()
    faint = [one for one in page.evaluate(CONTRASTS, ".onrecord *") if one[0] < 4.5]
    ask(page, ABSTAINED)
    faint += [one for one in page.evaluate(CONTRASTS, ".onrecord *") if one[0] < 4.5]
    page.get_by_label("Question").fill("")
    page.get_by_role("button", name="Ask").click()
    page.locator(".failure > *").first.wait_for()
    faint += [one for one in page.evaluate(CONTRASTS, ".onrecord *") if one[0] < 4.5]
    assert faint == []


@pytest.mark.browser
@pytest.mark.parametrize("size", [{"width": 1280, "height": 900}, PHONE], ids=["wide", "phone"])
def test_paper_gets_question_answer_and_the_whole_article_in_ink(
    visit: Visit, served: Served, size: dict[str, int]
) -> None:
    page = visit(served, viewport=size, color_scheme="dark")
    ask(page, ANSWERED)
    page.locator(".citation").first.click()
    page.locator("mark.clicked").wait_for()
    page.emulate_media(media="print")
    for place in ("#onrecord-answer", ".statements .citation", ".source", ".article", "mark"):
        assert page.locator(place).first.is_visible(), place
    for place in (".asking", ".copy", ".close"):
        assert page.locator(place).first.is_hidden(), place
    style = "getComputedStyle(document.querySelector"
    assert page.evaluate(f"{style}('.article')).maxHeight") == "none"
    assert page.evaluate(f"{style}('.article')).overflowY") == "visible"
    assert "underline" in page.evaluate(f"{style}('mark')).textDecoration")
    assert page.evaluate(f"{style}('mark')).printColorAdjust") == "exact"
    transparent = "rgba(0, 0, 0, 0)"
    assert page.evaluate(f"{style}('body')).backgroundColor") == transparent
    assert page.evaluate(f"{style}('gradio-app')).backgroundColor") == transparent
    assert [one for one in page.evaluate(CONTRASTS, ".onrecord *") if one[0] < 4.5] == []


@pytest.mark.browser
def test_a_screen_reader_finds_its_way(visit: Visit, served: Served) -> None:
    page = visit(served)
    ask(page, ANSWERED)
    status = page.locator(".onrecord [role=status]")
    assert status.inner_text().startswith("Answered: ")
    waiting = held(page)
    citation = page.locator(".citation").first
    with page.expect_request("**/component_server/"):
        citation.click()
    assert status.inner_text() == "Opening…"
    assert citation.get_attribute("aria-busy") == "true"
    waiting[0].continue_()
    page.locator("mark.clicked").wait_for()
    assert status.inner_text() == ""
    assert citation.get_attribute("aria-busy") is None
    assert page.get_attribute("html", "lang") == "en"
    assert page.title() == ANSWERED
    assert shown(page, "h1") == ["On Record"]
    assert page.get_by_role("main").count() == 1
    assert page.get_by_role("search").count() == 1
    assert page.get_by_role("region", name=ANSWERED).is_visible()
    assert status.get_attribute("aria-live") == "polite"
    nameless = page.evaluate(
        """() => [...document.querySelectorAll("button, a, input, textarea")]
          .filter((node) => !(node.ariaLabel || node.textContent.trim() || node.labels?.length))
          .map((node) => node.outerHTML)"""
    )
    assert nameless == []
    assert page.evaluate("[...document.querySelectorAll('[onclick], [role=button]')].length") == 0


@pytest.mark.browser
def test_an_example_is_asked_by_a_click(visit: Visit, served: Served, hostile: Served) -> None:
    assert visit(served).locator(".examples").is_hidden()
    page = visit(hostile)
    page.locator(".examples").get_by_role("button").click()
    page.locator(".answer-body > *").first.wait_for()
    assert page.get_by_label("Question").input_value() == HOSTILE_QUESTION


def status_of(server: Served, path: str, **headers: str) -> int:
    try:
        with urlopen(Request(server.url + path, headers=headers), timeout=10) as reply:
            return reply.status
    except HTTPError as error:
        with error:
            return error.code


def test_no_other_site_shows_the_page_in_a_frame(served: Served) -> None:
    with urlopen(served.url, timeout=10) as reply:
        assert "frame-ancestors 'none'" in reply.headers["Content-Security-Policy"]
        assert reply.headers["Cross-Origin-Opener-Policy"] == "same-origin"


def test_other_paths_and_hosts_are_not_served(served: Served, seeds: Path) -> None:
    assert status_of(served, "/") == 200
    assert status_of(served, "/", Host=f"localhost:{urlsplit(served.url).port}") == 200
    assert status_of(served, "/", Host="attacker.example") == 421
    assert status_of(served, "/", Origin=served.url) == 200
    for origin in ("https://attacker.example", "http://localhost:1", "http://[", "null"):
        assert status_of(served, "/config", Origin=origin) == 403, origin
    for path in (
        f"/gradio_api/file={next(seeds.iterdir())}",
        "/gradio_api/file=pyproject.toml",
        "/gradio_api/proxy=https://example.org",
        "/gradio_api/upload",
        "/monitoring",
        "/docs",
        "/assets/../../__init__.py",
        "/static/..%2f..%2f__init__.py",
    ):
        assert status_of(served, path) in {403, 404}, path


def test_a_request_that_the_page_would_not_make_is_refused(served: Served) -> None:
    found = re.search(r'"id":\s*(\d+),\s*"type":\s*"html"', urlopen(served.url).read().decode())
    assert found

    def reply(function: str, data: object) -> dict[str, object]:
        body = {"data": data, "component_id": int(found[1]), "fn_name": function}
        request = Request(
            f"{served.url}/gradio_api/component_server/",
            json.dumps(body | {"session_hash": "x"}).encode(),
            {"Content-Type": "application/json"},
        )
        with urlopen(request, timeout=10) as answer:
            return json.loads(json.loads(answer.read()))

    assert "no JSON object" in str(reply("ask", "Syria")["error"])
    assert "no text" in str(reply("ask", {"question": ["Syria"]})["error"])
    assert "since" in str(reply("ask", {"question": "Syria", "since": "soon"})["error"])
    assert "no document" in str(reply("article", {"document": "../pyproject.toml"})["error"])


def test_serving_what_cannot_be_served_is_one_line(tmp_path: Path, seeds_index: Path) -> None:
    def refusal(*arguments: str) -> str:
        done = subprocess.run(
            command("serve", *arguments), capture_output=True, text=True, timeout=60, check=False
        )
        assert done.returncode == 2
        assert done.stdout == ""
        assert len(done.stderr.splitlines()) == 1
        return done.stderr

    index = ("--index", str(seeds_index))
    assert "there is no index here" in refusal("--index", str(tmp_path / "none"))
    with socket.create_server(("127.0.0.1", 0)) as taken:
        assert "in use" in refusal(*index, "--port", str(taken.getsockname()[1]))
    assert "does not exist" in refusal(*index, "--port", "70000")
    assert "Mend: " in refusal(*index, "--host", "no.such.host.invalid")


def test_ctrl_c_ends_it_without_a_word(
    start: Callable[[list[str]], Served], seeds_index: Path
) -> None:
    server = start(command("serve", "--index", str(seeds_index), "--port", "0"))
    assert status_of(server, "/") == 200
    assert server.stop() == (0, "")


def test_a_failure_of_ours_is_told_and_logged(caplog: pytest.LogCaptureFixture) -> None:
    from threading import BoundedSemaphore

    from rag.web.view import reply

    def work() -> dict[str, object]:
        raise RuntimeError("secret")

    assert "Something went wrong" in reply(work, BoundedSemaphore())
    assert "secret" not in reply(work, BoundedSemaphore())
    assert "secret" in caplog.text


def test_templates_have_no_holes_and_the_script_makes_no_markup() -> None:
    page = files("rag.web")
    for name in ("page.html", "page.css"):  # Gradio reads both as Handlebars, then as JavaScript
        text = page.joinpath(name).read_text(encoding="utf-8")
        assert not re.search(r"\{\{|\$\{|`|\\", text), name
    script = page.joinpath("page.js").read_text(encoding="utf-8")
    assert not re.search(
        r"(inner|outer)HTML|insertAdjacent|document\.write|eval|Function\(", script
    )


def test_the_page_labels_each_control_that_the_terminal_shows() -> None:
    script = files("rag.web").joinpath("page.js").read_text(encoding="utf-8")
    found = re.search(r"const CONTROL =\s+/(.+)/;", script)
    assert found
    signs = [chr(code) for code in range(0x10000) if OBEYED.match(chr(code))]
    assert [sign for sign in signs if not re.match(found[1], sign)] == []


def test_an_article_in_pieces_makes_the_document_again(seeds_index: Path) -> None:
    from rag import OnRecord
    from rag.web.view import article_object

    engine = OnRecord.open(seeds_index)
    for document in engine.documents():
        article = article_object(engine, document.id)
        pieces = article["pieces"]
        text = "".join(piece["before"] + piece["text"] for piece in pieces) + article["after"]
        assert text == document.text
        for piece in pieces:
            assert document.text[piece["start"] : piece["end"]] == piece["text"]
