# ruff: noqa: RUF001  letters of other alphabets are what some tests are about
import csv
import gzip
import io
import json
import logging
import os
import random
import socket
import sys
import tempfile
import tracemalloc
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from subprocess import run
from time import perf_counter
from unicodedata import is_normalized, normalize

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.datatypes import Document
from rag.errors import DocumentUnreadable
from rag.readers import STDIN, SUFFIXES, Source, fetch, read, sources
from rag.readers.encoding import DOCUMENT_LIMIT, encoding_of
from rag.segment import titled

SEEDS = Path(__file__).parent.parent / "seeds"


def given_by(name: str, content: bytes | str) -> list[Document | DocumentUnreadable]:
    content = content.encode() if isinstance(content, str) else content
    return list(read(Source(Path("anywhere"), name), content))


def document(name: str, content: bytes | str) -> Document:
    (found,) = given_by(name, content)
    assert isinstance(found, Document), found
    return found


def refusal(name: str, content: bytes | str) -> DocumentUnreadable:
    (found,) = given_by(name, content)
    assert isinstance(found, DocumentUnreadable), found
    return found


def names(root: Path, *, skip: Path | None = None) -> list[str]:
    return [
        found.name if isinstance(found, Source) else f"! {found}"
        for found in sources(root, skip=skip)
    ]


def write(root: Path, *paths: str) -> None:
    for path in paths:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text("x")


# which files


def test_a_folder_gives_its_files_in_order_of_their_whole_name(tmp_path: Path) -> None:
    write(tmp_path, "b.txt", "a/z.md", "a.txt", "a/B.HTML", "a/b/c.jsonl.gz", "Z.csv", "note.pdf")
    assert names(tmp_path) == ["Z.csv", "a.txt", "a/B.HTML", "a/b/c.jsonl.gz", "a/z.md", "b.txt"]


def test_a_source_knows_where_it_lies(tmp_path: Path) -> None:
    write(tmp_path, "a/b.txt")
    assert list(sources(tmp_path)) == [Source(tmp_path / "a" / "b.txt", "a/b.txt")]


def test_every_suffix_is_found_in_a_folder(tmp_path: Path) -> None:
    write(tmp_path, *(f"name{suffix}" for suffix in SUFFIXES))
    assert names(tmp_path) == sorted(f"name{suffix}" for suffix in SUFFIXES)
    kinds = ".txt .text .md .markdown .html .htm .xhtml .jsonl .ndjson .csv .tsv"
    assert set(kinds.split()) | {".jsonl.gz", ".ndjson.gz", ".csv.gz", ".tsv.gz"} == set(SUFFIXES)


def test_hidden_files_and_folders_are_left_out(tmp_path: Path) -> None:
    write(tmp_path, ".git/a.txt", ".onrecord/b.txt", ".c.txt", "d.txt")
    assert names(tmp_path) == ["d.txt"]


def test_the_folder_to_skip_is_not_entered(tmp_path: Path) -> None:
    write(tmp_path, "a.txt", "index/b.txt", "c/index/d.txt")
    assert names(tmp_path, skip=tmp_path / "c" / ".." / "index") == ["a.txt", "c/index/d.txt"]
    assert names(tmp_path, skip=tmp_path / "none") == ["a.txt", "c/index/d.txt", "index/b.txt"]


def test_the_questions_of_an_evaluation_set_are_no_documents(tmp_path: Path) -> None:
    write(tmp_path, "beir/corpus.jsonl", "beir/queries.jsonl", "beir/qrels.tsv")
    write(tmp_path, "beir/qrels/test.tsv", "queries.jsonl", "questions.jsonl", "qrels.tsv")
    write(tmp_path, "dev.selection.jsonl", "zip/corpus.jsonl.gz", "zip/queries.jsonl.gz")
    assert names(tmp_path) == [
        "beir/corpus.jsonl",
        "qrels.tsv",
        "queries.jsonl",
        "zip/corpus.jsonl.gz",
    ]


def test_a_file_that_is_named_is_read_whatever_it_is_called(tmp_path: Path) -> None:
    write(tmp_path, "questions.jsonl", ".hidden", "notes.log")
    for name in ("questions.jsonl", ".hidden", "notes.log"):
        assert list(sources(tmp_path / name)) == [Source(tmp_path / name, name)]
    assert document("notes.log", "He left.").text == "He left."


def test_a_linked_folder_is_entered_and_a_loop_is_named(tmp_path: Path) -> None:
    write(tmp_path / "away", "a.txt")
    write(tmp_path / "root", "b/c.txt")
    (tmp_path / "root" / "link").symlink_to(tmp_path / "away")
    (tmp_path / "root" / "b" / "up").symlink_to(tmp_path / "root")
    (tmp_path / "root" / "self.txt").symlink_to("self.txt")
    loop = "symbolic link that leads back to itself; remove it"
    assert names(tmp_path / "root") == [
        "b/c.txt",
        f"! b/up/: {loop}",
        "link/a.txt",
        f"! self.txt: {loop}",
    ]
    assert names(tmp_path / "root" / "self.txt") == [f"! {tmp_path / 'root' / 'self.txt'}: {loop}"]


def test_a_link_to_nothing_is_named_if_it_looks_like_a_document(tmp_path: Path) -> None:
    (tmp_path / "gone.txt").symlink_to("nowhere")
    (tmp_path / "gone.pdf").symlink_to("nowhere")
    assert names(tmp_path) == ["! gone.txt: no such file or folder"]


def test_what_is_not_there_is_named(tmp_path: Path) -> None:
    assert names(tmp_path / "none") == [f"! {tmp_path / 'none'}: no such file or folder"]
    with pytest.raises(DocumentUnreadable, match=r"none\.txt: no such file or folder"):
        fetch(Source(tmp_path / "none.txt", "none.txt"))
    with pytest.raises(DocumentUnreadable, match="null byte"):
        fetch(Source(Path("a\0b"), "a"))


def test_what_is_not_utf8_takes_little_room_to_tell() -> None:
    content = b"The mayor's caf\xe9 is closed.\n" * 50_000
    tracemalloc.start()
    try:
        assert encoding_of("a.txt", content) == "cp1252"
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 6 * len(content)


def test_a_small_table_takes_no_room_for_the_largest(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"text": "It is closed."}\n', encoding="utf-8")
    program = """
import resource, sys
from pathlib import Path
from rag.readers import Source, fetch
resource.setrlimit(resource.RLIMIT_AS, (3 << 30, 3 << 30))
sys.stdout.buffer.write(fetch(Source(Path(sys.argv[1]), "a.jsonl")))
"""
    path = tmp_path / "a.jsonl"
    done = run([sys.executable, "-c", program, str(path)], capture_output=True, check=True)
    assert done.stdout == path.read_bytes()


