from datetime import date
from pathlib import Path

import pytest

from rag import OnRecord
from rag.datatypes import Document
from rag.evidence.dates import Times, title


@pytest.mark.parametrize(
    ("question", "years", "months"),
    [
        ("Who won the race in 2025?", {2025}, set()),
        ("Who won in March 2023 or 2024?", {2023, 2024}, {3}),
        ("May I ask who won?", set(), set()),
        ("What did Theresa May say?", set(), set()),
        ("How big was the Women's March?", set(), set()),
        ("How many of the 2025 jobs will be lost?", set(), set()),
        ("Where did 2025 residents go?", set(), set()),
        ("How many of 2025 jobs will be lost?", set(), set()),
        ("Who won the 2025 race?", set(), set()),
        ("Did he win in 2019, 2020 or 2021 there?", {2019, 2020, 2021}, set()),
        ("What did he say in 2025 was wrong?", {2025}, set()),
        ("Who won on June 5, 2024, by far?", {2024}, {6}),
        ("who won the race, 2025", {2025}, set()),
        ("Who may win?", set(), set()),
        ("What happened on 17 June?", set(), {6}),
        ("Did he win 2,025 votes, 20255 or 2025%?", set(), set()),
    ],
)
def test_times_are_seen_by_their_form(question: str, years: set[int], months: set[int]) -> None:
    assert Times.of(question) == Times(frozenset(years), frozenset(months))


@pytest.mark.parametrize(
    ("question", "held"),
    [
        ("in 2025", True),
        ("in 2024", False),
        ("in May 2025", True),
        ("in May 2024", False),
        ("in June 2025", False),
        ("in May", True),
        ("when?", False),
    ],
)
def test_a_day_lies_in_the_year_and_month_that_are_named(question: str, held: bool) -> None:
    assert Times.of(f"Who won {question}").hold(date(2025, 5, 14)) is held


def test_the_day_stands_before_the_title_where_it_is_asked_for() -> None:
    race = Document("a", "Ann won.", title="The race", date="2025-05-14")
    asked, other = Times.of("Who won in 2025?"), Times.of("Who won?")
    assert title(race, asked) == "May 14 2025: The race"
    assert title(race, other) == "The race"
    assert title(Document("a", "Ann won.", date="2025-05-14"), asked) == "May 14 2025"
    assert title(Document("a", "Ann won.", title="The race"), asked) == "The race"
    assert title(Document("a", "Ann won."), asked) == ""


def test_what_is_asked_of_a_year_is_answered_by_the_news_of_that_year(
    tiny_encoder: Path, tmp_path: Path
) -> None:
    for year, number in ((2023, 840), (2025, 910)):
        text = (
            f"Title: News of the Elm Street school\nDate: {year}-09-01\n\n"
            f"The Elm Street school in Norvik has {number} pupils.\n"
        )
        (tmp_path / f"{year}.txt").write_text(text, encoding="utf-8")
    index = tmp_path / "index"
    OnRecord.build(index, [tmp_path], encoder=str(tiny_encoder))
    engine = OnRecord.open(index)
    for year, number in ((2023, 840), (2025, 910)):
        answer = engine.ask(f"How many pupils did the Elm Street school have in {year}?")
        assert answer.status == "answered"
        assert f"{number} pupils" in answer.statements[0].evidence[0].sentence.text
