"""`rag.quotes.mentions`: who is meant by the words that name a speaker."""

import pytest

from rag.datatypes import Document
from rag.quotes import attribute


def names(text: str) -> list[str | None]:
    return [one.name for one in attribute(Document(id="d", text=text))]


@pytest.mark.parametrize(
    ("text", "who"),
    [
        # whose somebody is does not speak
        ("Apple’s Tim Cook said the phone would cost more.", "Tim Cook"),
        ("“We will win the vote,” said France’s Emmanuel Macron.", "Emmanuel Macron"),
        ("The plan was fair, according to the BBC’s Laura Kent.", "Laura Kent"),
        ("Procter & Gamble’s chief Bo Lind said the phone would cost more.", "Bo Lind"),
        ("Trump campaign manager Kellyanne Conway said he was ill.", "Kellyanne Conway"),
        ("The head of Zenda’s secondary school, Flavia Elphberg, said it was late.", None),
        ("The head of Russia’s foreign ministry said it was late.", None),
        ("White House spokesman Brian Smith said he was ill.", "Brian Smith"),
        ("Tim Cook and Laura Kent’s visit showed that it was late.", None),
        ("The Geneva-based group said it was late.", None),
        ("The London-based Zenda Institute said it was late.", "Zenda Institute"),
        # but for what has no name of its own
        ("Russia’s foreign ministry said the talks had failed.", "Russia"),
        ("Apple’s report said the phone would cost more.", "Apple"),
        ("The White House said he was ill.", "White House"),
        ("The US State Department said it was late.", "US State Department"),
    ],
)
def test_a_body_speaks_for_itself_and_not_for_who_belongs_to_it(text: str, who: str | None) -> None:
    assert names(text) == [who]


@pytest.mark.parametrize(
    ("text", "who"),
    [
        ("The White House press secretary, Josh Lerner, said he was ill.", "Josh Lerner"),
        ("The Labour leader, Keir Starmer, said he was ill.", "Keir Starmer"),
        ("“She is ill,” said Nora Smith’s lawyer, Bob Jones.", "Bob Jones"),
        ("Her lawyer, Bob Jones, said she was ill.", "Bob Jones"),
        ("Ferreira’s agent, Bob Jones, said she was ill.", "Bob Jones"),
        ("Zenda’s chief executive, Nora Smith, said it was late.", "Nora Smith"),
        ("“She is ill,” Weston’s goalkeeper, Bob Jones, said.", "Bob Jones"),
        ("His barrister, Bob Jones, said she was ill.", "Bob Jones"),
        ("Her daughter, the cellist Karin Smith, said she was ill.", "Karin Smith"),
        ("The wife of the mayor, Bob Jones, said she was ill.", None),
        ("The owner of the pub, Bob Jones, said she was ill.", None),
        ("Two agents, Bob Jones and Nora Smith, said she was ill.", None),
        ("Zenda’s head of sales, Nora Smith, said it was late.", None),
        ("The minister, who met Bob Jones, said she was ill.", None),
    ],
)
def test_who_stands_behind_an_office_bears_it(text: str, who: str | None) -> None:
    assert names(text) == [who]


@pytest.mark.parametrize(
    ("text", "who"),
    [
        ("Keir Starmer met Rachel Reeves on Monday. She said it was late.", "Rachel Reeves"),
        ("Rishi Sunak met Jacinda Ardern on Friday. He said it was late.", "Rishi Sunak"),
        # of who has a gender that is not known
        ("Robin Hill met Rachel Reeves on Monday. She said it was late.", None),
        ("Robin Hill met Rachel Reeves on Monday. He said it was late.", "Robin Hill"),
        ("Rachel Reeves left. Robin Hill came home. She said it was late.", "Robin Hill"),
        ("Robin Hill heard Rachel Reeves’s speech. She said it was late.", "Robin Hill"),
        ("Robin Hill came home. She said it was late.", "Robin Hill"),
        # who is done something to by somebody else
        ("Ana Soto left. Milan Bartos saw her. He said it was late.", "Milan Bartos"),
        # who tells of somebody by name
        ("Leon Park met Hank Moore. Park was ill. He said Park was late.", "Hank Moore"),
        ("Leon Park met Hank Moore. Park was ill. He said Park’s car was late.", "Leon Park"),
        ("Leon Park met Hank Moore. Park was ill. He said it was late for Park.", "Leon Park"),
    ],
)
def test_a_pronoun_is_not_guessed_between_two(text: str, who: str | None) -> None:
    assert names(text) == [who]


