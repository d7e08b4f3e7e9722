"""`rag.quotes.names`: the parts of a name, and whose two names may be."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.quotes.names import Name, alike, keys, name_of

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
        ("Martin Luther King Jr.", "Martin", "King", "Martin Luther King", "m"),
        ("Xi", "", "Xi", "Xi", ""),
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
    ],
)
def test_spellings_of_one_name_are_alike(one: str, other: str) -> None:
    assert alike(named(one), named(other))
    assert alike(named(other), named(one))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Bill Clinton", "Hillary Clinton"),
        ("Vladimir Putin", "Vladimir Medinsky"),
        ("Mr. Clinton", "Hillary Clinton"),
        ("Donald Trump", "Ivanka Trump"),
        ("Marco Rubio", "Mario Draghi"),
        ("Putin", "Rutin"),
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
