# ruff: noqa: RUF001  minus signs and accents are among the inputs
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from itertools import pairwise
from pathlib import Path
from time import perf_counter

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rag import lexical
from rag.check import LONGEST_QUOTE, MOST_MATCHES, Checked, Corpus, check
from rag.check.align import align
from rag.check.draft import quoted
from rag.check.find import places
from rag.check.quote import Gap, readings
from rag.check.words import folded, words
from rag.datatypes import Document, Filters, Span
from rag.errors import QuoteInvalid
from rag.readers import fetch, read, sources
from rag.segment import passages, segment, titled
from rag.store import Settings, Writer, snapshot

PATIENT = settings(deadline=None, suppress_health_check=[*HealthCheck])  # on a busy machine
ARTICLE = "001_05527421de63da50.txt"
SPECIAL = "Our special services did not see these blows coming."
OTHERS = (
    Document(
        "council.txt",
        "Council delays vote\n"
        "The council will not vote on the bridge unless the engineers report by May 5. "
        "“The bridge is safe,” said Mayor Ann Bell, “and it will stay open all winter.” "
        "The repair costs $1,500,000, a third more than planned.\n"
        "“We were never asked,” the U.S. envoy said. It was -5 degrees. He said it was cold.",
        title="Council delays vote",
        outlet="The Post",
        date="2024-03-02",
    ),
    Document("wire-a.txt", "The minister resigned on Friday after the vote in the north.\nA. B."),
    Document("wire-b.txt", "Late.\nThe minister resigned on Friday after the vote in the north."),
    Document(
        "quoter.txt", "It [the board] was told: the x-ray… showed nothing, p. 5–7, café, 50%."
    ),
    Document(
        "marked.txt", "The Brand™ phone and the ex\u00adam\u00adple of a ﬁne rock’n’roll band."
    ),
)


def seeds_documents(seeds: Path) -> Iterator[Document]:
    for source in sources(seeds):
        for document in read(source, fetch(source)):
            assert isinstance(document, Document)
            yield titled(document)


@contextmanager
def corpus_of(
    index: Path, documents: Sequence[Document], filters: Filters | None = None
) -> Iterator[Corpus]:
    """An index without vectors: quotes are checked by words alone."""
    index.mkdir(exist_ok=True)
    if not any(index.iterdir()):
        with closing(Writer(index)) as writer:
            writer.settings = Settings(
                encoder="", fingerprint="", width=1, length_words=60, overlap_words=0, analysis=""
            )
            for document in documents:
                writer.add(writer.put_file("root", document.id, document.sha256), document)
                cut = segment(document)
                writer.cut(document, cut, [(one, b"key") for one in passages(cut)])
            lexical.save(
                index, "s", documents=writer.document_terms(), passages=writer.passage_terms()
            )
            writer.commit("s")
    with snapshot(index) as record:
        postings = lexical.Lexical(index, "s", expected=record.passages())
        yield Corpus(record, postings, filters or Filters())


Check = Callable[..., Checked]


@pytest.fixture(scope="module")
def everything(seeds: Path) -> tuple[Document, ...]:
    return (*seeds_documents(seeds), *OTHERS)