def test_a_guessed_gender_does_not_outlast_somebody_who_fits() -> None:
    text = "Robin Hill met Kim Boone. She said it was late. He was ill. He said it was hard."
    assert names(text)[-1] == "Robin Hill"


def test_a_full_name_that_the_parser_takes_for_a_body_is_that_of_its_lone_surname() -> None:
    text = """Weston led through Callum Holt and a penalty by Yusuf Demir.

Manager Gary Prowse said it was late.

Holt, who joined Weston last summer, was booed. He said it was hard."""
    assert names(text) == ["Gary Prowse", "Callum Holt"]


def test_a_body_that_begins_with_a_given_name_stays_one() -> None:
    text = "Virginia Tech said it was late. Its rivals, who had left, were glad."
    assert names(text) == ["Virginia Tech"]


@pytest.mark.parametrize(
    ("text", "who"),
    [
        # half seen by the parser, or not at all
        ("Dr. Aiko Tanabe led it.\n\nTanabe said it was late.", "Aiko Tanabe"),
        ("Rui Tavares came.\n\n“Stay at home,” Tavares told reporters.", "Rui Tavares"),
        # taken for bodies
        ("Jamal Idowu scored twice.\n\nIdowu, 19, said he was tired.", "Jamal Idowu"),
        (
            "Commenting on the plan, Volanta’s chief executive, Isabel Crane, said it was late.",
            "Isabel Crane",
        ),
        # with a title
        ("Cllr Fatima Yusuf said it was late.", "Fatima Yusuf"),
        ("Colin Dray came.\n\n“No one left,” Cllr Dray told the chamber.", "Colin Dray"),
        (
            "The chief executive, Laura Finch, came. The chief executive said it was late.",
            "Laura Finch",
        ),
        # no name, but a word that begins a sentence
        (
            "Bo Lind saw Rui Waters. Lind left.\n\nWaters rose, waters fell. He said it was bad.",
            "Bo Lind",
        ),
    ],
)
def test_a_person_is_known_whose_name_the_parser_does_not_see(text: str, who: str) -> None:
    assert names(text) == [who]


@pytest.mark.parametrize(
    ("text", "who"),
    [
        ("Justice Ana Soto wrote it. Most of the justices said it was lawful.", [None]),
        ("Justice Ana Soto wrote it. The justice said it was lawful.", ["Ana Soto"]),
    ],
)
def test_several_who_have_an_office_are_nobody_who_bears_it(text: str, who: list[str]) -> None:
    assert names(text) == who


@pytest.mark.parametrize(
    ("text", "who"),
    [
        (
            "Martin Reid said it was late.\n\nHåkon Lunde Saxi, an associate professor at the "
            "Norwegian Defence University College, thinks it is early.\n\nHe believes it is.",
            "Håkon Lunde Saxi",
        ),
        (
            "Martin Reid said it was late.\n\n“It is early,” said Charly Salonius-Lind, a leading "
            "researcher in security at the institute.\n\nHe adds that it is.",
            "Charly Salonius-Lind",
        ),
        ("Martin Reid met Zenda, a leader in shoes. He said it was late.", "Martin Reid"),
        (
            "Martin Reid spoke.\n\nMorgan Stanley, a manager of funds, left. He said it was late.",
            "Martin Reid",
        ),
    ],
)
def test_who_is_told_to_be_of_a_trade_is_a_person(text: str, who: str) -> None:
    assert names(text)[-1] == who


def test_a_pronoun_is_not_whom_it_tells() -> None:
    assert names("Bo Lind met Ana Soto. She told Lind that it was late.") == ["Ana Soto"]
