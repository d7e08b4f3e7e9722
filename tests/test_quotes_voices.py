"""`rag.quotes.voices`: who speaks what stands in quotation marks, and who only stands beside it."""

from time import perf_counter

import pytest

from rag.datatypes import Document
from rag.quotes import attribute


def speakers(text: str) -> list[str | None]:
    """Who speaks each quotation: the name, else the words."""
    said = [one for one in attribute(Document(id="d", text=text)) if one.kind == "direct"]
    return [one.name or (one.speaker.of(text) if one.speaker else None) for one in said]


@pytest.mark.parametrize(
    ("text", "who"),
    [
        ("The host asked: “Will you resign?” The prime minister said he would not.", "The host"),
        ("One man shouted: “Where were you?” Paul Jones looked away.", "One man"),
        ("The crowd chanted: “Lock her up!” Paul Jones smiled and waved.", "The crowd"),
        ("Nora Smith asked, “What time is it?” Paul Jones did not answer.", "Nora Smith"),
        ("Paul Jones shouted, “Shame on you all!” Nora Smith walked out.", "Paul Jones"),
        ("When Nora Smith asked, “Why did you go?”, Paul Jones left the room.", "Nora Smith"),
        ("The sign read: “Is this the end?” Nora Smith thought so.", "The sign"),
        ("His last words were: “Look after her!” Nora Smith wept.", "His last words"),
        ("Asked, “Are you guilty of it?”, Nora Smith said no.", None),
        ("“Get out of here, all of you!” Paul Jones waved his arms.", None),
    ],
)
def test_who_acts_behind_a_question_or_a_cry_does_not_utter_it(text: str, who: str | None) -> None:
    assert speakers(text) == [who]


@pytest.mark.parametrize(
    ("text", "who"),
    [
        ("“Get out of here, all of you!” Paul Jones yelled.", ["Paul Jones"]),
        ("“Where is it?” Paul Jones, the mayor of the town, texted them.", ["Paul Jones"]),
        (
            "“We will win,” Nora Smith said. “Are you sure?” Paul Jones asked.",
            ["Nora Smith", "Paul Jones"],
        ),
        ("“It is true,” Nora Smith said, “and so is this.” Paul Jones left.", ["Nora Smith"] * 2),
        (
            "On Monday, after the vote was called, Paul Jones texted Anna Reid: “It is over.”",
            ["Paul Jones"],
        ),
        (
            "The statement also named the effect it said Nora Smith would have on the town: “She "
            "has opened the door for us all,” the union wrote.",
            ["the union"],
        ),
        ("Nora Smith took the prize, then said: “I want to thank my mother.”", ["Nora Smith"]),
    ],
)
def test_a_clause_behind_a_question_or_a_cry_tells_who_utters_it(text: str, who: list[str]) -> None:
    assert speakers(text) == who


@pytest.mark.parametrize(
    ("text", "who"),
    [
        ("Nora Smith was fined for “bringing the game into disrepute” in May.", None),
        ("Nora Smith, who was jailed for “insulting the president of Turkey”, was freed.", None),
        ("Nora Smith is known as “the butcher of the Balkans”.", None),
        ("Paul Jones was met with cries of “shame on you all”.", None),
        ("To his fans, Paul Jones is “the greatest of all time”.", None),
        ("Nora Smith’s plan is “a disaster for all of us”.", None),
        ("Nora Smith was praised by Paul Jones for “her courage and her wit”.", "Paul Jones"),
        ("Nora Smith is “the best of all the singers”, Paul Jones said.", "Paul Jones"),
        ("Nora Smith attacked “a system that is broken for all”.", "Nora Smith"),
        ("Paul Jones was “deeply saddened by the news”.", "Paul Jones"),
        ("Nora Smith is worried about “a disaster for all of us”.", "Nora Smith"),
    ],
)
def test_words_about_somebody_are_not_their_own(text: str, who: str | None) -> None:
    assert speakers(text) == [who]


@pytest.mark.parametrize(
    ("text", "who"),
    [
        ("In her book, “The Long Way Home,” Nora Smith says the war was wrong.", []),
        ("In his memoir, “Hold the Line,” Paul Jones wrote that she lied.", []),
        ("In her song “Shake It Off,” Nora Smith sings of love.", []),
        ("In her book, “I was wrong about the war,” Nora Smith wrote.", ["Nora Smith"]),
        ("“The Long Way Home,” Nora Smith said.", ["Nora Smith"]),
    ],
)
def test_the_title_of_a_book_is_not_what_its_writer_says(text: str, who: list[str]) -> None:
    assert speakers(text) == who


@pytest.mark.parametrize(
    ("text", "who"),
    [
        ("Paul Jones had a simple message for Nora Smith: “Resign now, and do it.”", "Paul Jones"),
        ("Paul Jones hit back at Nora Smith: “She knows nothing about it.”", "Paul Jones"),
        ("Paul Jones on Nora Smith: “She knows nothing about it.”", "Paul Jones"),
        ("Paul Jones’s warning to Nora Smith: “You will lose the race now.”", "Paul Jones"),
        ("A word of advice for Nora Smith: “Be proud of it all.”", "A word of advice"),
        ("Paul Jones went back to his oldest message: “It is all about us.”", "Paul Jones"),
        # who speaks, though another is spoken of
        ("The BBC spoke to Nora Smith: “I am the proudest woman alive.”", "Nora Smith"),
        ("A message from Nora Smith: “I am the proudest woman alive.”", "Nora Smith"),
        ("Then came Nora Smith: “I am the proudest woman alive.”", "Nora Smith"),
        ("In the words of Nora Smith: “I am the proudest woman alive.”", "Nora Smith"),
        ("Nora Smith, mayor of Leeds: “I am the proudest woman alive.”", "Nora Smith"),
    ],
)
def test_who_is_addressed_before_a_colon_does_not_speak(text: str, who: str) -> None:
    assert speakers(text) == [who]