def test_a_pipe_is_refused_and_does_not_block(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    assert names(tmp_path) == ["! pipe.txt: not a regular file"]
    assert names(tmp_path / "pipe.txt") == ["! pipe.txt: not a regular file"]
    for path in (tmp_path / "pipe.txt", Path("/dev/zero"), tmp_path):
        with pytest.raises(DocumentUnreadable, match=r"a\.txt: not a regular file"):
            fetch(Source(path, "a.txt"))


def test_a_name_that_cannot_be_an_id_is_refused_in_printable_form(tmp_path: Path) -> None:
    for name in (b"caf\xe9.txt", b"two\nlines.txt"):
        Path(os.fsdecode(bytes(tmp_path) + b"/" + name)).write_text("x")
    assert [line.split(":")[0] for line in names(tmp_path)] == [
        r"! caf\udce9.txt",
        r"! two\nlines.txt",
    ]
    assert all("rename it" in line and line.isascii() for line in names(tmp_path))


@contextmanager
def without_rights() -> Iterator[None]:
    root = os.geteuid() == 0
    if root:
        os.seteuid(65534)  # nobody: root may read everything
    try:
        yield
    finally:
        if root:
            os.seteuid(0)


def test_what_may_not_be_read_is_named_and_the_rest_is_found() -> None:
    with tempfile.TemporaryDirectory() as name:  # not tmp_path: only its owner may enter that
        root = Path(name)
        root.chmod(0o755)
        write(root, "a.txt", "shut/b.txt", "shut.txt")
        (root / "shut").chmod(0)
        (root / "shut.txt").chmod(0)
        with without_rights():
            denied = "permission denied; run as a user who may read it"
            assert names(root) == ["a.txt", "shut.txt", f"! shut/: {denied}"]
            with pytest.raises(DocumentUnreadable, match=f"^shut.txt: {denied}$"):
                fetch(Source(root / "shut.txt", "shut.txt"))
            assert fetch(Source(root / "a.txt", "a.txt")) == b"x"
        (root / "shut").chmod(0o755)


def test_folders_nested_deeper_than_calls_are_walked(tmp_path: Path) -> None:
    here = os.open(tmp_path, os.O_RDONLY)
    for _ in range(1_500):  # by descriptor, since the whole path may grow too long
        os.mkdir("d", dir_fd=here)
        here, above = os.open("d", os.O_RDONLY, dir_fd=here), here
        os.close(above)
    os.close(os.open("a.txt", os.O_CREAT, dir_fd=here))
    os.close(here)
    (found,) = names(tmp_path)
    run(["rm", "-rf", tmp_path / "d"], check=True)  # too deep for what pytest removes folders with
    assert found.endswith("d/a.txt: its id has 3005 characters, where 512 are the most; rename it")


def test_a_file_over_the_limit_is_refused_without_being_read(tmp_path: Path) -> None:
    with (tmp_path / "a.txt").open("wb") as file:
        file.truncate(2**40)  # a hole: reading it would fill the memory
    with pytest.raises(DocumentUnreadable, match="larger than 32 MiB; split it"):
        fetch(Source(tmp_path / "a.txt", "a.txt"))
    with pytest.raises(DocumentUnreadable, match="larger than 4096 MiB; split it"):
        fetch(Source(tmp_path / "a.txt", "a.jsonl"))
    assert refusal("a.txt", b"x" * (DOCUMENT_LIMIT + 1)).why == "larger than 32 MiB; split it"


# bytes to text

ENGLISH = "“We won’t leave,” the mayor said on Tuesday – and the café owner agreed with her.\n"
GERMAN = "Der Bürgermeister erklärte am Dienstag, die Brücke werde für Lastwagen gesperrt.\n"
FRENCH = (
    "Le président a déclaré mardi que la réforme serait présentée à l’été. « Nous n’avons pas le "
    "choix », a-t-il ajouté devant les députés réunis à Paris.\n"
)
SPANISH = "El presidente señaló el martes que la economía española crecerá más de lo previsto.\n"
RUSSIAN = "Президент России заявил во вторник, что готов к переговорам. «Мы готовы», — сказал он.\n"
POLISH = "Premier powiedział we wtorek, że rząd przyjmie ustawę, a żadne z żądań nie zostało.\n"
CZECH = "Vláda schválila nový zákon o státním rozpočtu, který má platit od začátku příštího roku.\n"
CROATIAN = "Vlada je usvojila novi zakon o državnom proračunu, koji će vrijediti iduće godine.\n"
TURKISH = (
    "Cumhurbaşkanı salı günü yaptığı açıklamada görüşmelere hazır olduklarını söyledi. Muhalefet "
    "ise hükümetin verdiği sözleri tutmadığını belirtti.\n"
)
GREEK = "Χθες πρωθυπουργός δήλωσε την Τρίτη ότι η κυβέρνηση θα παρουσιάσει το νομοσχέδιο.\n"
JAPANESE = (
    "大統領は火曜日、交渉の用意があると述べた。「私たちは妥協する準備ができている」と語った。\n"
)
CHINESE = "總統星期二表示他已準備好進行談判。他在記者會上說我們願意作出妥協。\n"
KOREAN = "대통령은 화요일에 협상할 준비가 되어 있다고 말했다.\n"


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (ENGLISH, "cp1252"),
        (ENGLISH + "Plain words follow, many of them.\n" * 5_000, "cp1252"),
        ("The government will spend £5 million on the bridge, the minister said.\n", "cp1252"),
        ("Under §5 of the Act, the minister’s powers end.\n", "cp1252"),
        ("The yen fell to ¥150 at 40°C, and it’s still falling.\n", "cp1252"),
        ("The bridge is closed.\xa0The mayor said it’s final… maybe.\n", "cp1252"),
        (f"Beyoncé sang at the {'big ' * 40}wedding in the café.\n", "cp1252"),
        (GERMAN, "latin-1"),
        (FRENCH, "cp1252"),
        (SPANISH, "latin-1"),
        (POLISH, "cp1250"),
        (CZECH, "cp1250"),
        (CROATIAN, "cp1250"),
        (POLISH, "iso8859-2"),
        (RUSSIAN, "cp1251"),
        (RUSSIAN.translate({0xAB: 34, 0xBB: 34, 0x2014: 45}), "koi8-r"),
        (TURKISH, "cp1254"),
        (GREEK, "cp1253"),
        (JAPANESE, "shift-jis"),
        (JAPANESE, "euc-jp"),
        (CHINESE, "gb18030"),
        (KOREAN, "euc-kr"),
        *((ENGLISH, f"utf-{bits}") for bits in ("8", "8-sig", "16", "32")),
    ],
)
def test_text_in_another_encoding_comes_out_right(text: str, encoding: str) -> None:
    assert document("a.txt", text.encode(encoding)).text == text


