"""An HTML page to the document of its article."""

import logging
import re
import warnings
from collections.abc import Iterable, Iterator
from copy import deepcopy
from typing import Protocol

from rag.datatypes import Document
from rag.errors import DocumentUnreadable
from rag.readers.blocks import MARKUP_LIMIT, Block, heading, item, joined, raised, table
from rag.readers.encoding import decode, too_large
from rag.readers.fields import document
from rag.readers.normal import normalise

_CHARSET = re.compile(
    rb"<(?:meta|\?xml)\b[^>]*?(?:charset|encoding)\s*=\s*[\"']?\s*([\w.:-]+)", re.I
)
_CHARSET_WITHIN = 4096  # bytes; browsers look at the first 1,024, some pages are late
_EMBEDDED = re.compile(r"data:[^\s\"'<>)]{256,}")  # pictures in a saved page, megabytes each
_CONTROLS = re.compile("[\x01-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")  # lxml refuses most of them
_LOGGERS = ("trafilatura", "htmldate", "courlan", "charset_normalizer")
_DATED = re.compile("date|time|publi|byline", re.I)  # in the class, id or itemprop of an element
_DROPPED = "x-shown"  # all in one go, since to drop one takes time that grows with its siblings
_INLINE = re.compile(
    rf"a|abbr|b|bdi|cite|code|em|font|i|ins|mark|small|span|strong|sub|u|wbr|{_DROPPED}"
)
_UNWRAPPED = ("time", "label", "output", "data", "q")
_DATES = {
    "original_date": True,
    "extensive_search": False,
    "max_date": "2999-12-31",  # the default is today, and would change what is read
}


class _Element(Protocol):
    """What is used of an element of lxml, which has no types."""

    tag: str
    text: str | None
    tail: str | None

    def __iter__(self) -> Iterator["_Element"]: ...
    def get(self, key: str, default: str) -> str: ...
    def iter(self, *tags: str) -> Iterable["_Element"]: ...
    def iterdescendants(self) -> Iterable["_Element"]: ...
    def itertext(self) -> Iterable[str]: ...
    def xpath(self, path: str) -> str: ...


def read_html(name: str, content: bytes) -> Document:
    """The article of a page, without what stands around it. Nothing is fetched.

    Raises:
        DocumentUnreadable: No article, or not text at all.
    """
    charset = _CHARSET.search(content[:_CHARSET_WITHIN])
    page = decode(
        name, content, declared=charset[1].decode("ascii", "replace") if charset else None
    )
    page = _CONTROLS.sub("", _EMBEDDED.sub("data:,", page))
    if len(page) > MARKUP_LIMIT:
        raise DocumentUnreadable(name, too_large(MARKUP_LIMIT))
    try:
        article = _article(page)
    except Exception as error:  # what these libraries raise on broken pages has no end
        why = f"the page could not be parsed ({type(error).__name__}); save its text as .txt"
        raise DocumentUnreadable(name, why) from error
    if article is None or not article[0].strip():
        raise DocumentUnreadable(name, "no article text found")
    text, fields = article
    return document(name, normalise(text), fields, path=name)


def _article(page: str) -> tuple[str, dict[str, object]] | None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        # imported here, since they take 0.3 s and a question reads no HTML
        from lxml.html import HTMLParser, document_fromstring, tostring  # type: ignore[import-untyped]
        from trafilatura import bare_extraction, extract_metadata

        for logger in _LOGGERS:
            logging.getLogger(logger).setLevel(logging.CRITICAL + 1)
        parser = HTMLParser(
            encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True
        )
        tree = document_fromstring(page.encode(), parser=parser)
        # parsed anew, since lxml takes quadratic time for a text in pieces
        shown = tostring(_as_shown(tree), encoding="utf-8")
        found = bare_extraction(
            document_fromstring(shown, parser=parser),
            favor_precision=True,
            include_comments=False,
            include_formatting=False,
            with_metadata=True,
            date_extraction_params=_DATES,
        )
    if found is None:
        return None
    title, outlet = _title_and_outlet(tree, found.title, found.sitename)
    fields = {"title": title, "outlet": outlet, "url": _own_address(tree)}
    text = joined(_blocks(found.body))
    _drop_undated_words(tree)
    return text, fields | {"date": extract_metadata(tree, date_config=_DATES).date}