@pytest.mark.parametrize(
    ("text", "who"),
    [
        ("“You have six months to live,” Nora Smith was told.", None),
        ("“You have six months to live,” Nora Smith was told by Paul Jones.", "Paul Jones"),
        ("“Are you guilty?” Nora Smith was asked.", None),
        ("“You are fired,” Nora Smith says Paul Jones told her.", "Paul Jones"),
        ("“It is late for all of us,” Nora Smith claims Paul Jones said.", "Paul Jones"),
        ("“We are done here,” Nora Smith heard Paul Jones say.", "Paul Jones"),
        ("“Run!” Nora Smith recalled Paul Jones shouting.", "Paul Jones"),
        # who speaks is the first
        ("“We are done here,” Nora Smith was quoted as saying.", "Nora Smith"),
        ("“We are done here,” Nora Smith recalled telling Paul Jones.", "Nora Smith"),
        ("“It was late,” Nora Smith said when Paul Jones told her to go.", "Nora Smith"),
        ("“It was late,” Nora Smith said, adding that Paul Jones told police.", "Nora Smith"),
        ("“It was late,” Nora Smith said Paul Jones told police he was ill.", "Nora Smith"),
        (
            "A “second wave of it,” according to Anna Reid, is near, and aides say Paul Jones "
            "could order a raid.",
            "Anna Reid",
        ),
        ("“If you look back,” Nora Smith said, “I could have written it.”", "Nora Smith"),
        ("Nora Smith told CNN “it was late,” and said the team did not object.", "Nora Smith"),
    ],
)
def test_who_hears_or_tells_of_another_s_words_does_not_speak_them(
    text: str, who: str | None
) -> None:
    assert set(speakers(text)) == {who}


@pytest.mark.parametrize(
    ("text", "who"),
    [
        ("Residents complained: “We can’t sleep at night,” said Mary Smith, 54.", "Mary Smith"),
        ("Shohei Ohtani, who replaced Mike Trout, left. “I felt good,” he said.", "Shohei Ohtani"),
        ("Paul Jones was encouraged by “a strong start to the year”.", "Paul Jones"),
        ("“Will it work?” Paul Jones spreads his hands. “Ask me in a year.”", "Paul Jones"),
        ("Paul Jones signed an open letter calling it “a disgrace to us all”.", "Paul Jones"),
        (
            "Donald Trump has spread claims that the vote was “stolen by the elites”.",
            "Donald Trump",
        ),
        ("Mary Smith has the support of Paul Jones: “I am delighted with her.”", None),
        ("Paul Jones described it in one word: “Disaster.”", "Paul Jones"),
    ],
)
def test_words_are_given_to_who_plainly_says_them(text: str, who: str | None) -> None:
    found = attribute(Document(id="d", text=text))
    quoted = [one.name for one in found if one.kind == "direct"]
    assert quoted
    assert {*quoted} == {who}


@pytest.mark.parametrize(
    "text",
    [
        "The wife of the driver, Paul Jones, said that he had fallen asleep.",
        "Two ministers, Paul Jones and Mary Smith, said that they would resign.",
    ],
)
def test_who_stands_behind_somebody_elses_people_is_not_taken_for_them(text: str) -> None:
    assert attribute(Document(id="d", text=text))[0].name is None


def test_what_is_not_denied_is_said() -> None:
    (one,) = attribute(Document(id="d", text="Paul Jones did not deny saying that it was late."))
    assert one.name == "Paul Jones"


def test_a_line_that_looks_like_a_dateline_takes_linear_time() -> None:
    began = perf_counter()
    attribute(Document(id="d", text=f"AA{'-' * 300_000} x said so."))
    assert perf_counter() - began < 30  # the square of the length would take minutes


@pytest.mark.parametrize(
    ("text", "who"),
    [
        (
            "“He had a terrific career and was hard to beat,” Giants quarterback Nora Smith said "
            "Tuesday, adding: “We had a great team.”",
            ["Nora Smith"] * 2,
        ),
        (
            "“He had a terrific career and was hard to beat,” Giants quarterback Eli Jones said "
            "Tuesday, adding: “We had a great team.”",
            ["Eli Jones"] * 2,
        ),
        (
            "“He had a terrific career and was hard to beat,” Jets striker Eli Jones said Tuesday, "
            "adding: “We had a great team.”",
            ["Eli Jones"] * 2,
        ),
        (
            "Anna Reid said it was late. “We need it now,” she said.\n\n“This is a disgrace,” Nora "
            "Smith, the Swedish activist, tweeted in response to the vote. “It is sad.”",
            ["Anna Reid", "Nora Smith", "Nora Smith"],
        ),
        ("“It broke and nobody came for hours,” nations hosting FIFA said.", ["nations"]),
        ("“Jeopardy!” host Alex Trebek said it was late.", [None]),
    ],
)
def test_a_name_behind_a_quotation_holds_no_words_of_it(text: str, who: list[str]) -> None:
    assert speakers(text) == who
