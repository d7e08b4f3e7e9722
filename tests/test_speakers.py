"""Whose words: kept in the index, asked for, filtered by, and checked against."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from rag import Filters, OnRecord
from rag.cli import run
from rag.engine import shipped_reader
from rag.errors import InputInvalid
from rag.quotes import attribute
from rag.store import snapshot

Capture = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def engine(seeds_index: Path) -> OnRecord:
    return OnRecord.open(seeds_index)


def test_the_record_keeps_what_was_attributed(seeds_index: Path) -> None:
    with snapshot(seeds_index) as record:
        documents = [*record.documents()]
        kept = [record.attributions(one.id) for one in documents]
        assert kept == [*map(attribute, documents)]
        assert all(kept)
        assert record.attributions("nosuch") == ()


def test_a_sentence_names_its_speaker_and_kind(engine: OnRecord) -> None:
    name = "001_05527421de63da50.txt"
    said = {one.text: (one.speaker, one.kind) for one in engine.sentences(name)}
    assert said['"Our special services did not see these blows coming.'] == (
        "Vladimir Putin",
        "direct",
    )
    assert said["It is broadcast live on television and watched by millions of people."] == (
        None,
        "text",
    )


def test_a_speaker_is_found_under_other_spellings(seeds_index: Path) -> None:
    with snapshot(seeds_index) as record:
        assert record.people_named("Zelenskyy") == ("Volodymyr Zelensky",)
        assert record.people_named("Wladimir Putin") == ("Vladimir Putin",)
        assert record.people_named("Macron") == record.people_named("'; DROP TABLE") == ()


def test_a_ministry_is_no_other_ministry(tiny_encoder: Path, tmp_path: Path) -> None:
    text = (
        "The Russian Foreign Ministry said on Friday that the talks had failed. "
        "The Russian Defense Ministry said on Friday that the talks had helped.\n"
    )
    (tmp_path / "a.txt").write_text(text, encoding="utf-8")
    OnRecord.build(tmp_path / "index", [tmp_path / "a.txt"], encoder=str(tiny_encoder))
    with snapshot(tmp_path / "index") as record:
        (document,) = record.documents()
        said = [(one.name, one.body) for one in record.attributions(document.id)]
        names = "Russian Foreign Ministry", "Russian Defense Ministry"
        assert said == [(name, True) for name in names]
        assert [one.speaker for one in record.sentences(document)] == [*names]
        assert [record.people_named(f"the {name}") for name in names] == [(one,) for one in names]
        assert record.people_named("Ministry") == ()
        assert record.is_body(names[0])
        assert not record.is_body("Ann Bell")
    engine = OnRecord.open(tmp_path / "index")
    for name, verdict in zip(names, ("exact", "other_speaker"), strict=True):
        assert (
            engine.check("the talks had failed", filters=Filters(speaker=name)).verdict == verdict
        )


def test_passages_of_a_speaker_are_those_in_which_they_speak(engine: OnRecord) -> None:
    found = engine.search("Assad and Syria", filters=Filters(speaker="Zelensky"))
    assert found
    for hit in found:
        assert "Volodymyr Zelensky" in {one.speaker for one in hit.passage.sentences}


def test_a_given_name_alone_filters_as_it_asks(engine: OnRecord) -> None:
    by_given = engine.ask("what about a meeting with Trump?", filters=Filters(speaker="Vladimir"))
    shown = {one.sentence.speaker for each in by_given.statements for one in each.evidence}
    assert shown == {"Vladimir Putin"}


def test_somebodys_words_are_found_behind_twenty_places_of_others(engine: OnRecord) -> None:
    checked = engine.check("he", filters=Filters(speaker="Zelensky"))
    assert (checked.verdict, checked.matches[0].speaker) == ("exact", "Volodymyr Zelensky")
    assert len(checked.matches) == 20
    assert len({(one.document.id, one.span.start) for one in checked.matches}) == 20
    assert checked.more > 0
    plain = engine.check("he")
    assert checked.more + 20 == plain.more + len(plain.matches)


def test_only_what_the_speaker_says_answers(engine: OnRecord) -> None:
    answer = engine.ask("what about a meeting with Trump?", filters=Filters(speaker="putin"))
    assert answer.status == "answered"
    shown = [one.sentence.speaker for each in answer.statements for one in each.evidence]
    assert set(shown) == {"Vladimir Putin"}


def test_somebody_who_does_not_speak_filters_everything_out(engine: OnRecord) -> None:
    answer = engine.ask("what about Syria?", filters=Filters(speaker="Macron"))
    assert (answer.status, answer.reason, answer.unheard) == ("abstained", "filtered_out", "Macron")
    assert engine.search("Syria", filters=Filters(speaker="Macron")) == ()


def test_an_abstention_says_who_does_speak_on_the_subject(engine: OnRecord) -> None:
    answer = engine.ask("What did Zelensky say about inflation?")
    assert (answer.status, answer.unheard) == ("abstained", "Zelensky")
    assert answer.heard[0][0] == "Vladimir Putin"
    assert answer.heard[0][1] >= 1


def test_a_quote_of_another_is_told(engine: OnRecord) -> None:
    quote = "We went to Syria ten years ago"
    for name, verdict in (("Trump", "other_speaker"), ("Putin", "exact"), (None, "exact")):
        checked = engine.check(quote, filters=Filters(speaker=name))
        assert (checked.verdict, checked.speaker) == (verdict, name)
        assert checked.matches[0].speaker == "Vladimir Putin"


def test_what_is_no_name_says_nothing(engine: OnRecord) -> None:
    with pytest.raises(InputInvalid, match="the speaker '—' holds no word"):
        engine.check("We went to Syria ten years ago", filters=Filters(speaker="—"))


def lines(capsys: Capture) -> Iterator[dict]:
    return map(json.loads, capsys.readouterr().out.splitlines())


def test_commands_know_the_speaker(seeds_index: Path, capsys: Capture) -> None:
    at = ["--index", str(seeds_index)]
    assert run(["search", "Syria", "--speaker", "Putin", "--json", *at]) == 0
    assert len(next(lines(capsys))["hits"]) == 10
    assert run(["check", "We went to Syria", "--speaker", "Trump", "--json", *at]) == 1
    assert next(lines(capsys))["verdict"] == "other_speaker"
    assert run(["ask", "what about Syria?", "--speaker", "Nobody Atall", *at]) == 1
    assert "Nobody called Nobody Atall speaks in these documents." in capsys.readouterr().out


def test_a_timeline_is_of_one_speaker(seeds_index: Path, tmp_path: Path, capsys: Capture) -> None:
    picture = tmp_path / "putin.svg"
    asked = ["timeline", "Syria", "--index", str(seeds_index), "--json"]
    assert run([*asked, "--speaker", "Putin", "--svg", str(picture)]) == 0
    (found,) = lines(capsys)
    assert found["people"] == ["Vladimir Putin"]
    engine = OnRecord.open(seeds_index)
    for one in (wording for each in found["utterances"] for wording in each["wordings"]):
        text = engine.document(one["document"]).text
        assert text[one["start"] : one["end"]] == one["text"]
    shown = {one["text"] for each in found["utterances"] for one in each["wordings"]}
    near = engine.explain("What did Putin say about Syria?", filters=Filters(speaker="Putin"))
    least = shipped_reader().min_confidence
    theirs = [one for one in near.evidence if one.sentence.speaker == "Vladimir Putin"]
    assert {one.sentence.text for one in theirs if one.probability >= least} <= shown
    assert shown.isdisjoint(one.sentence.text for one in theirs if one.probability < least)
    assert shown.isdisjoint(one.sentence.text for one in near.evidence if one not in theirs)
    days = [each["date"] or "9999" for each in found["utterances"]]
    assert days == sorted(days)
    assert picture.read_text("utf-8").startswith("<svg")
    assert run([*asked, "--speaker", "Nobody Atall"]) == 1
    assert run(asked) == run([*asked, "--speaker", " "]) == 2


def test_a_speaker_that_cannot_be_written_is_refused(engine: OnRecord) -> None:
    with pytest.raises(InputInvalid, match="speaker"):
        engine.ask("what?", filters=Filters(speaker="\ud800"))