@pytest.fixture(scope="module")
def index(everything: Sequence[Document], tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("check") / "index"
    with corpus_of(folder, everything):
        return folder


@pytest.fixture(scope="module")
def checked(index: Path) -> Iterator[Check]:
    """Checks a quote in the seeds and `OTHERS`, and holds every match to the law of slices."""
    with corpus_of(index, ()) as corpus:

        def run(quote: str, **options: object) -> Checked:
            found = check(quote, corpus, **options)
            assert found.quote == quote
            hold_the_laws(found)
            return found

        yield run


def hold_the_laws(found: Checked) -> None:
    for match in found.matches:
        assert match.text == match.document.text[match.span.start : match.span.end]
        assert match.text
        if found.verdict == "absent":
            continue
        steps = match.differences
        source = [word for one in steps for word in words(one.source).folded]
        assert source == [*words(match.text).folded]  # the steps lead over the whole match
        for one in steps:
            ours, theirs = words(one.quote).folded, words(one.source).folded
            assert (one.tag == "equal") == (ours == theirs) or "]" in one.quote
            assert (one.tag == "insert") <= (not one.quote and bool(theirs))
            assert (one.tag == "delete") <= (bool(one.quote) and not one.source)


def kinds(found: Checked) -> list[str]:
    return [change.kind for change in found.changes]


def steps_of(found: Checked) -> list[tuple[str, str, str]]:
    return [(one.tag, one.quote, one.source) for one in found.matches[0].differences]


# Words


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("don't", "don’t"),
        ("U.S.", "US"),
        ("5,500", "5500"),
        ("well-known", "well known"),
        ("ﬁne", "fine"),
        ("ex\u00adample", "example"),
        ("ＡＢＣ", "abc"),
        ("−5", "-5"),
        (".5", "0.5"),
        ("(−5)", "-5"),
        ("fell to –5", "fell to -5"),
        ("“-5", "-5"),
        ('said "-5', "said −5"),
        ("–$5", "-$5"),
        ("5–6", "5-6"),
        ("$5–$6", "$5, $6"),
        ("“A”-5", "A-5"),
        ("p<.05", "p < 0.05"),
        ("> Over\n> 5 of them", "Over 5 of them"),
        ("Ages:\n<5", "Ages: <5"),
        ("Age | <5 |", "Age <5"),
        ("Ages\n- ≥ 65\n* >5", "Ages ≥65 >5"),
        ("-> 5, =>5", "5, 5"),
        ('<br>5 <a href="x">5</a>', "br 5 a href x 5 a"),
        ('"A"-5', "A-5"),
        ("葛\U000e0100城", "葛城"),
        ("İzmir", "i\u0307zmir"),
    ],
)
def test_words_that_differ_by_signs_are_the_same(ours: str, theirs: str) -> None:
    assert words(ours).folded == words(theirs).folded != ()


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        *(("5 million", "5m"), ("5.5", "5,5"), ("5.5", "55"), ("5", "-5"), ("$5", "€5")),
        *(("5%", "5"), ("can", "can't"), ("cafe", "café"), ("its", "it's"), ("1st", "1")),
        *((".5", "5"), ("(-5)", "(5)"), ("-.5", "-5"), ("10²", "102"), ("1,5000", "15000")),
        *(("₱5", "5"), ("±5", "5"), ("–5", "5"), ("-$5", "$5"), ("$-5", "$5"), ("“-5”", "5")),
        *(("p < .05", "p > .05"), ("p<5", "p>5"), (">95%", "<95%"), ("x ≤ 9", "x ≥ 9")),
        *(("में", "मैं"), ("की", "के"), ("Ọ̀rọ̀", "Ọ́rọ́"), ("סֵפֶר", "סָפַר"), ("ง่าย", "งาย")),
    ],
)
def test_words_that_say_another_thing_differ(ours: str, theirs: str) -> None:
    assert words(ours).folded != words(theirs).folded


@given(st.text(max_size=200))
@settings(PATIENT)
def test_words_are_slices_in_order(text: str) -> None:
    found = words(text)
    assert len(found.spans) == len(found.folded)
    assert all(a[1] <= b[0] for a, b in pairwise(found.spans))
    assert [folded(text[start:end]) for start, end in found.spans] == [*found.folded]


# Exact


@pytest.mark.parametrize(
    "quote",
    [
        SPECIAL,
        SPECIAL.upper(),
        f"“{SPECIAL}”",
        "our special services did not see\nthese blows coming",
        "see these blows coming. That means",
        'At any time," the Russian president',
        "coming",
        "the bridge is safe",
        "we were never asked the US envoy said",
        "We were never asked,’ the U.S envoy",
        "It was −5 degrees",
        "repair costs $1500000",
        "it [the board] was told",
        "the X-ray … showed nothing",
        "p. 5-7, café, 50%",
        "Council delays vote. The council will",
    ],
)
def test_other_signs_and_another_case_alter_nothing(quote: str, checked: Check) -> None:
    found = checked(quote)
    assert found.verdict == "exact"
    assert words(found.matches[0].text).folded == words(quote.replace("…", "")).folded
    assert set(kinds(found)) <= {"negation_before"}