def _as_shown(tree: _Element) -> _Element:
    """A copy without what is struck out, whose inline elements trafilatura does not throw away."""
    from lxml.etree import strip_elements, strip_tags  # type: ignore[import-untyped]

    shown = deepcopy(tree)
    for element in shown.iter("a", "sup", *_UNWRAPPED):
        if _is_hidden(element):
            element.tag = "s"
    strip_elements(shown, "del", "s", "strike", with_tail=False)
    for element in [*shown.iter(*_UNWRAPPED)]:
        if element.tag == "q":  # browsers show it in quotation marks
            element.text = f"“{element.text or ''}"
            element.tail = f"”{element.tail or ''}"
        element.tag = _DROPPED
    for element in [*shown.iter("sup")]:
        if raised(words := "".join(element.itertext())) != words:  # not the 2 of [2]
            for part in element.iter("*"):
                part.text = raised(part.text or "")
        element.tag = _DROPPED
    for element in [*shown.iter("p", "div")]:
        _drop_few_links(element)
    strip_tags(shown, _DROPPED)
    return shown


def _is_hidden(element: _Element) -> bool:
    style = element.get("style", "").replace(" ", "")
    return "display:none" in style or "hidden" in element.get("class", "").split()


def _drop_few_links(block: _Element) -> None:
    """Leave no links in running text, lest trafilatura takes a short paragraph for navigation.

    Lines apart by <br> may well be a menu.
    """
    inside = block.iterdescendants() if block.tag == "div" else block.iter("br")
    if not all(_INLINE.fullmatch(part.tag) for part in inside):
        return
    links = [*block.iter("a")]
    linked = sum(len("".join(link.itertext()).split()) for link in links)
    if links and 2 * linked < len("".join(block.itertext()).split()):
        for link in links:
            link.tag = _DROPPED


def _title_and_outlet(
    tree: _Element, title: str | None, outlet: str | None
) -> tuple[str | None, str | None]:
    """Both, where trafilatura took the full stop of a headline in <title> for that of a domain."""
    if not outlet or not {".", " "} <= {*outlet}:
        return title, outlet
    shown = " ".join(tree.xpath("string(//head//title)").split())
    named = tree.xpath("string(//meta[@property='og:site_name']/@content)")
    if named or not shown.startswith(outlet):
        return title, outlet
    told = ["".join(heading.itertext()) for heading in tree.iter("h1")]
    told.append(tree.xpath("string(//meta[@property='og:title']/@content)"))
    headlines = {" ".join(one.split()) for one in told}
    if outlet not in headlines or (title != outlet and title in headlines):
        return title, outlet
    if title and title != outlet and shown.endswith(title):
        return outlet, title
    return title, None


def _own_address(tree: _Element) -> str | None:
    """What the page calls its own address; others that it names may be of other pages."""
    canonical = tree.xpath("string(//link[@rel='canonical']/@href)")
    return canonical or tree.xpath("string(//meta[@property='og:url']/@content)") or None


def _drop_undated_words(tree: _Element) -> None:
    """Leave only words that are marked as a date: one in the article is of something else."""
    for element in tree.iter("*"):
        marks = " ".join(element.get(key, "") for key in ("class", "id", "itemprop"))
        if element.tag not in {"script", "time"} and not _DATED.search(marks):
            element.text = None
        element.tail = None


def _blocks(element: _Element) -> Iterator[Block]:
    """The blocks of an element of trafilatura's own vocabulary."""
    match element.tag:
        case "head":
            yield heading(int(element.get("rend", "h2")[1:]), _words(element))
        case "item":
            yield from item(_flow(element))
        case "table":
            yield table([_words(cell) for cell in row.iter("cell")] for row in element.iter("row"))
        case "code":
            yield Block("".join(element.itertext()).strip("\n"))
        case _:
            yield from _flow(element)


def _flow(element: _Element) -> Iterator[Block]:
    """Blocks of what an element holds: each run of words between the blocks in it is one."""
    words = _spaced(element.text)
    for child in element:
        if _is_block(child):
            yield Block(_trimmed(words))
            yield from _blocks(child)
            words = ""
        else:
            words += "\n" if child.tag == "lb" else _words(child)
        words += _spaced(child.tail)
    yield Block(_trimmed(words))


def _is_block(element: _Element) -> bool:
    if element.tag == "code":
        return "\n" in "".join(element.itertext())
    return element.tag in {"head", "p", "quote", "list", "item", "table", "div"}


def _words(element: _Element) -> str:
    return _spaced(element.text) + "".join(
        _inside(child) + _spaced(child.tail) for child in element
    )


def _inside(child: _Element) -> str:
    if child.tag == "lb":
        return "\n"
    return f" {_words(child)} " if _is_block(child) else _words(child)


def _spaced(text: str | None) -> str:
    return re.sub(r"[ \t\n\f]+", " ", text or "")


def _trimmed(words: str) -> str:
    return re.sub(r" *\n *", "\n", words).strip()
