from pathlib import Path

import pytest

from rag import OnRecord
from rag.datatypes import Document
from rag.quotes import Role, attribute, fits, role_of
from rag.store import snapshot


@pytest.mark.parametrize(
    ("text", "roles"),
    [
        ("Russian President Vladimir Putin said it was over.", ["president russi"]),
        ("Russia's President Vladimir Putin said it was over.", ["president russi"]),
        ("Vladimir Putin, the president of Russia, said it was over.", ["president russi"]),
        ("The former American President Barack Obama said it was over.", ["president ameri forme"]),
        ("Kremlin spokesman Dmitry Peskov said it was over.", ["spokesman kreml"]),
        ("President Emmanuel Macron said it was over.", ["president"]),
        ("Mr. Emmanuel Macron said it was over.", []),
        (
            "French Foreign Minister Jean Martin said no. "
            "Jean Martin, the mayor of Lyon, said it was over.",
            ["mayor lyon", "minister forei franc"],
        ),
    ],
)
def test_what_a_document_calls_who_speaks(text: str, roles: list[str]) -> None:
    found = attribute(Document(id="d", text=text))
    assert [str(role) for role in found[-1].roles] == roles
    assert all(one.roles == found[-1].roles for one in found)


@pytest.mark.parametrize(
    ("asked", "known", "is_meant"),
    [
        ("president russian", "president Russia's", True),
        ("president British", "president UK", True),
        ("president U.S.", "president United States", True),
        ("minister british", "minister Prime Britain", True),
        ("minister prime british", "minister Britain", False),
        ("president american", "president American vice", False),
        ("president american former", "president American", False),
        ("president american", "president American former", False),
        ("president austrian", "president Australian", False),
        ("president french", "minister French", False),
        ("president french", "president", False),
    ],
)
def test_who_is_called_more_may_be_meant(asked: str, known: str, is_meant: bool) -> None:
    one, other = (role_of(text.split()[0], text.split()[1:]) for text in (asked, known))
    assert fits(one, other) is is_meant


def test_a_role_is_read_as_it_was_written() -> None:
    for role in (Role("mayor"), role_of("minister", ["the", "French", "Foreign"])):
        assert Role.read(str(role)) == role


def test_of_several_who_are_called_so_the_seldom_ones_are_left_out(
    tmp_path: Path, tiny_encoder: Path
) -> None:
    said = "French President {} said that number {} was right.\n\n"
    names = ["Anne Petit"] * 7 + ["Jean Martin"] * 3 + ["Paul Durand"] * 2
    for number, name in enumerate(names):
        (tmp_path / f"{number}.txt").write_text(said.format(name, number), encoding="utf-8")
    OnRecord.build(tmp_path / "index", [*tmp_path.glob("*.txt")], encoder=str(tiny_encoder))
    with snapshot(tmp_path / "index") as record:
        asked = role_of("president", ["French"])
        assert record.people_called(asked) == ("Anne Petit", "Jean Martin")
        assert record.people_called(role_of("president", ["German"])) == ()