@pytest.mark.parametrize("end", ["le", "be"])
def test_a_byte_order_mark_tells_the_order(end: str) -> None:
    for bits in (16, 32):
        content = f"\ufeff{ENGLISH}".encode(f"utf-{bits}-{end}")
        assert document("a.txt", content).text == ENGLISH


@pytest.mark.parametrize(
    "content",
    [
        "“We won’t leave,” the mayor said.".encode() + b" \xff",  # UTF-8 with a byte lost
        "He said “No”".encode()[:-1],  # cut within a character
        bytes(range(128, 256)) * 4,
    ],
)
def test_bytes_of_no_convincing_encoding_are_refused(content: bytes) -> None:
    with pytest.raises(UnicodeDecodeError) as error:
        content.decode()
    at = error.value.start
    assert refusal("a.txt", content).why == (
        f"not UTF-8 (byte 0x{content[at]:02x} at offset {at}) and no other encoding fits; "
        "convert it to UTF-8"
    )


def test_a_false_byte_order_mark_is_refused() -> None:
    assert refusal("a.txt", b"\xff\xfe\x00").why == (
        "not UTF-16-LE as it begins (truncated data); convert it to UTF-8"
    )


@pytest.mark.parametrize(
    "content",
    [
        b"\x89PNG\r\n\x1a\n words words words",
        b"PK\x03\x04 words words words",
        b"%PDF-1.7\nwords words words",
        b"He left the room on Tuesday.\0",
        b"\x01\x02\x03words",
    ],
)
@pytest.mark.parametrize("name", ["a.txt", "a.md", "a.html", "a.jsonl", "a.csv"])
def test_binary_content_is_refused_whatever_its_name(content: bytes, name: str) -> None:
    assert str(refusal(name, content)) == f"{name}: binary, not text"


@pytest.mark.parametrize("name", ["a.txt", "a.md", "a.html", "a.jsonl", "a.csv"])
@pytest.mark.parametrize("content", [b"", b" \n\t\r\n", b"\xef\xbb\xbf"])
def test_an_empty_file_is_refused(name: str, content: bytes) -> None:
    assert refusal(name, content).why.startswith("empty")


def test_text_is_normalised_and_otherwise_as_it_was() -> None:
    text = "\ufeffcafe\u0301\r\none\rtwo\u2028three\u200b \ufb01\x07"
    assert document("a.txt", text).text == "café\none\ntwo\u2028three\u200b \ufb01\x07"


def test_what_utf8_cannot_hold_becomes_the_replacement_character() -> None:
    line = r'{"text": "a\ud800b\u0000c\ud83d\ude00d", "title": "\udfff!"}'
    found = document("a.jsonl", line)
    assert (found.text, found.title) == ("a\ufffdb\ufffdc😀d", "\ufffd!")


def test_combining_marks_without_end_take_no_time() -> None:
    start = perf_counter()
    text = document("a.txt", "a" + "\u0301\u0316" * 500_000).text
    assert perf_counter() - start < 10  # seconds; all in one run would take minutes
    assert text.endswith("\ufffd") and is_normalized("NFC", text)
    usual = "a" + "\u0301\u0316" * 100
    assert document("a.txt", usual).text == normalize("NFC", usual)


# plain text


@pytest.mark.parametrize(
    ("text", "date"),
    [
        (" date 2024-12-20 The president spoke.", "2024-12-20"),
        ("\n\tDATE: 2024-02-29\nHe left.", "2024-02-29"),
        ("date 2023-02-29 He left.", None),
        ("date 2024-12-201 He left.", None),
        ("date 2024-12-20th He left.", None),
        ("The date 2024-12-20 was set.", None),
        ("update 2024-12-20 He left.", None),
    ],
)
def test_a_leading_date_is_read_and_stays_in_the_text(text: str, date: str | None) -> None:
    found = document("a.txt", text)
    assert (found.date, found.text, found.title, found.outlet) == (date, text, None, None)


@pytest.mark.parametrize(
    "when", ["20 Dec 2024 99999999999:00:00", "1 Jan 2024 10:00:00 +99999999999999"]
)
def test_a_date_beyond_all_bounds_is_none(when: str) -> None:
    rows = f'text,date\nHe left.,"{when}"\n'
    (found,) = given_by("a.csv", rows)
    assert isinstance(found, Document)
    assert (found.text, found.date) == ("He left.", None)


def test_a_seed_keeps_its_place_and_its_text() -> None:
    (found,) = sources(SEEDS / "000_cbe88fa1faa59afa.txt")
    assert isinstance(found, Source)
    (seed,) = read(found, fetch(found))
    assert isinstance(seed, Document)
    assert seed.id == seed.path == "000_cbe88fa1faa59afa.txt"
    assert seed.date == "2024-12-20"
    assert seed.text == found.path.read_bytes().decode()


def test_front_matter_of_plain_text_gives_fields_and_is_no_text() -> None:
    found = document(
        "a.txt",
        "Title:  The  Bridge\r\nDATE: 5 Mar 2024 10:00:00 +0000\nPublisher: The Gazette\n"
        "url: https://gazette.example/1\n \nHe left.\n\nTitle: not here\n",
    )
    assert found == Document(
        id="a.txt",
        text="He left.\n\nTitle: not here\n",
        title="The Bridge",
        date="2024-03-05",
        outlet="The Gazette",
        url="https://gazette.example/1",
        path="a.txt",
    )


@pytest.mark.parametrize(
    "text",
    [
        "Title: one line only\n\nHe left.",
        "Title: The Bridge\nDate: 2024-03-05\nHe left, no empty line.",
        "\nTitle: not at the top\nDate: 2024-03-05\n\nHe left.",
        "Title: The Bridge\nMayor: Jones\n\nHe left.",
        "From: the mayor\nTo: all of us\n\nHe left.",
        "Title: The Bridge\nDate: 2024-03-05\n    He left.\n    It rained\n\n    It was cold.",
        "By: Ann Lee\nTitle: The Bridge\n    “He left.”\n\n    She stayed.",
    ],
)
def test_what_only_looks_like_front_matter_is_text(text: str) -> None:
    found = document("a.txt", text)
    assert (found.text, found.title, found.date) == (text, None, None)


@pytest.mark.parametrize(
    ("matter", "title", "outlet", "date"),
    [
        ("Title: The Bridge\nBy: Ann Lee\nSource: Gazette", "The Bridge", "Gazette", None),
        ("Headline: The Bridge\nAuthor: Ann Lee", "The Bridge", None, None),
        ("Title: Room # five\nDate: 2024-03-05", "Room # five", None, "2024-03-05"),
        (
            "From: Ann <ann@gazette.example>\nTo: Bob <b@x.example>,\n  Eve <e@x.example>\n"
            "Subject: The bridge\n over the river\nDate: Tue, 5 Mar 2024 09:15:00 +0000",
            "The bridge over the river",
            None,
            "2024-03-05",
        ),
    ],
)
def test_lines_of_an_author_or_a_letter_are_front_matter(
    matter: str, title: str, outlet: str | None, date: str | None
) -> None:
    found = document("a.txt", f"{matter}\n\nHe left.")
    assert found == Document(
        id="a.txt", text="He left.", title=title, outlet=outlet, date=date, path="a.txt"
    )