def test_vowel_signs_are_of_their_words(tmp_path: Path) -> None:
    text = "मैं घर में हूँ और यह बहुत अच्छा है"  # I am in the house, and it is very good
    with corpus_of(tmp_path / "index", [Document("a.txt", text)]) as corpus:
        assert check(text, corpus).verdict == check("मैं घर में हूँ", corpus).verdict == "exact"
        changed = check(text.replace("में", "मैं"), corpus)
    assert changed.verdict == "altered"
    assert [(one.quote, one.source) for one in changed.changes] == [("मैं", "में")]


def test_a_quote_of_common_words_is_found(checked: Check) -> None:
    found = checked("he said it was")
    assert [match.document.id for match in found.matches] == ["council.txt"]


def test_a_word_that_the_index_cuts_otherwise_is_found(checked: Check) -> None:
    for quote in ("the Brand phone and the example of a fine", "Brand™ phone", "rock'n'roll band"):
        assert checked(quote).matches[0].document.id == "marked.txt"
        assert checked(quote).verdict == "exact"


def test_every_copy_is_told(checked: Check) -> None:
    found = checked("the minister resigned on Friday")
    assert [match.document.id for match in found.matches] == ["wire-a.txt", "wire-b.txt"]
    assert (found.more, found.counted) == (0, True)


def test_places_beyond_the_limit_are_counted(checked: Check, everything: tuple[Document]) -> None:
    found = checked("Ukraine")
    there = sum(words(one.text).folded.count("ukraine") for one in everything)
    assert len(found.matches) == MOST_MATCHES
    assert found.more == there - MOST_MATCHES > 0


def test_a_quote_of_very_many_parts_is_refused(checked: Check) -> None:
    with pytest.raises(QuoteInvalid, match="has 65 parts, more than 64"):
        checked(" ... ".join(["the minister"] * 65))


def test_a_speaker_is_looked_for_at_a_thousand_places_and_no_more(tmp_path: Path) -> None:
    document = Document("a.txt", "“Never again,” Soto said. " * 1_100)
    asked = list[int]()

    def speaker_of(document: Document, span: Span) -> str:
        asked.append(span.start)
        return "Soto"

    with corpus_of(tmp_path / "index", [document]) as corpus:
        found = check("never again", corpus, said_by="Lee", speaker_of=speaker_of)
    assert (found.verdict, found.counted, found.more) == ("exact", False, 1_100 - MOST_MATCHES)
    assert len(asked) <= 1_000 + MOST_MATCHES


def test_a_trade_mark_is_found_with_and_without_its_sign(checked: Check) -> None:
    assert checked("The Brand™").verdict == checked("The Brand").verdict == "exact"


@given(data=st.data())
@settings(PATIENT, max_examples=60)
def test_any_slice_of_whole_words_is_exact(
    data: st.DataObject, checked: Check, everything: tuple[Document, ...]
) -> None:
    document = data.draw(st.sampled_from(everything))
    of = [*re.finditer(r"\S+", document.text)]
    first = data.draw(st.integers(0, len(of) - 1))
    last = data.draw(st.integers(first, min(len(of) - 1, first + 300)))
    quote = document.text[of[first].start() : of[last].end()]
    if not len(words(quote)):
        return
    found = checked(quote)
    assert found.verdict == "exact"
    assert document.id in {match.document.id for match in found.matches} or found.more


PIECES = st.sampled_from(
    ["a", "b", "A.B", "’", " ", "-", "5", ",", "…", "[", "]", "é", "\n", "not"]
)
TEXT = st.lists(PIECES | st.characters(), max_size=60).map("".join)


@given(text=TEXT, data=st.data())
@settings(PATIENT)
def test_a_slice_of_any_text_is_found_in_it(text: str, data: st.DataObject) -> None:
    of = words(text)
    if not len(of) or re.search(r"[\[\]…]|\.\s?\.", text):
        return  # what an ellipsis or brackets stand for is tested by itself
    first = data.draw(st.integers(0, len(of) - 1))
    end = data.draw(st.integers(first + 1, len(of)))
    quote = readings(of.span(first, end).of(text))[0]
    if quote.words.folded == of.folded[first:end]:  # a cut may turn "x -5" into "-5"
        assert (((first, end),)) in places(quote, of)


