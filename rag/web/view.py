"""What the page asks of the engine.

Flow: a request of page.js -> `OnRecord` -> JSON text -> page.js.
Law: Python hands out JSON text, and page.js makes text nodes of it; no template ever sees a word
of a document. What comes from the browser is a question, a filter or a key to look up.
"""

import json
import logging
from collections.abc import Callable, Mapping, Sequence
from importlib.resources import files
from threading import BoundedSemaphore

import gradio as gr

from rag.compose import notes
from rag.contracts import Json, answer_object
from rag.datatypes import FILTERS, Filters
from rag.engine import OnRecord
from rag.errors import InputInvalid, OnRecordError

_AT_ONCE = 4  # questions; each of them uses all cores for most of its time
_PATIENCE_S = 20  # seconds that a further one waits before it is sent away

_log = logging.getLogger(__name__)


def page(engine: OnRecord, *, examples: Sequence[str] = ()) -> gr.Blocks:
    """The page over an open index.

    Args:
        engine: What answers.
        examples: Questions offered to be clicked.
    """
    places = BoundedSemaphore(_AT_ONCE)

    def ask(given: object) -> str:
        return reply(lambda: answer(engine, given), places)

    def article(given: object) -> str:
        return reply(lambda: article_object(engine, _texts(given, "document")["document"]), places)

    blocks = gr.Blocks(title="On Record", fill_width=True, analytics_enabled=False)
    with blocks:
        gr.HTML(
            elem_id="onrecord",
            html_template=_file("page.html"),
            css_template=_file("page.css"),
            js_on_load=_file("page.js"),
            apply_default_css=False,
            server_functions=[ask, article],
            examples=list(examples),
        )
    return blocks


def reply(work: Callable[[], dict[str, Json]], places: BoundedSemaphore) -> str:
    """What came of it, as JSON; `{"error": …}` where nothing did."""
    try:
        if not places.acquire(timeout=_PATIENCE_S):
            raise OnRecordError("too many questions at once. Mend: ask again in a moment")
        try:
            found = work()
        finally:
            places.release()
    except OnRecordError as error:
        found = {"error": str(error)}
    except Exception:  # noqa: BLE001  a bug must look like one, not like an abstention
        _log.exception("a request of the page failed")
        found = {"error": "Something went wrong. The log of On Record tells more."}
    return json.dumps(found, ensure_ascii=False)


def answer(engine: OnRecord, given: object) -> dict[str, Json]:
    """The answer to a request of the page, as in the contract, and notes on it.

    Raises:
        InputInvalid: It is no request, or the question or a filter cannot be used.
        IndexUnusable: The index went away or was damaged meanwhile.
    """
    texts = _texts(given, "question", *FILTERS)
    chosen = Filters(**{name: texts[name] or None for name in FILTERS})
    found = engine.ask(texts["question"], filters=chosen)
    return {"answer": answer_object(found), "notes": [*notes(found)]}


def article_object(engine: OnRecord, name: str) -> dict[str, Json]:
    """A document whole, in the pieces that can be cited.

    `pieces` are its sentences in order, each with the text `before` it, so that all `before` and
    `text`, and `after` at the end, make the document again.

    Raises:
        DocumentUnknown: There is none of this id.
        IndexUnusable: The index went away or was damaged meanwhile.
    """
    document = engine.document(name)
    pieces: list[Json] = []
    done = 0
    for sentence in engine.sentences(name):
        start, end = sentence.span.start, sentence.span.end
        pieces.append(
            {
                "before": document.text[done:start],
                "text": sentence.text,
                "start": start,
                "end": end,
                "block": sentence.block,
            }
        )
        done = end
    return {
        "document": document.id,
        "sha256": document.sha256,
        "pieces": pieces,
        "after": document.text[done:],
    }


def _texts(given: object, *names: str) -> dict[str, str]:
    """The named texts of a request; one that is missing is empty."""
    if not isinstance(given, Mapping):
        raise InputInvalid("the request is no JSON object", "reload the page")
    texts = {name: given.get(name, "") for name in names}
    for name, value in texts.items():
        if not isinstance(value, str):
            raise InputInvalid(f"{name} is no text", "reload the page")
    return texts


def _file(name: str) -> str:
    return files("rag.web").joinpath(name).read_text(encoding="utf-8")