def test_front_matter_without_text_below_is_refused() -> None:
    text = "Title: A\nDate: 2024-03-05\n\n \n"
    assert refusal("a.txt", text).why == "empty below its front matter"


# Markdown

MARKDOWN = """\
# The *new* bridge

He **said** it on
Tuesday, in [the hall](https://x.example), with `code`. ![picture](a.png)

## What next?

> “We start,” he said.
> “Today.”

* one
* two

  more of two
  1. inner
* three

| Year | Cars |
|------|------|
| 2019 | *12* |

```python
x = **1**

y
```

<div>dropped</div>

First\\
second<br>third &lt;script&gt; a < b <i>c</i>
"""
MARKDOWN_TEXT = """\
# The new bridge

He said it on Tuesday, in the hall, with code.

## What next?

“We start,” he said. “Today.”

- one
- two
more of two
- inner
- three

Year | Cars
2019 | 12

x = **1**

y

First
second
third <script> a < b c"""


def test_markdown_comes_out_as_text_with_headings_and_items() -> None:
    found = document("a.md", MARKDOWN)
    assert (found.text, found.title) == (MARKDOWN_TEXT, "The new bridge")


def test_front_matter_of_markdown_gives_fields_and_is_no_text() -> None:
    matter = (
        '---\ntitle: "Said: no"\ndate: 2024/03/05\nsource: Gazette\nurl: ftp://x\ntags: a\n---\n'
    )
    found = document("a.md", f"{matter}# Heading\n\nHe left.")
    assert (found.title, found.date, found.outlet) == ("Said: no", "2024-03-05", "Gazette")
    assert (found.url, found.text) == (None, "# Heading\n\nHe left.")


@pytest.mark.parametrize("mark", ["", ">", ">-", "|", "|2-"])
def test_values_of_front_matter_may_take_more_lines_and_have_comments(mark: str) -> None:
    matter = (
        f"title: {mark}\n  The new\n  bridge #1\ndate: 2024-03-05 # embargo\n"
        "source: 'Gazette # 1' # x\n"
    )
    found = document("a.md", f"---\n{matter}---\nHe left.")
    assert (found.title, found.outlet) == ("The new bridge #1", "Gazette # 1")
    assert (found.date, found.text) == ("2024-03-05", "He left.")


@pytest.mark.parametrize(
    ("matter", "outlet"),
    [
        ("source:\n  name: Reuters\n  url: https://reuters.example", None),
        ("source: # who\n  - name: Reuters", None),
        ("source:\n  name: Reuters\npublisher: Gazette", "Gazette"),
        ("publisher:\n  - Reuters", "Reuters"),
        ("publisher:\n  - Reuters\n  - AFP", None),
        ("source: Gazette # of the town", "Gazette"),
        ("source: Gazette # 5", "Gazette # 5"),
    ],
)
def test_of_nested_front_matter_only_a_lone_item_is_a_value(
    matter: str, outlet: str | None
) -> None:
    assert document("a.md", f"---\ntitle: A\n{matter}\n---\nHe left.").outlet == outlet


def test_a_rule_at_the_top_is_no_front_matter() -> None:
    found = document("a.md", "---\n\ntitle: He left.\n")
    assert (found.title, found.text) == (None, "title: He left.")
    text = "The minister resigned.\n\nHe gave no reason."
    assert document("a.md", f"---\n{text}\n\n---\n\nMore.\n").text == f"{text}\n\nMore."
    assert document("a.md", "---\n# fields\n\ntitle: A\n---\nMore.\n").title == "A"


def test_markdown_without_words_is_refused() -> None:
    assert refusal("a.md", "![only](a.png)\n\n<!-- hidden -->").why == "no text beside its markup"


def test_a_paragraph_too_long_to_parse_keeps_its_marks() -> None:
    long = "He **said** it. " * 3_000
    assert document("a.md", f"He *left*.\n\n{long}").text == f"He left.\n\n{long.strip()}"


@pytest.mark.parametrize("mark", [">", "- ", "[", "![", "*a ", "**_", "<", "`", "|a", "[a](", "# "])
def test_hostile_markdown_neither_hangs_nor_fails(mark: str) -> None:
    start = perf_counter()
    for found in given_by("a.md", mark * 60_000 + " he left\n"):
        assert isinstance(found, Document | DocumentUnreadable)
    assert perf_counter() - start < 20  # seconds; the slowest takes 2 here


# HTML

PAGE = """<!DOCTYPE html><html><head><title>Mayor opens bridge - The Gazette</title>
<meta property="og:site_name" content="The Gazette">
<meta property="article:published_time" content="2024-03-05T23:30:00-05:00">
<link rel="canonical" href="https://gazette.example/bridge">
<script>var x = "SCRIPT";</script><style>.STYLE{}</style></head><body>
<nav><ul><li><a href="/">NAVIGATION</a></li></ul></nav>
<div id="cookie-consent" class="cookie-banner"><p>We use COOKIES, please accept them all.</p></div>
<main><article><h1>Mayor opens bridge</h1>
<p>The <b>mayor</b> opened the <a href="/b">new bridge</a> over the river on Tuesday, after
three years of work that cost the city four million pounds.</p>
<h2>What he said</h2>
<blockquote><p>“This is a proud day for the city, and I thank you,” he said.</p></blockquote>
<p>He gave his reasons for &lt;script&gt;alert(1)&lt;/script&gt; and they were these, he said:</p>
<ul><li>The old bridge was closed to lorries.</li><li>The ferry runs twice a day.</li></ul>
<table><tr><th>Year</th><th>Cars</th></tr><tr><td>2019</td><td>1200</td></tr></table>
<p>Traffic will double within the year, said the head of the transport office,<br>who spoke.</p>
</article><section class="comments"><p>COMMENT by a reader of the page.</p></section></main>
<footer><p>Copyright FOOTER 2024</p></footer></body></html>"""
PAGE_TEXT = """\
# Mayor opens bridge

The mayor opened the new bridge over the river on Tuesday, after three years of work that cost \
the city four million pounds.

## What he said

“This is a proud day for the city, and I thank you,” he said.

He gave his reasons for <script>alert(1)</script> and they were these, he said:

- The old bridge was closed to lorries.
- The ferry runs twice a day.

Year | Cars
2019 | 1200

Traffic will double within the year, said the head of the transport office,
who spoke."""
PARAGRAPH = "<p>The mayor said on Tuesday that the bridge would open within the coming year.</p>"


