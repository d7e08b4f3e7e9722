"""Which words are quoted or reported, and who said them.

Flow: Document -> quotations (`marks`, `turns`) and parses (`parsing`) -> reports (`grammar`,
`cues`) -> speakers (`voices`, `attribution`) and who they are (`mentions`) -> attribute() ->
tuple[Attribution, ...] -> told() -> sentences with speaker and kind; those of all documents ->
people() -> tuple[Person, ...].
Law: offsets only; the same document gives the same attributions, whatever is beside it.
"""

from rag.datatypes import Document
from rag.quotes.attribution import Attribution, attributed
from rag.quotes.cues import ACCORDING, ASKED_NOUNS, ASKED_VERBS
from rag.quotes.marks import Quotation, quotations
from rag.quotes.mentions import named
from rag.quotes.names import PARTICLES, Name, name_of, name_sounds, same_body, same_person
from rag.quotes.offices import Role, fits, role_of
from rag.quotes.parsing import parsed
from rag.quotes.people import Person, bodies, people, persons
from rag.quotes.sentences import told
from rag.quotes.titles import BEFORE_OFFICES, BELONGING, OFFICES, RELATED, TITLES
from rag.quotes.turns import turns, with_turns

__all__ = [
    "ACCORDING",
    "ASKED_NOUNS",
    "ASKED_VERBS",
    "BEFORE_OFFICES",
    "BELONGING",
    "OFFICES",
    "PARTICLES",
    "RELATED",
    "TITLES",
    "Attribution",
    "Name",
    "Person",
    "Quotation",
    "Role",
    "attribute",
    "bodies",
    "fits",
    "name_of",
    "name_sounds",
    "people",
    "persons",
    "quotations",
    "role_of",
    "same_body",
    "same_person",
    "told",
]


def attribute(document: Document) -> tuple[Attribution, ...]:
    """Every quotation and reported statement of a document, in order of its content."""
    text = document.text
    parses, quotes = parsed(text), with_turns(quotations(text), turns(text))
    return named(text, parses, quotes, attributed(text, quotes, parses))