# Gaps


def test_an_ellipsis_allows_for_what_it_leaves_out_and_tells_it(checked: Check) -> None:
    found = checked("The council will … vote on the bridge")
    assert found.verdict == "exact"
    assert steps_of(found)[1] == ("replace", "…", "not")
    assert kinds(found) == ["ellipsis", "negation_dropped"]
    found = checked("The council will not vote on the bridge [...] by May 5")
    assert kinds(found) == ["ellipsis", "condition_dropped"]


def test_an_ellipsis_joins_no_parts_of_the_wrong_order(checked: Check) -> None:
    found = checked("the engineers report by May 5 ... The council will not vote")
    assert (found.verdict, kinds(found)[0]) == ("altered", "merged")


def test_an_ellipsis_allows_for_nothing_beside_it(checked: Check) -> None:
    found = checked("The council will not vote on the tunnel unless … by May 5")
    assert (found.verdict, "word" in kinds(found)) == ("altered", True)
    assert ("replace", "tunnel", "bridge") in steps_of(found)


@pytest.mark.parametrize(
    ("quote", "ours", "theirs"),
    [
        ("[They] will not vote on the bridge", "[They]", ""),
        ("The council will not vote on [it] unless the engineers", "[it]", "the bridge"),
        ("The council will not vot[ing] on the bridge", "vot[ing]", "vote"),
        ("The bridge [sic] is safe", "[sic]", ""),
    ],
)
def test_words_in_brackets_are_those_of_whoever_quotes(
    quote: str, ours: str, theirs: str, checked: Check
) -> None:
    found = checked(quote)
    assert found.verdict == "exact"
    change = next(one for one in found.changes if one.kind == "bracket")
    assert (change.quote, change.source) == (ours, theirs)


def test_a_letter_in_brackets_is_of_its_word(checked: Check) -> None:
    assert checked("[T]he bridge is safe").changes == ()


def test_a_quote_may_just_be_as_long_and_of_as_many_parts(checked: Check) -> None:
    for longest, more in (("x" * LONGEST_QUOTE, "x"), (" … ".join(["cold"] * 64), " … cold")):
        assert checked(longest).verdict == "absent"
        with pytest.raises(QuoteInvalid, match="more than"):
            checked(longest + more)


def test_brackets_stand_for_twelve_words_at_the_most() -> None:
    gap = Gap(1, Span(0, 3), "bracket")
    assert [gap.allows(("word",) * count) for count in (12, 13)] == [True, False]


@pytest.mark.parametrize(
    ("text", "quote", "told"),
    [
        (
            "“The bridge is safe,” said {} old and tired mayor Ann Bell, “and will be open.”",
            "The bridge is safe and will be open.",
            {"the": ("exact", ["attribution"]), "the very": ("altered", ["cut"])},
        ),
        (
            "The tax rose by {} in the spring of that year.",
            "The tax rose by 6 dollars in the spring of that year.",
            {"5 pounds": ("altered", ["number"]), "5 long pounds": ("altered", ["word", "number"])},
        ),
        (
            "{} is closed. Rain fell. The mayor went home late.",
            "{} is closed. The mayor went home late.",
            {"The bridge": ("altered", ["merged"]), "Bridge": ("altered", ["cut"])},
        ),
    ],
)
def test_how_many_words_make_a_change_another(
    text: str, quote: str, told: dict[str, tuple[str, list[str]]], tmp_path: Path
) -> None:
    for number, (words_there, expected) in enumerate(told.items()):
        document = Document("a.txt", text.format(words_there))
        with corpus_of(tmp_path / f"{number}", [document]) as corpus:
            found = check(quote.format(words_there), corpus)
        assert (found.verdict, kinds(found)) == expected


def test_brackets_hide_no_other_word(checked: Check) -> None:
    assert checked("The council will not reject[ed] on the bridge unless").verdict == "altered"
    assert checked("[x] [y] [z]").verdict == "absent"