def test_a_page_gives_its_article_alone() -> None:
    assert document("a.html", PAGE) == Document(
        id="a.html",
        text=PAGE_TEXT,
        title="Mayor opens bridge",
        outlet="The Gazette",
        date="2024-03-05",
        url="https://gazette.example/bridge",
        path="a.html",
    )


@pytest.mark.parametrize("around", ["<div><p>{}</p></div>", "<div>{}</div>"])
def test_a_short_paragraph_with_links_is_kept_and_a_list_of_links_is_not(around: str) -> None:
    paragraphs = (
        "“We had no choice,” <a href='/m'>Mayor Adams</a> told reporters.",
        "Engineers found <a href='/c'><b>cracks</b> in two pillars</a>, he said on Monday.",
        *[PARAGRAPH[3:-4]] * 3,
    )
    links = "".join(f"<li><a href='/{n}'>Story {n} of the week</a></li>" for n in range(9))
    page = "".join(map(around.format, (*paragraphs, "<a href='/n'>News</a> of <a>the day</a>")))
    text = document("a.html", f"<html><body><article>{page}</article><ul>{links}</ul>").text
    assert "“We had no choice,” Mayor Adams told reporters." in text
    assert "Engineers found cracks in two pillars, he said on Monday." in text
    assert "Story" not in text and "News" not in text


@pytest.mark.parametrize(
    "written",
    [
        "<p>The bridge was <a class='x hidden' href='/s'>SHARE</a> closed on Monday.</p>",
        "<p>The bridge was <a style='display: none' href='/s'>SHARE</a> closed on Monday.</p>",
        "<p>The bridge was <time class=hidden>SHARE</time> closed on Monday.</p>",
        "<div>Find more of it<br><a href='/s'>SHARE</a><br>and of us<br><a>SHARE</a></div>",
    ],
)
def test_hidden_links_and_menus_of_lines_are_not_kept(written: str) -> None:
    page = f"<html><body><article>{PARAGRAPH * 3}{written}{PARAGRAPH}</article></body></html>"
    text = document("a.html", page).text
    assert "SHARE" not in text
    assert ("The bridge was closed on Monday." in text) == written.startswith("<p>")


@pytest.mark.parametrize(
    ("head", "title", "outlet"),
    [
        (
            "<title>U.S. bridge closed | The Herald</title>"
            "<h1>U.S. bridge closed</h1><h1>More</h1>",
            "U.S. bridge closed",
            "The Herald",
        ),
        (
            "<title>St. Louis Herald | Bridge closed</title><h1>Bridge closed</h1>",
            "Bridge closed",
            "St. Louis Herald",
        ),
        (
            "<title>St. Louis Herald | Bridge closed</title>"
            "<h1>St. Louis Herald</h1><h1>Bridge closed</h1>",
            "Bridge closed",
            "St. Louis Herald",
        ),
        ("<title>Bridge closed | U.S. Herald</title>", "Bridge closed", "U.S. Herald"),
        (
            "<title>St. Louis Herald - Bridge closed</title>"
            "<meta property='og:site_name' content='St. Louis Herald'>"
            "<meta property='og:title' content='Bridge closed'>",
            "Bridge closed",
            "St. Louis Herald",
        ),
        (
            "<title>U.S. bridge closed | The Herald</title>"
            "<meta property='og:title' content='U.S. bridge closed'>",
            "U.S. bridge closed",
            None,
        ),
    ],
)
def test_a_headline_with_a_full_stop_is_no_outlet(
    head: str, title: str, outlet: str | None
) -> None:
    body = f"<div>{PARAGRAPH * 5}</div>"
    found = document("a.html", f"<html><head>{head}</head><body>{body}</body></html>")
    assert (found.title, found.outlet) == (title, outlet)


def test_the_address_of_a_page_is_its_own_or_none() -> None:
    og = "<meta property='og:url' content='https://gazette.example/og'>"
    canonical = '<link rel="canonical" href="https://gazette.example/bridge">'
    assert document("a.html", PAGE.replace(canonical, og)).url == "https://gazette.example/og"
    base = "<base href='https://elsewhere.example/'>"
    assert document("a.html", PAGE.replace(canonical, base)).url is None
    script = "<link rel='canonical' href='javascript:alert(1)'>"
    assert document("a.html", PAGE.replace(canonical, script)).url is None


def test_a_date_within_the_article_is_not_the_date_of_the_page() -> None:
    page = f"<html><body><article>{PARAGRAPH * 2}<p>It was built on 2001-02-03.</p></article>"
    assert document("a.html", page).date is None


def test_the_date_of_a_page_does_not_depend_on_the_day_of_reading() -> None:
    assert document("a.html", PAGE.replace("2024-03-05T", "2091-03-05T")).date == "2091-03-05"


@pytest.mark.parametrize(
    ("label", "encoding"),
    [("iso-8859-1", "cp1252"), ("windows-1251", "cp1251"), ("gb2312", "gb18030")],
)
def test_a_page_says_its_encoding(label: str, encoding: str) -> None:
    words = {"cp1252": "£ é", "cp1251": "Я", "gb18030": "我"}[encoding]  # too few for a guess
    page = f"<html><head><meta charset={label}></head><body><p>{words} said the mayor.</p></body>"
    assert document("a.html", page.encode(encoding)).text == f"{words} said the mayor."


@pytest.mark.parametrize("words", [CZECH, CROATIAN])
def test_scripts_of_a_page_do_not_make_it_english(words: str) -> None:
    script = "var name = document.getElementById('name of the bridge');\n" * 1_500
    page = f"<html><body><script>\n{script}</script>\n<p>{words}</p>\n</body></html>"
    assert words.strip() in document("a.html", page.encode("cp1250")).text


def test_utf8_wins_over_what_a_page_says() -> None:
    page = "<html><head><meta charset='windows-1251'></head><body><p>“Нет,” he said.</p></body>"
    assert document("a.html", page).text == "“Нет,” he said."


@pytest.mark.parametrize("page", ["<html><body></body></html>", "<script>let a = 1</script>"])
def test_a_page_without_words_is_refused(page: str) -> None:
    assert refusal("a.html", page).why in ("no article text found", "empty")


