"""`rag.quotes.names`: the parts of a name, and whose two names may be."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.quotes.names import Name, alike, keys, name_of, same_body

PUTIN = "Vladimir Putin"


def named(written: str, title: str = "") -> Name:
    name = name_of(written, title)
    assert name is not None
    return name


@pytest.mark.parametrize(
    ("written", "given_name", "surname", "full", "gender"),
    [
        ("Vladimir Putin", "Vladimir", "Putin", "Vladimir Putin", "m"),
        ("Mr. Putin", "", "Putin", "Putin", "m"),
        ("President Vladimir Putin’s", "Vladimir", "Putin", "Vladimir Putin", "m"),
        ("Sen. Elizabeth Warren", "Elizabeth", "Warren", "Elizabeth Warren", "f"),
        ("Ursula von der Leyen", "Ursula", "von der Leyen", "Ursula von der Leyen", "f"),
        ("Martin Luther King Jr.", "Martin", "King", "Martin Luther King Jr", "m"),
        ("Xi", "", "Xi", "Xi", ""),
        ("bin Salman", "", "bin Salman", "bin Salman", ""),
        ("Von der Leyen", "", "Von der Leyen", "Von der Leyen", ""),
        ("Al Gore", "Al", "Gore", "Al Gore", ""),
        ("Rachel Holt MP", "Rachel", "Holt", "Rachel Holt", "f"),
        ("Sir Alan Crewe KC OBE", "Alan", "Crewe", "Alan Crewe", "m"),
        ("Md. Shahid", "Md", "Shahid", "Md Shahid", ""),
    ],
)
def test_a_name_has_parts(
    written: str, given_name: str, surname: str, full: str, gender: str
) -> None:
    name = named(written)
    assert (name.given, name.surname, name.full, name.gender) == (
        given_name,
        surname,
        full,
        gender,
    )


@pytest.mark.parametrize("written", ["", "…", "President", "42"])
def test_what_holds_no_name_gives_none(written: str) -> None:
    assert name_of(written) is None


def test_a_title_before_a_name_tells_the_gender() -> None:
    assert named("Clinton", "Mrs.").gender == "f"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (PUTIN, "Putin"),
        (PUTIN, "Wladimir Putin"),
        ("Mohammed bin Salman", "bin Salman"),
        ("Virgil van Dijk", "Van Dijk"),
        (PUTIN, "Vladimir Poutine"),
        (PUTIN, "Vladimir V. Putin"),
        ("Volodymyr Zelensky", "Volodymyr Zelenskyy"),
        ("Volodymyr Zelenskiy", "Zelenskyj"),
        ("Viktor Yanukovych", "Viktor Yanukovich"),
        ("Alexander Lukashenko", "Aleksander Lukashenka"),
        ("Sergei Lavrov", "Sergey Lavrov"),
        ("Nikita Khrushchev", "Nikita Hrushev"),
        ("Bill Clinton", "William Clinton"),
        ("J. Biden", "Joe Biden"),
        ("Emmanuel Macron", "Émmanuel Macron"),
        ("John F. Kennedy", "John Fitzgerald Kennedy"),
        ("Robert Kennedy", "Robert F. Kennedy"),
        ("Mr. Trump", "Donald Trump Jr."),
        ("Ann Hanson", "Ann Hansen"),
    ],
)
def test_spellings_of_one_name_are_alike(one: str, other: str) -> None:
    assert alike(named(one), named(other))
    assert alike(named(other), named(one))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Bill Clinton", "Hillary Clinton"),
        ("Rachel Holt MP", "Rachel Cole MP"),
        ("Vladimir Putin", "Vladimir Medinsky"),
        ("Mr. Clinton", "Hillary Clinton"),
        ("Donald Trump", "Ivanka Trump"),
        ("Marco Rubio", "Mario Draghi"),
        ("Putin", "Rutin"),
        ("Ann Olson", "Ann Olsen"),  # five letters are too few for a slip
        ("Donald Trump", "Donald Trump Jr."),
        ("Trump Jr.", "Donald Trump"),
        ("Henry Ford II", "Henry Ford III"),
        ("George W. Bush", "George H.W. Bush"),
        ("George W. Bush", "George Herbert Walker Bush"),
    ],
)
def test_names_of_two_people_are_not(one: str, other: str) -> None:
    assert not alike(named(one), named(other))


@given(st.text(max_size=30), st.text(max_size=30))
def test_likeness_does_not_depend_on_the_order(one: str, other: str) -> None:
    first, second = name_of(one), name_of(other)
    if first is not None:
        assert alike(first, first)
        if second is not None:
            assert alike(first, second) == alike(second, first)


@pytest.mark.parametrize("written", ["Vladimir Putin", "Putin", "Ursula von der Leyen"])
def test_spellings_share_a_key(written: str) -> None:
    assert not set(keys(named(written))).isdisjoint(keys(named(f"President {written}")))


@pytest.mark.parametrize(
    ("written", "asked", "same"),
    [
        ("World Health Organization", "the World Health Organization’s", True),
        ("Russian Foreign Ministry", "Foreign Ministry", True),
        ("World Health Organization", "World Trade Organization", False),
        ("World Health Organization", "Organization", False),
        ("Bank of Russia", "Russia", False),
        ("Russia", "Bank of Russia", False),
        ("Democratic Party", "Republican Party", False),
    ],
)
def test_a_body_is_named_by_its_words_or_by_several_at_its_end(
    written: str, asked: str, same: bool
) -> None:
    assert same_body(written, asked) == same
