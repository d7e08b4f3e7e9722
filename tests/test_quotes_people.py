"""`rag.quotes.people`: who is one person across documents."""

from rag.datatypes import Span
from rag.quotes import Attribution, Person, bodies, people, persons


def said(
    name: str | None, times: int = 1, kind: str = "direct", *, body: bool = False
) -> list[Attribution]:
    one = Attribution(kind, Span(0, 1), name=name, body=body)  # type: ignore[arg-type]
    return [one] * times


def test_who_speaks_three_times_as_often_is_meant_and_half_are_not_most() -> None:
    for times, meant in ((3, "Hillary Clinton"), (2, "Clinton")):
        often = {"Bill Clinton": 1, "Hillary Clinton": times, "Clinton": 1}
        assert persons(often)["Clinton"] == meant
    assert bodies({"Russia": 2, "Sachs": 2}, {"Russia": 2, "Sachs": 1}) == {"Russia"}


def test_spellings_and_a_lone_surname_are_one_person() -> None:
    found = people(
        [
            ("a", said("Vladimir Putin", 3) + said(None)),
            ("b", said("Wladimir Putin", 1, "indirect")),
            ("c", said("Putin", 5)),
        ]
    )
    assert found == (
        Person("Vladimir Putin", ("Putin", "Vladimir Putin", "Wladimir Putin"), 8, 1, 3),
    )


def test_a_lone_surname_that_two_bear_stays_apart() -> None:
    found = people([("a", said("Bill Clinton", 2)), ("b", said("Hillary Clinton", 3)),
                    ("c", said("Clinton", 1))])  # fmt: skip
    assert [one.name for one in found] == ["Hillary Clinton", "Bill Clinton", "Clinton"]


def test_a_lone_surname_goes_to_who_clearly_speaks_more() -> None:
    found = people([("a", said("Bill Clinton", 1)), ("b", said("Hillary Clinton", 9)),
                    ("c", said("Clinton", 1))])  # fmt: skip
    assert [(one.name, one.direct) for one in found] == [
        ("Hillary Clinton", 10),
        ("Bill Clinton", 1),
    ]


def test_the_order_of_the_documents_changes_nothing() -> None:
    given = [
        ("a", said("Vladimir Putin")),
        ("b", said("Putin")),
        ("c", said("Volodymyr Zelensky")),
        ("d", said("Volodymyr Zelenskyy", 2)),
    ]
    assert people(given) == people(given[::-1])
    assert [one.name for one in people(given)] == ["Volodymyr Zelenskyy", "Vladimir Putin"]


def test_nobody_speaks_in_nothing() -> None:
    assert people([]) == ()
    assert people([("a", said(None, 3))]) == ()


def test_whom_a_spelling_means_is_told_by_counts_alone() -> None:
    often = {"Vladimir Putin": 3, "Putin": 5, "Wladimir Putin": 1, "Ann Lee": 2}
    found = persons(often)
    assert found == {"Ann Lee": "Ann Lee"} | dict.fromkeys(
        ("Vladimir Putin", "Putin", "Wladimir Putin"), "Vladimir Putin"
    )
    listed = people([("a", [one for name, n in often.items() for one in said(name, n)])])
    assert found == {written: one.name for one in listed for written in one.variants}


def test_bodies_are_not_taken_for_each_other_nor_for_people() -> None:
    bodies = ("World Health Organization", "World Trade Organization", "Democratic Party",
              "Republican Party", "United Russia", "Russia", "Goldman Sachs")  # fmt: skip
    theirs = [one for name in bodies for one in said(name, 2, body=True)]
    found = people([("a", said("Jeffrey Sachs")), ("b", said("Sachs")), ("c", theirs)])
    assert {one.name: one.variants for one in found} == {
        **{name: (name,) for name in bodies},
        "Jeffrey Sachs": ("Jeffrey Sachs", "Sachs"),
    }


def test_what_is_mostly_taken_for_a_person_is_one() -> None:
    given = [("a", said("Volodymyr Zelensky")), ("b", said("Zelensky", 2)),
             ("c", said("Zelensky", body=True))]  # fmt: skip
    assert [one.name for one in people(given)] == ["Volodymyr Zelensky"]