def test_who_says_it_may_be_left_out_between_two_quotations(checked: Check) -> None:
    found = checked("The bridge is safe, and it will stay open all winter")
    assert (found.verdict, kinds(found)) == ("exact", ["attribution"])
    assert found.changes[0].source == "said Mayor Ann Bell"


@pytest.mark.parametrize(
    "source",
    [
        "“No,” | he said, | “we will not go to the river town.”",
        "“Of course,” | Mayor Ann Bell told us, | “the library closes.”",
        "“We have nothing to hide from anyone here,” | he said, | “no.”",
        "“We will come,” | said the mayor, | “and we will stay.”",
    ],
)
def test_few_words_before_or_behind_who_says_it_are_of_the_quote(
    source: str, tmp_path: Path
) -> None:
    quote = re.sub(r"[“”]|\|.*\|", "", source)
    marked, bare = source.replace("| ", ""), re.sub(r"[“”]|\| ", "", source)
    for number, (text, verdicts) in enumerate([(marked, {"exact"}), (bare, {"altered", "absent"})]):
        with corpus_of(tmp_path / str(number), [Document("a.txt", text)]) as corpus:
            found = check(quote, corpus)
        assert found.verdict in verdicts
        assert ("attribution" in kinds(found)) == (text is marked)


def test_of_copies_one_of_which_is_exact_only_that_is_told(tmp_path: Path) -> None:
    near = "“The bridge is safe,” Bob said, then “and it will stay open all winter.”"
    exact = (
        "“The bridge is safe,” Mayor Ann Bell told reporters, “and it will stay open all winter.”"
    )
    with corpus_of(
        tmp_path / "index", [Document("a.txt", near), Document("b.txt", exact)]
    ) as corpus:
        found = check("The bridge is safe, and it will stay open all winter", corpus)
    assert found.verdict == "exact"
    assert [match.document.id for match in found.matches] == ["b.txt"]


@pytest.mark.parametrize(
    ("source", "between"),
    [
        ("„Die Brücke ist sicher“, sagte Ann Bell, „und sie bleibt offen.“", "sagte Ann Bell"),
        ("»Die Brücke ist sicher«, sagte Ann Bell, »und sie bleibt offen.«", "sagte Ann Bell"),
        ("« Le pont est bien sûr », a dit Ann Bell, « et il reste ouvert. »", "a dit Ann Bell"),
        ("‘The bridge is safe’, said Ann Bell, ‘and it stays open.’", "said Ann Bell"),
        ('"The bridge is safe," Ann Bell said—"and it stays open."', "Ann Bell said"),
    ],
)
def test_marks_of_other_languages_end_and_begin_quotations(
    source: str, between: str, tmp_path: Path
) -> None:
    quote = re.sub("[«»„“‘’]", "", source.replace(between, ""))
    with corpus_of(tmp_path / "index", [Document("a.txt", source)]) as corpus:
        found = check(quote, corpus)
    assert (found.verdict, kinds(found)) == ("exact", ["attribution"])
    assert found.changes[0].source == between


@pytest.mark.parametrize(
    ("source", "quote"),
    [
        (
            "We will 'not' rule out nuclear weapons in this war.",
            "We will rule out nuclear weapons in this war",
        ),
        (
            "He said that inflation “almost certainly” will fall over the next year.",
            "He said that inflation will fall over the next year",
        ),
        (
            "He said many times that the voters’ anger at ‘elites’ will shape the next vote.",
            "He said many times that the voters elites will shape the next vote",
        ),
        (
            "“It is safe for all of us,” said Bell, but Hart called it “a danger to the town”.",
            "It is safe for all of us, a danger to the town",
        ),
    ],
)
def test_quoted_words_within_a_sentence_may_not_be_left_out(
    source: str, quote: str, tmp_path: Path
) -> None:
    with corpus_of(tmp_path / "index", [Document("a.txt", source)]) as corpus:
        assert check(source, corpus).verdict == "exact"
        assert check(quote, corpus).verdict == "altered"


def test_a_point_before_a_figure_is_of_it(tmp_path: Path) -> None:
    text = "Rates rose .5 percent in the third quarter of the year."
    with corpus_of(tmp_path / "index", [Document("a.txt", text)]) as corpus:
        assert check("Rates rose .5 percent in the third quarter", corpus).verdict == "exact"
        assert check("Rates rose 0.5 percent in the third quarter", corpus).verdict == "exact"
        assert check("Rates rose 5 percent in the third quarter", corpus).verdict == "altered"