@pytest.mark.parametrize(
    "page",
    [
        "<div>" * 10_000 + PARAGRAPH,
        PARAGRAPH + "<b>" * 10_000 + "x",
        PARAGRAPH + "<ul><li>" * 10_000 + "x",
        PARAGRAPH + "<table><tr><td>" * 3_000 + "x",
        "<html <body " + PARAGRAPH + "</p></b><p",
        "<div " + " ".join(f"a{number}" for number in range(5_000)) + ">" + PARAGRAPH,
        f"<!DOCTYPE a [<!ENTITY a '&a;&a;'>]><html><body>{PARAGRAPH}<p>{'&a;' * 999}</p></body>",
        '<?xml version="1.0" encoding="utf-16"?><html><body>' + PARAGRAPH + "</body></html>",
        PARAGRAPH + "<p>" + "<sup>2</sup> of <a href='/a'>the</a> cars " * 50_000,
        PARAGRAPH + "<p>&#0; &#xD800; &#13; \x01\x0c\ufffe words of the mayor.</p>",
    ],
    ids=[
        "div",
        "b",
        "list",
        "table",
        "broken",
        "attributes",
        "entities",
        "xml",
        "inline",
        "references",
    ],
)
def test_hostile_pages_neither_hang_nor_fail(page: str) -> None:
    start = perf_counter()
    (found,) = given_by("a.html", page)
    assert perf_counter() - start < 20  # seconds; the slowest takes 1 here
    if isinstance(found, Document):
        assert "The mayor said on Tuesday" in found.text
    else:
        assert found.why == "no article text found"


def test_an_entity_that_names_a_file_brings_nothing_in(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("SECRET")
    page = (
        f'<!DOCTYPE html [<!ENTITY a SYSTEM "file://{tmp_path}/secret">]><html><body>'
        f"{PARAGRAPH}<p>The secret is &a; said the mayor of the town.</p></body></html>"
    )
    text = document("a.html", page).text
    assert "The secret is" in text and "SECRET" not in text


def test_reading_a_page_opens_no_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("a connection was opened")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    assert document("a.html", PAGE).text == PAGE_TEXT


def test_reading_a_page_prints_and_logs_nothing(
    capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG), warnings.catch_warnings(record=True) as warned:
        given_by("a.html", "<p></p>")
        document("a.html", PAGE)
    assert (capfd.readouterr(), caplog.records, warned) == (("", ""), [], [])


def test_pictures_in_a_page_do_not_count_against_its_size() -> None:
    picture = f'<img src="data:image/png;base64,{"A" * 5 * 2**20}">'
    assert document("a.html", PAGE.replace("<h2>", f"{picture}<h2>")).text == PAGE_TEXT
    assert refusal("a.html", PARAGRAPH * 60_000).why == "larger than 4 MiB; split it"


# tables


def test_a_record_gives_a_document() -> None:
    record = {
        "_id": 7,
        "Headline": " The\nBridge ",
        "TEXT": "He left.\r\n",
        "publish_date": "2022/01/01",
        "publisher": "Gazette",
        "link": "https://gazette.example/1",
        "authors": ["A", "B"],
    }
    assert document("a/corpus.jsonl", json.dumps(record)) == Document(
        id="7",
        text="He left.\n",
        title="The Bridge",
        outlet="Gazette",
        date="2022-01-01",
        url="https://gazette.example/1",
        path="a/corpus.jsonl",
    )


def test_csv_and_tsv_say_the_same_as_jsonl() -> None:
    rows = [("doc_id", "title", "body"), ("a", "T", 'He said "no",\nand left.'), ("b", "", "x\ty")]
    for name, delimiter in (("t.csv", ","), ("t.tsv", "\t")):
        file = io.StringIO()
        csv.writer(file, delimiter=delimiter).writerows(rows)
        for ending in ("", ".gz"):
            content = file.getvalue().encode("utf-8-sig")
            found = given_by(name + ending, gzip.compress(content) if ending else content)
            assert found == [
                Document(id="a", title="T", text='He said "no",\nand left.', path=name + ending),
                Document(id="b", text="x\ty", path=name + ending),
            ]


@pytest.mark.parametrize(
    ("written", "date"),
    [
        ("2022-01-31", "2022-01-31"),
        ("2022-01-31T23:59:59Z", "2022-01-31"),
        ("2022-01-31 23:59:59.5+02:00", "2022-01-31"),
        ("2022-01-31T2359", "2022-01-31"),
        ("2022/1/3", "2022-01-03"),
        ("20220131", "2022-01-31"),
        (20220131, "2022-01-31"),
        ("Mon, 31 Jan 2022 23:59:59 -0500", "2022-01-31"),
        ("31 Jan 2022 23:59:59", "2022-01-31"),
        ("2022-02-30", None),
        ("2022-13-01", None),
        ("2022-01/31", None),
        ("31 Feb 2022 00:00:00", None),
        ("1643673599", None),
        (1643673599, None),
        ("2022", None),
        ("\u0662\u0660\u0662\u0662-01-31", None),
        ("soon", None),
        ("NaN", None),
        (float("nan"), None),
        ([2022], None),
        (None, None),
    ],
)
def test_dates_are_read_in_the_usual_forms_only(written: object, date: str | None) -> None:
    assert document("a.jsonl", json.dumps({"text": "x", "date": written})).date == date


@pytest.mark.parametrize("url", ["javascript:alert(1)", "https://a b", 'https://a"><b>', "x", ""])
def test_what_is_no_web_address_is_no_url(url: str) -> None:
    assert document("a.jsonl", json.dumps({"text": "x", "url": url})).url is None


FRAGMENT = """\
<!-- wp:paragraph --><style>p > a {}</style><h2>Why &amp; how</h2><p>The <a href="/b">bridge</a>
is closed.</p>\r\n\r\n<p>It costs &pound;5.&nbsp;He said &#8220;no&#8221;.<sup>1</sup></p>
<ul><li><p>one</p></li><li>two</li></ul><script>if (a<b) { x("<p>") }</script>
<table><tr><td>a</td><td>b</td></tr></table><DIV>first<br />second &lt;b&gt; 10<sup>6</sup></DIV>"""
FRAGMENT_TEXT = """\
## Why & how

The bridge is closed.

It costs £5.\xa0He said “no”.¹

- one

- two

a b

first

second <b> 10⁶"""


def test_html_in_a_table_is_read_as_it_is_shown() -> None:
    found = document("t.jsonl", json.dumps({"title": "A &#8211; <i>b</i>", "text": FRAGMENT}))
    assert (found.text, found.title) == (FRAGMENT_TEXT, "A – b")
    file = io.StringIO()
    csv.writer(file).writerows([("title", "text"), ("A &#8211; <i>b</i>", FRAGMENT)])
    assert document("t.csv", file.getvalue()).text == FRAGMENT_TEXT


def test_text_in_a_table_with_a_stray_sign_stays_as_it_is() -> None:
    text = "If a < b &amp; c > d,\nthen <b> is no tag of a paragraph."
    found = document("t.jsonl", json.dumps({"title": "A &amp; B", "text": text}))
    assert (found.text, found.title) == (text, "A &amp; B")


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("<h2>&nbsp;</h2><p>He left.</p>", "He left."),
        ("<h3><img src=a></h3>\n<p>He left.</p>", "He left."),
        ("<ul><li></li></ul><p>He left.</p>", "He left."),
        ("<ul><li>\n<div><p>one</p></div></li><li>two", "- one\n\n- two"),
        ("He\nleft.<br/>\n\nShe\nstayed.", "He\nleft.\n\nShe\nstayed."),
        ("<script src=a /><p>He left.</p>", "He left."),
        ("<style/><p>He left.</p><style>p{}</style>", "He left."),
        ("<script><p>He left.</p>", "He left."),
        ("<p>He left.</p><script>x('<sup>')</script>", "He left."),
        ("<p>Ann <ann@x.example> <me> of<o:p></o:p> it.</p>", "Ann <ann@x.example> <me> of it."),
    ],
)
def test_what_is_empty_or_unclosed_in_html_hides_nothing(written: str, shown: str) -> None:
    assert document("t.jsonl", json.dumps({"text": written})).text == shown


