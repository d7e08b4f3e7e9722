"""Offices as keys: "Russian President Vladimir Putin" and "the president of Russia" share one.

Flow: words beside an office -> role_of() -> Role; those of a corpus and one asked for -> fits().
A word counts by its first letters, so that Russia and Russian are one; countries whose people are
called otherwise stand in a table. The more an office is told of, the fewer bear it: who is asked
for needs every word that the question has, and a "former" or "vice" neither more nor less.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from rag.quotes.titles import FEMALE, MALE, OFFICES

_LETTERS = 5
_CHANGING = frozenset(["forme", "ex", "then", "vice", "deput", "actin"])
_UNTOLD = frozenset(["the", "a", "an"]) | ((MALE | FEMALE) - OFFICES)
_PAIRS = {("unite", "state"): "ameri", ("unite", "kingd"): "briti"}
_COUNTRIES = {
    other: country
    for country, others in {
        "ameri": "us usa",
        "belar": "belor",
        "briti": "uk brita",
        "cuba": "cuban",
        "denma": "danis",
        "engla": "engli",
        "finla": "finni",
        "franc": "frenc",
        "greec": "greek",
        "irela": "irish",
        "iran": "irani",
        "iraq": "iraqi",
        "italy": "itali",
        "nethe": "dutch",
        "norwa": "norwe",
        "peru": "peruv",
        "phili": "filip",
        "polan": "polis",
        "scotl": "scott",
        "spain": "spani",
        "swede": "swedi",
        "switz": "swiss",
        "thail": "thai",
        "turke": "turki",
        "wales": "welsh",
    }.items()
    for other in others.split()
}


@dataclass(frozen=True, slots=True, order=True)
class Role:
    """What somebody is called.

    Attributes:
        office: The last word of it, as in `OFFICES`.
        beside: Keys of the words that tell which, sorted: of "Russian prime minister" those of
            "prime" and "Russian".
    """

    office: str
    beside: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Office first: "president russi"."""
        return " ".join((self.office, *self.beside))

    @classmethod
    def read(cls, text: str) -> "Role":
        """What `str` wrote."""
        office, *beside = text.split()
        return cls(office, tuple(beside))


def role_of(office: str, beside: Iterable[str]) -> Role:
    """The role that an office has by the words beside it."""
    keys = {key_of(word) for word in beside} - _UNTOLD
    for pair, country in _PAIRS.items():
        if keys.issuperset(pair):
            keys = keys.difference(pair) | {country}
    return Role(office, tuple(sorted(keys)))


def key_of(word: str) -> str:
    """By which a word beside an office is compared: "Russian" and "Russia's" share theirs."""
    bare = word.casefold().replace(".", "").removesuffix("'s").removesuffix("’s")
    letters = _LETTERS + bare.startswith("austr")  # Austria is not Australia
    return _COUNTRIES.get(bare[:letters], bare[:letters])


def fits(asked: Role, known: Role) -> bool:
    """Whether who is called the one may be meant by the other."""
    wanted, told = set(asked.beside), set(known.beside)
    return asked.office == known.office and wanted <= told and not (told - wanted) & _CHANGING