@pytest.mark.parametrize(
    ("source", "quote", "ours", "theirs"),
    [
        ("Net funding last year: -$2,368 per resident", "year: $2,368 per resident", "$", "-$"),
        ("Twitter claims that >95% of them are real", "that <95% of them are real", "<95", ">95"),
        ("The result had a p < 0.05 and was bad", "a p > 0.05 and was", "> 0.05", "< 0.05"),
        ("The probe will be cold at –234°C, they said", "cold at 234°C, they said", "234", "–234"),
    ],
)
def test_a_minus_is_of_its_figure(
    source: str, quote: str, ours: str, theirs: str, tmp_path: Path
) -> None:
    with corpus_of(tmp_path / "index", [Document("a.txt", source)]) as corpus:
        for minus in ("-", "–", "−"):
            assert check(re.sub("[-–]", minus, source), corpus).verdict == "exact"
        found = check(quote, corpus)
    hold_the_laws(found)
    assert found.verdict == "altered"
    assert [(one.kind, one.quote, one.source) for one in found.changes] == [
        ("number", ours, theirs)
    ]


# Altered


@pytest.mark.parametrize(
    ("quote", "kind", "step"),
    [
        (SPECIAL.replace("not ", ""), "negation_dropped", ("insert", "", "not")),
        (SPECIAL.replace("did", "never did"), "negation_added", ("delete", "never", "")),
        (SPECIAL.replace("blows", "planes"), "word", ("replace", "planes", "blows")),
        (SPECIAL.replace("Our", "Your"), "word", ("replace", "Your", "Our")),
        (SPECIAL.replace("coming", "going"), "word", ("replace", "going", "coming")),
        (SPECIAL.replace("did", "certainly did"), "added", ("delete", "certainly", "")),
        (SPECIAL.replace("special ", ""), "cut", ("insert", "", "special")),
        (
            "The repair costs $1,600,000, a third more",
            "number",
            ("replace", "1,600,000", "1,500,000"),
        ),
        ("The repair costs €1,500,000, a third more", "number", ("replace", "€", "$")),
        ("The repair costs ₽1,500,000, a third more", "number", ("replace", "₽", "$")),
        ("The repair costs $1,500,000, a quarter more", "number", ("replace", "quarter", "third")),
    ],
)
def test_what_was_changed_is_named(
    quote: str, kind: str, step: tuple[str, str, str], checked: Check
) -> None:
    found = checked(quote)
    assert (found.verdict, kinds(found)) == ("altered", [kind])
    assert step in steps_of(found)


def test_a_cut_without_an_ellipsis_tells_all_that_was_cut(checked: Check) -> None:
    found = checked("The council will not vote on the bridge by May 5")
    assert (found.verdict, kinds(found)) == ("altered", ["cut"])
    assert found.changes[0].source == "unless the engineers report"


def test_two_quotations_are_told_as_merged(checked: Check) -> None:
    found = checked(
        "We cannot allow such serious blunders to happen. The minister resigned on Friday."
    )
    assert (found.verdict, kinds(found)) == ("altered", ["merged"])
    assert [match.document.id for match in found.matches] == [ARTICLE, "wire-a.txt"]
    within = checked(
        "Our special services did not see these blows coming. We cannot allow such serious"
    )
    assert (within.verdict, kinds(within)) == ("altered", ["merged"])
    assert within.changes[0].source == "That means we have to do a better job"


def test_copies_of_an_altered_quote_are_told(checked: Check) -> None:
    found = checked("The minister resigned on Monday after the vote in the north")
    assert found.verdict == "altered"
    assert {match.document.id for match in found.matches} == {"wire-a.txt", "wire-b.txt"}


def test_a_negation_right_before_the_quoted_words_is_told(checked: Check) -> None:
    found = checked("see these blows coming")
    assert (found.verdict, kinds(found)) == ("exact", ["negation_before"])
    assert found.changes[0].source == "not"
    assert checked("We were never asked").changes == ()