@pytest.mark.parametrize(
    "mark", ["<", "<a", "<script>", "<sup>", "<li>", "\n ", "<!--", "&#", "- \n"]
)
def test_hostile_html_in_a_table_does_not_hang(mark: str) -> None:
    start = perf_counter()
    given_by("t.jsonl", json.dumps({"text": "<br>x" + mark * (10**6 // len(mark))}))
    assert perf_counter() - start < 10  # seconds; the square of the length would take hours


def test_a_bad_record_is_named_and_the_others_are_read() -> None:
    lines = [
        '{"id": "a", "text": "A"}',
        "",
        '{"id": "b", "text": ',
        '["text"]',
        '{"id": "c", "text": " "}',
        '{"id": "d"}',
        '{"id": "a", "text": "A again"}',
        '{"id": "e\\u0007", "text": "E"}',
        '{"id": "' + "f" * 513 + '", "text": "F"}',
        "[" * 100_000,
        '{"text": "x", "id": ' + "1" * 5_000 + "}",
        '{"title": null, "text": "Z"}',
    ]
    content = "\n".join(lines).encode() + b'\n{"text": "\xff"}'
    found = given_by("t.jsonl", content)
    assert [str(one) if isinstance(one, DocumentUnreadable) else one.id for one in found] == [
        "a",
        "t.jsonl:3: not JSON (Expecting value at column 20)",
        "t.jsonl:4: not a JSON object but a list",
        "t.jsonl:5: no text (looked for text, body, content)",
        "t.jsonl:6: no text (looked for text, body, content)",
        "t.jsonl:7: its id 'a' is that of line 1, too",
        "t.jsonl:8: its id 'e\\x07' holds a control character or is not valid Unicode",
        "t.jsonl:9: its id has 513 characters, where 512 are the most",
        "t.jsonl:10: JSON that cannot be read (RecursionError)",
        "t.jsonl:11: JSON that cannot be read (ValueError)",
        "t.jsonl#11",
        "t.jsonl:13: not UTF-8 (byte 0xff); convert the file to UTF-8",
    ]


def test_a_bad_row_is_named_and_the_others_are_read() -> None:
    rows = b'id,text\na,"two\nlines"\nb,B,more\nc,"C"x\n\nd\n,E\nf,"open'
    found = given_by("t.csv", rows)
    assert [str(one) if isinstance(one, DocumentUnreadable) else one.id for one in found] == [
        "a",
        "t.csv:4: 3 columns, where the first row names 2",
        "t.csv:5: not CSV (',' expected after '\"'); look for a quotation mark that is not doubled",
        "t.csv:7: it may begin within the record before, whose quotation marks went wrong",
        "t.csv#5",
        "t.csv:9: not CSV (unexpected end of data); look for a quotation mark that is not doubled",
    ]


def test_half_a_row_behind_a_bad_quotation_mark_is_no_document() -> None:
    rows = 'id,text\n1,"He said "no" to us,\nand left, then "she" too."\n2,Fine.\n'
    found = given_by("t.csv", rows)
    assert [one.id for one in found if isinstance(one, Document)] == ["2"]
    assert all(":2: " in str(one) or ":3: " in str(one) for one in found[:-1])


def test_front_matter_takes_linear_time_and_knows_all_columns() -> None:
    start = perf_counter()
    found = document(
        "a.md", f"---\ntitle: x{' ' * 400_000}y\npublish_date: 2024-03-05\n---\nHe left."
    )
    assert perf_counter() - start < 10  # seconds; in quadratic time it would take minutes
    assert (found.title, found.date) == ("x y", "2024-03-05")


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (
            "<p>At least <del>12</del> <ins>15</ins> people died on "
            "<time datetime=2014-03-12>12 March 2014</time> in Paris.</p>",
            "At least 15 people died on 12 March 2014 in Paris.",
        ),
        (
            "<p>He said <q>we <b>will</b> not leave</q> on Monday.</p>",
            "He said “we will not leave” on Monday.",
        ),
        (
            "<table><tr><td><p>Putin denied it.</p><p>Assad agreed.</p></td><td>One</td></tr>"
            "<tr><td>a</td><td>b</td></tr></table>",
            "Putin denied it. Assad agreed. | One",
        ),
        (
            "<p>It emits 10<sup>6</sup> tonnes<sup>[2]</sup> over 25 m<sup>2</sup> since 2019."
            "<sup><a href='#4'>4</a></sup> On the 1<sup>st</sup> it was 10<sup>-3</sup> or so.</p>",
            "It emits 10⁶ tonnes[2] over 25 m² since 2019.⁴ On the 1st it was 10⁻³ or so.",
        ),
    ],
)
def test_a_sentence_of_a_page_reads_as_it_is_shown(written: str, read: str) -> None:
    page = f"<html><body><article>{PARAGRAPH * 2}{written}{PARAGRAPH}</article></body></html>"
    assert read in document("a.html", page).text


def test_a_table_without_a_text_column_is_refused_once() -> None:
    lines = '{"id": 1, "Question": "?"}\n{"id": 2, "a\\ud800": 3}\n' * 3
    assert str(refusal("t.jsonl", lines)) == (
        "t.jsonl: no column text, body or content; it has id, question, a\ufffd"
    )
    assert refusal("t.csv", "url,answer\nx,y\nx,z\n").why.endswith("it has url, answer")


def test_records_before_the_first_with_text_are_refused_one_by_one() -> None:
    found = given_by("t.jsonl", '{"id": 1}\n{"id": 2, "text": "x"}\n')
    assert {str(one) for one in found if isinstance(one, DocumentUnreadable)} == {
        "t.jsonl:1: no text (looked for text, body, content)"
    }
    assert [one.id for one in found if isinstance(one, Document)] == ["2"]


def test_a_record_over_the_limit_is_refused_by_its_line() -> None:
    huge = b'{"text": "' + b"x" * DOCUMENT_LIMIT + b'"}'
    found = given_by("t.jsonl", b'{"text": "a"}\n' + huge + b'\n{"text": "b"}')
    assert [str(one) if isinstance(one, DocumentUnreadable) else one.text for one in found] == [
        "a",
        "t.jsonl:2: larger than 32 MiB; split it",
        "b",
    ]


def test_a_row_over_the_limit_ends_the_table_and_gives_the_limit_of_fields_back() -> None:
    before = csv.field_size_limit()
    long = "y" * (before + 1)
    content = (
        f"id,text\na,{long}\n"
        + 'b,"'
        + ("x" * 99 + "\n") * (DOCUMENT_LIMIT // 100 + 1)
        + '"\nc,C\n'
    )
    first, second = given_by("t.csv", content)
    assert isinstance(first, Document) and first.text == long
    assert str(second) == ("t.csv:3: larger than 32 MiB; split it; nothing from here on was read")
    assert csv.field_size_limit() == before


def test_a_table_in_another_encoding_is_read() -> None:
    for encoding in ("cp1252", "utf-16"):
        content = f'id,text\na,"{ENGLISH}"'.encode(encoding)
        assert document("t.csv", content).text == ENGLISH
        line = json.dumps({"text": ENGLISH}, ensure_ascii=False)
        assert document("t.jsonl", line.encode(encoding)).text == ENGLISH


def test_damaged_gzip_gives_what_was_whole_and_is_named() -> None:
    lines = "".join(
        json.dumps({"text": f"{random.Random(n).random()}"}) + "\n" for n in range(9_999)
    )
    whole = gzip.compress(lines.encode())
    *_, cut = given_by("t.jsonl.gz", whole[:-100])
    assert isinstance(cut, DocumentUnreadable) and "damaged gzip" in cut.why
    assert "damaged gzip" in refusal("t.jsonl.gz", b"not gzip").why


def test_a_gzip_bomb_fills_no_memory() -> None:
    bomb = gzip.compress(b'{"text": "' + b" " * 150 * 2**20, compresslevel=1)
    code = (
        "import resource, sys; from pathlib import Path; from rag.readers import Source, read; "
        "resource.setrlimit(resource.RLIMIT_AS, (2**30, 2**30)); "
        "print(*read(Source(Path('x'), 't.jsonl.gz'), sys.stdin.buffer.read()))"
    )
    ran = run([sys.executable, "-c", code], input=bomb, capture_output=True, check=True)
    assert ran.stdout.decode().strip() == "t.jsonl.gz:1: larger than 32 MiB; split it"


# standard input


def test_standard_input_is_jsonl_or_html_if_it_begins_so() -> None:
    (record,) = read(STDIN, b' \n{"text": "He left."}')
    assert record == Document(id="stdin#1", text="He left.", path="stdin")
    (text,) = read(STDIN, b"He left {so}.")
    assert text == Document(id="stdin", text="He left {so}.", path="stdin")
    for page in ("<!DOCTYPE html>\n<p>He left.", "\ufeff <HTML lang=en><body><p>He left.</p>"):
        (document,) = read(STDIN, page.encode())
        assert document == Document(id="stdin", text="He left.", path="stdin")
    for written in ("<p>He left.</p>", "Text of <html>.", "<htmlish> He left.", "<html-like> x"):
        (text,) = read(STDIN, written.encode())
        assert text.text == written


# laws

SAMPLES = {
    "a.txt": SEEDS.joinpath("000_cbe88fa1faa59afa.txt").read_bytes()[:2_000],
    "a.md": MARKDOWN.encode(),
    "a.html": PAGE.encode(),
    "a.jsonl": b'{"id": 1, "text": "He \\ud800 said \xe2\x80\x9cno\xe2\x80\x9d"}\n{"text": "x"}\n',
    "a.csv": b'id,text,date\na,"He said ""no"", e\xcc\x81",2024-01-01\nb,c,d\n',
    "a.tsv.gz": gzip.compress(b"id\ttext\na\tHe left.\n"),
}


@st.composite
def mutated(draw: st.DrawFn) -> tuple[str, bytes]:
    name = draw(st.sampled_from(sorted(SAMPLES)))
    content = bytearray(SAMPLES[draw(st.sampled_from(sorted(SAMPLES)))])
    for _ in range(draw(st.integers(0, 8))):
        start = draw(st.integers(0, len(content)))
        end = start + draw(st.integers(0, 40))
        pieces = st.sampled_from(
            [b"\r", b"\xff\xfe", b"\xed\xa0\x80", b"<", b'"', b"\x93", b"&#0;"]
        )
        content[start:end] = draw(pieces | st.binary(max_size=20))
    return name, bytes(content)


@settings(max_examples=300, deadline=None)
@given(mutated() | st.tuples(st.sampled_from(sorted(SAMPLES)), st.binary(max_size=300)))
def test_any_bytes_give_lawful_documents_or_a_refusal(file: tuple[str, bytes]) -> None:
    found = given_by(*file)
    assert found  # nothing is left out without a word
    for one in found:
        if isinstance(one, Document):
            fields = [one.id, one.text, one.title or "", one.outlet or "", one.url or ""]
            assert one.text.strip() and one.sha256
        else:
            fields = [str(one)]
            assert len(str(one).splitlines()) == 1
        for text in fields:
            assert is_normalized("NFC", text) and not set(text) & {"\r", "\0"}
            text.encode()


def test_reading_twice_gives_the_same() -> None:
    for name, content in SAMPLES.items():
        once, again = given_by(name, content), given_by(name, content)
        assert list(map(str, once)) == list(map(str, again))


def test_plain_text_and_tables_load_no_heavy_library() -> None:
    code = (
        "import sys; from pathlib import Path; from rag.readers import Source, read; "
        "list(read(Source(Path('x'), 'a.txt'), b'He left.')); "
        "list(read(Source(Path('x'), 'a.jsonl'), b'{\"text\": \"x\"}')); "
        "print({'trafilatura', 'markdown_it', 'charset_normalizer', 'lxml'} & set(sys.modules))"
    )
    ran = run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    assert ran.stdout == "set()\n"


def test_a_title_ends_after_five_hundred_characters(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text(f"# {'A' * 600}\n\nIt rained in May.\n", encoding="utf-8")
    row = {"_id": "r", "title": "B" * 600, "outlet": "C" * 600, "text": "It rained in May."}
    (tmp_path / "t.jsonl").write_text(json.dumps(row) + "\n", encoding="utf-8")
    found = [one for source in sources(tmp_path) for one in read(source, fetch(source))]
    known = {titled(one).title: titled(one).outlet for one in found if isinstance(one, Document)}
    assert known == {"A" * 500: None, "B" * 500: "C" * 500}
