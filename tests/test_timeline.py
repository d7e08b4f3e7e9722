"""`rag.timeline` and its picture: utterances by date, and the wordings of outlets."""

import re
from xml.etree import ElementTree

from rag.contracts import timeline_object
from rag.datatypes import Document, Evidence, Hit, Passage, Sentence, Span
from rag.picture import timeline_svg
from rag.timeline import Timeline, differences, timeline

WIRE = "We will open the northern bridge again in May."
LOCAL = "We shall open the northern bridge again by May."


def said(
    text: str, document: str, day: str | None, probability: float = 0.9, who: str = "Ann Lee"
) -> Evidence:
    whole = Document(document, text, date=day)
    sentence = Sentence(whole, Span(0, len(text)), speaker=who, kind="direct")
    return Evidence(
        sentence, probability, probability, Hit(Passage(whole, sentence.span, (sentence,)), 1.0)
    )


def of(*evidence: Evidence) -> Timeline:
    return timeline("Lee", ["Ann Lee"], "the bridge", evidence)


def test_utterances_come_by_date_undated_last() -> None:
    found = of(
        said("It is closed for now.", "c", None),
        said("Taxes will rise next year.", "b", "2024-05-02"),
        said("The bridge is safe.", "a", "2023-01-01"),
    )
    assert [one.date for one in found.utterances] == ["2023-01-01", "2024-05-02", None]


def test_other_wordings_of_other_outlets_are_one_utterance() -> None:
    found = of(said(WIRE, "a", "2024-05-01"), said(LOCAL, "b", "2024-05-02", 0.8))
    (only,) = found.utterances
    assert [one.sentence.text for one in only.evidence] == [WIRE, LOCAL]
    assert (only.date, only.independent) == ("2024-05-01", 2)


def test_wordings_of_one_document_or_of_distant_days_are_not() -> None:
    assert len(of(said(WIRE, "a", None), said(LOCAL, "a", None)).utterances) == 2
    for day, utterances in (("2024-05-08", 1), ("2024-05-09", 2)):
        far = of(said(WIRE, "a", "2024-05-01"), said(LOCAL, "b", day))
        assert len(far.utterances) == utterances
    days = (None, "2001-01-01", "2024-05-01")
    bridged = of(*(said(WIRE, name, day) for name, day in zip("abc", days, strict=True)))
    assert [one.date for one in bridged.utterances] == ["2001-01-01", "2024-05-01"]


def test_what_two_people_say_is_two_utterances_each_with_its_speaker() -> None:
    found = of(said(WIRE, "a", "2024-05-01"), said(LOCAL, "b", "2024-05-02", who="Tom Lee"))
    assert len(found.utterances) == 2
    told = timeline_object(found)["utterances"]
    assert [one["speaker"] for one in told] == ["Ann Lee", "Tom Lee"]  # type: ignore[index,union-attr,call-overload]
    drawn = timeline_svg(found)
    assert "2024-05-01 · Ann Lee · a" in drawn
    assert "2024-05-02 · Tom Lee · b" in drawn


def test_differences_are_told_word_by_word_and_lose_none() -> None:
    steps = differences(WIRE, LOCAL)
    assert steps[:3] == [
        ("equal", "We", "We"),
        ("replace", "will", "shall"),
        ("equal", "open the northern bridge again", "open the northern bridge again"),
    ]
    assert " ".join(one for _, one, _ in steps if one) == WIRE
    assert " ".join(other for _, _, other in steps if other) == LOCAL


def test_the_object_cites_every_wording_and_diffs_all_but_the_first() -> None:
    found = timeline_object(of(said(WIRE, "a", "2024-05-01"), said(LOCAL, "b", None, 0.8)))
    assert found["schema"] == "onrecord.timeline/2"
    ((utterance,), sources) = found["utterances"], found["sources"]  # type: ignore[misc]
    first, second = utterance["wordings"]  # type: ignore[index,call-overload]
    assert (first["citation"], first["diff"], second["citation"]) == (1, [], 2)
    assert ["replace", "will", "shall"] in second["diff"]
    assert [one["document"] for one in sources] == ["a", "b"]  # type: ignore[index,union-attr,call-overload]


def test_the_picture_escapes_what_documents_say_and_is_the_same_twice() -> None:
    hostile = '<script>alert("1")</script> \u202eclosed & shut.'
    found = of(said(hostile, "<b>", "2024-05-01"), said("Another thing.", "c", None))
    drawn = timeline_svg(found)
    assert drawn == timeline_svg(found)
    root = ElementTree.fromstring(drawn)
    shown = " ".join(one.text or "" for one in root.iter() if one.tag.endswith("text"))
    assert '<script>alert("1")</script> \N{REPLACEMENT CHARACTER}closed & shut.' in shown
    assert not re.search("<script|\u202e", drawn)


def test_no_dot_lies_on_another_and_what_is_too_many_is_told() -> None:
    days = ["2024-12-01"] * 2 + ["2024-12-02"] + ["2024-12-31"] * 5
    texts = ["Rain", "Prices", "Trains", "Snow", "Ice", "Dogs", "Cats", "Birds"]
    given = [said(text, str(n), day) for n, (text, day) in enumerate(zip(texts, days, strict=True))]
    root = ElementTree.fromstring(timeline_svg(of(*given)))
    dots = [(float(one.attrib["cx"]), float(one.attrib["cy"])) for one in root.iter()
            if one.tag.endswith("circle")]  # fmt: skip
    assert len(dots) == 6 + 8  # on the axis, and beside the texts
    for at, (x, y) in enumerate(dots):
        assert 9 <= x <= 711
        assert all(abs(x - a) + abs(y - b) >= 17.9 for a, b in dots[:at])
    assert "+2" in [one.text for one in root.iter()]
    assert "infla\u00adtion" not in timeline_svg(of(said("No infla\u00adtion.", "a", None)))
    assert "No inflation." in timeline_svg(of(said("No infla\u00adtion.", "a", None)))


def test_an_empty_timeline_is_a_picture_too() -> None:
    assert ElementTree.fromstring(timeline_svg(of())).tag.endswith("svg")


def test_what_was_said_and_what_was_denied_are_two_utterances() -> None:
    found = of(
        said("Food prices will fall by the summer.", "a", "2024-03-04"),
        said("Food prices will not fall by the summer.", "b", "2024-03-05"),
    )
    assert [one.date for one in found.utterances] == ["2024-03-04", "2024-03-05"]