def test_an_altered_heading_is_recognised(checked: Check) -> None:
    assert kinds(checked("Council delays the vote")) == ["added"]


# Absent


@pytest.mark.parametrize(
    "quote",
    [
        "Penguins cannot fly, but they swim better than most fish do.",
        "The president said on Thursday that the harvest was good.",
        "of the in the and the to the a",
        "zzzz",
        "[…] 77",
    ],
)
def test_what_stands_nowhere_is_absent(quote: str, checked: Check) -> None:
    found = checked(quote)
    assert (found.verdict, found.changes) == ("absent", ())
    assert len(found.matches) <= 1


def test_the_nearest_sentence_is_shown_whole(checked: Check) -> None:
    found = checked("The engineers report to their families.")
    assert found.verdict == "absent"
    assert found.matches[0].text.startswith("The council will not vote")
    assert found.matches[0].text.endswith("by May 5.")


def test_in_an_empty_index_everything_is_absent(tmp_path: Path) -> None:
    with corpus_of(tmp_path / "index", ()) as corpus:
        assert check(SPECIAL, corpus) == Checked(SPECIAL, "absent", None, ())


# Filters


@pytest.mark.parametrize(
    ("filters", "verdict"),
    [
        (Filters(document="council"), "exact"),
        (Filters(document="wire"), "absent"),
        (Filters(outlet="post"), "exact"),
        (Filters(since="2024-03-03"), "absent"),
        (Filters(until="2024-03-02"), "exact"),
    ],
)
def test_only_documents_that_pass_count(filters: Filters, verdict: str, index: Path) -> None:
    with corpus_of(index, (), filters) as corpus:
        assert check("The council will not vote", corpus).verdict == verdict
        assert check("Council delays vote", corpus).verdict == verdict


# Speakers


def speaker_of(document: Document, span: Span) -> str | None:
    """A real rule, if a small one: the words that "said" or "said Mayor" stand beside."""
    near = document.text[span.end : span.end + 60]
    found = re.match(r"\W*(?:said Mayor (Ann Bell)|the (U\.S\. envoy) said)", near)
    return next(filter(None, found.groups()), None) if found else None


@pytest.mark.parametrize("name", ["Ann Bell", "bell", "ANN"])
def test_a_quote_of_the_right_speaker_is_exact(name: str, checked: Check) -> None:
    found = checked("The bridge is safe", said_by=name, speaker_of=speaker_of)
    assert (found.verdict, found.speaker) == ("exact", name)
    assert found.matches[0].speaker == "Ann Bell"


def test_who_says_it_is_left_out_only_between_words_of_one_person(tmp_path: Path) -> None:
    source = "“It is safe for all of us,” said Bell, and Hart replied, “and a danger to the town.”"
    quote = "It is safe for all of us, and a danger to the town"

    def of_both(document: Document, span: Span) -> str:
        return "Bell" if "safe" in span.of(document.text) else "Hart"

    def of_one(document: Document, span: Span) -> str | None:
        return "Bell" if "safe" in span.of(document.text) else None

    with corpus_of(tmp_path / "index", [Document("a.txt", source)]) as corpus:
        found = check(quote, corpus, speaker_of=of_both)
        assert (found.verdict, kinds(found)) == ("altered", ["cut"])
        assert found.changes[0].source == "said Bell, and Hart replied"
        assert check(quote, corpus, speaker_of=of_one).verdict == "exact"


def test_a_quote_of_somebody_else_is_told(checked: Check) -> None:
    found = checked("The bridge is safe", said_by="Vladimir Putin", speaker_of=speaker_of)
    assert found.verdict == "other_speaker"
    assert found.matches[0].speaker == "Ann Bell"


def test_where_no_speaker_is_known_nothing_is_claimed(checked: Check) -> None:
    found = checked(SPECIAL, said_by="Ann Bell", speaker_of=speaker_of)
    assert (found.verdict, found.matches[0].speaker) == ("exact", None)
    assert checked(SPECIAL, said_by="Ann Bell").verdict == "exact"


def test_an_altered_quote_stays_altered_whoever_said_it(checked: Check) -> None:
    found = checked("The bridge isn't safe", said_by="Vladimir Putin", speaker_of=speaker_of)
    assert found.verdict in ("altered", "absent")


# Hostile text


@pytest.mark.parametrize("quote", ["", " ", "…", "[]", "“”", "?!", "[[[[", "\0", "\ud800 a"])
def test_a_quote_without_a_word_is_refused(quote: str, checked: Check) -> None:
    with pytest.raises(QuoteInvalid, match="Mend: "):
        checked(quote)


def test_a_quote_that_is_too_long_is_refused(checked: Check) -> None:
    with pytest.raises(QuoteInvalid, match="10,001 characters"):
        checked("a" * (LONGEST_QUOTE + 1))


@pytest.mark.parametrize(
    "unit",
    [
        *("a ", "the … ", "[", "[a]", "the [a] ", ". ", "...", "a.", "’", "a’", "ʼ", "5,", "-5 "),
        *(
            "\u0301",
            "a\u0301",
            "a\u0323\u0301 ",
            "\u2060a",
            "( … ",
            "$",
            "said not the ",
            "\0the ",
            "🙂 a ",
            "ａ",
            "ﷺ ",
        ),
    ],
)
def test_hostile_quotes_take_no_more_than_linear_time(unit: str, checked: Check) -> None:
    quote = (unit * LONGEST_QUOTE)[:LONGEST_QUOTE]
    begun = perf_counter()
    with suppress(QuoteInvalid):
        checked(quote)
    assert perf_counter() - begun < 60  # seconds; exponential or cubic takes hours


@given(quote=TEXT)
@settings(PATIENT, max_examples=60)
def test_any_quote_gets_a_verdict_or_is_refused(quote: str, checked: Check) -> None:
    try:
        found = checked(quote)
    except QuoteInvalid:
        return
    assert found.verdict in ("exact", "altered", "absent")


# Alignment


def slow_cost(quote: Sequence[str], source: Sequence[str]) -> float:
    """The least cost over all alignments, each tried; see `align`."""

    def least(word: int, last: int | None) -> float:
        if word == len(quote):
            return 0.0
        best = least(word + 1, last) + 0.9
        for at in range(0 if last is None else last + 1, len(source)):
            passed = 0.0 if last is None else min(float(at - last - 1), 4.0)
            here = 0.0 if source[at] == quote[word] else 1.0
            best = min(best, passed + here + least(word + 1, at))
        return best

    return least(0, None)


SMALL = st.lists(st.sampled_from("abc"), min_size=1, max_size=5)


@given(SMALL, st.lists(st.sampled_from("abcd"), min_size=1, max_size=7))
@settings(PATIENT)
def test_the_alignment_is_the_cheapest(quote: list[str], source: list[str]) -> None:
    one, of = readings(" x ".join(quote))[0], words(" x ".join(source))
    found = align(one, of)
    cost, last = 0.0, None
    for at, same in zip(found.at, found.same, strict=True):
        if at < 0:
            cost += 0.9
            continue
        cost += 0.0 if same else 1.0
        if last is not None:
            assert at > last
            cost += min(float(at - last - 1), 4.0)
        last = at
    assert cost == pytest.approx(slow_cost(one.words.folded, of.folded), abs=1e-3)


# Drafts


def test_the_quotations_of_a_draft_have_their_lines() -> None:
    draft = 'One.\n\nShe said “it is ‘very’ safe”.\n\nHe: "no", and “…”.\n'
    found = [*quoted(draft)]
    assert [(one.text, one.line) for one in found] == [("it is ‘very’ safe", 3), ("no", 5)]
    assert all(one.span.of(draft) == one.text for one in found)


def test_a_quotation_in_a_block_quote_goes_on_in_the_next_line() -> None:
    draft = (
        "> “First it runs on\n> and goes on.\n>\n> “Never,” he said.\n\nA “word”, 5 > 4 “more”.\n"
    )
    found = [*quoted(draft)]
    assert [one.text for one in found] == [
        *("First it runs on\n> and goes on.", "Never,", "word", "more"),
    ]
    assert words(found[0].text).folded == words("First it runs on and goes on").folded
    assert all(one.span.of(draft) == one.text for one in found)
