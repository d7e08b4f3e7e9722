"""Tell who is meant in a document: "he", "the president" and "Mr. Putin" are Vladimir Putin.

Flow: parses + attributions -> named() -> the same attributions with names.
One walk from the first word to the last keeps the people in the order in which they come to mind:
the subject of a main clause comes first, who is only mentioned behind the first. Whose somebody is
("Putin's spokesman", "a Trump adviser", "his mother") does not speak. A pronoun means the first
whose gender fits, and nobody where it is not known if it does and another's who stands beside is;
an office, who was called so; a lone surname, who bears it.
Law: a name is written in the document; where nobody fits, there is none.
"""

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from rag.datatypes import Span
from rag.quotes.attribution import Attribution
from rag.quotes.cues import UTTERED
from rag.quotes.marks import Quotation
from rag.quotes.names import Gender, Name, alike, keys, name_of
from rag.quotes.offices import Role, fits, key_of, role_of
from rag.quotes.parsing import Parse, Token
from rag.quotes.titles import LEADERS, OFFICES, RELATED, TITLES

_PRONOUNS: dict[str, Gender] = {
    **dict.fromkeys(("he", "him", "his", "himself"), "m"),
    **dict.fromkeys(("she", "her", "hers", "herself"), "f"),
}
_RELATIVES = ("who", "whom", "that", "which", "whose")
_SUBJECTS = ("nsubj", "nsubjpass")
_OBJECTS = ("dobj", "pobj", "dative")
_CLAUSES = ("ccomp", "relcl", "acl", "csubj")
_BELONGS = ("poss", "compound", "nmod")
_BODIES = ("ORG", "GPE")  # names of what speaks but is no person
_AT_HAND = 8  # people that a pronoun may mean
_MOST_ALIKE = 100  # people whose names share a key; no article has more
_MOST_ROLES = 32  # that one person is called
_LONGEST_NAME = 6  # words
_NEAR = 2  # words before a title in which a country is its own
_LONGEST_ROLE = 5  # words before a name
_TRADES = OFFICES - LEADERS.union(  # but what firms and towns are, too: "Zenda, a manager of funds"
    "adviser advisor candidate delegate founder host manager nominee organizer".split()  # noqa: SIM905
)
_JOINS = re.compile(r"[,()]|\b(?:and|or|of|for)\b")  # "Zenda and Ana Soto"
_AGE = ("year", "years", "old")  # "the 72-year-old leader" is the leader


@dataclass(slots=True)
class _Someone:
    """A person of the document, as far as it was read."""

    name: Name
    gender: Gender
    times: int = 0
    offices: set[str] = field(default_factory=set)
    of: set[str] = field(default_factory=set)  # countries: "Russian President Vladimir Putin"
    roles: set[Role] = field(default_factory=set)
    seen: int = 0  # number of the last sentence that tells of them, not only of what is theirs


def named(
    text: str,
    parses: Sequence[Parse],
    quotes: Sequence[Quotation],
    attributions: Sequence[Attribution],
) -> tuple[Attribution, ...]:
    """The attributions, with who their speakers are."""
    reader = _Reader(text, parses, quotes)
    meant, roles, bodies, owned = reader.meant, reader.roles, reader.bodies, reader.owned
    places = sorted(meant)

    def name(mention: Span | None) -> str | None:
        """Who is meant by the first word of a mention that means somebody, and not whose they are.

        A name right behind it belongs to it: "The former president | Nicolas Sarkozy said".
        """
        if mention is None:
            return None
        first = bisect_left(places, mention.start)
        inside = places[first : bisect_right(places, mention.end + 1)]
        fit = [place for place in inside if owned.get(place, mention.end) >= mention.end]
        if not fit:
            return None
        whose = meant[fit[0]] in bodies  # "Zenda striker Ana Soto"
        theirs = (
            meant[place]
            for place in fit[1:]
            if meant[place] not in bodies and not _JOINS.search(text, fit[0], place)
        )
        return next(theirs, meant[fit[0]]) if whose else meant[fit[0]]

    def told(one: Attribution) -> Attribution:
        said_by = name(one.speaker)
        called = roles.get(said_by or "", ())
        return replace(
            one,
            name=said_by,
            reporter=name(one.reported_by),
            roles=called,
            body=said_by in bodies,
        )

    return tuple(map(told, attributions))


class _Reader:
    """Reads a document once.

    `meant` are the places of words that mean somebody, and whom; `bodies` those of them that are no
    people; `owned` the places of words that tell whose another is, and where that one begins.
    """

    def __init__(self, text: str, parses: Sequence[Parse], quotes: Sequence[Quotation]) -> None:
        self.meant: dict[int, str] = {}
        self.bodies: set[str] = set()
        self.owned: dict[int, int] = {}
        self._by_key: defaultdict[str, list[_Someone]] = defaultdict(list)
        self._by_word: dict[str, _Someone] = {}  # by surname, given name or full name
        self._people: list[_Someone] = []
        self._by_office: defaultdict[str, list[_Someone]] = defaultdict(list)
        self._by_country: defaultdict[str, list[_Someone]] = defaultdict(list)
        self._at_hand: list[_Someone] = []
        self._outer = [one.outer for one in quotes if one.depth == 0]
        self._sentence = 0
        self._small = {
            token.text for parse in parses for token in parse.tokens if token.text.islower()
        }
        labels = {one.speaker.start: name_of(one.speaker.of(text)) for one in quotes if one.speaker}
        self._meet(parses, [name for name in labels.values() if name is not None])
        for parse in parses:
            for sentence in parse.sentences:
                self._sentence += 1
                for number in sentence:
                    self._read(parse, number)
        for place, label in labels.items():
            if label is not None and (someone := self._known(label)) is not None:
                self.meant[place] = someone.name.full
                self.owned.pop(place, None)

    @property
    def roles(self) -> dict[str, tuple[Role, ...]]:
        """What everybody is called, by name."""
        return {one.name.full: tuple(sorted(one.roles)) for one in self._people}

    def _meet(self, parses: Sequence[Parse], labels: Sequence[Name]) -> None:
        """Everybody whose name is written in full, then those with a lone surname."""
        alone: dict[str, bool] = {}
        for parse in parses:
            for surname, aged in _lone_surnames(parse):
                alone[surname] = aged or alone.get(surname, False)
        met = [(name, (parse, at)) for parse in parses for at, name in _names(parse, alone)]
        every = [*met, *((name, None) for name in labels)]
        for name, where in sorted(every, key=lambda one: not one[0].given):
            someone = self._known(name) or self._new(name)
            someone.gender = someone.gender or name.gender
            someone.times += 1
            if where is not None:
                self._describe(someone, *where)
        for someone in self._people:
            for keys_of, by in (
                (someone.offices, self._by_office),
                (someone.of, self._by_country),
            ):
                for key in keys_of:
                    if len(by[key]) < _MOST_ALIKE:
                        by[key].append(someone)

    def _describe(self, someone: _Someone, parse: Parse, number: int) -> None:
        head = _head(parse, number, _end_of_name(parse, number))
        someone.of |= _countries(parse, number, head)
        if len(someone.roles) < _MOST_ROLES:
            someone.roles |= _roles(parse, number, head)
        someone.offices |= _offices(parse, number, head)

    def _new(self, name: Name) -> _Someone:
        someone = _Someone(name, name.gender)
        self._people.append(someone)
        for key in keys(name):
            self._by_key[key].append(someone)
        for word in (name.surname, name.given, name.full):
            self._by_word.setdefault(word.casefold(), someone)
        return someone

    def _known(self, name: Name) -> _Someone | None:
        """Who bears a name; of several whoever is named most often, the first of equals."""
        near = (one for key in keys(name) for one in self._by_key[key][:_MOST_ALIKE])
        same = [one for one in near if alike(one.name, name)]
        if not same and not name.given:
            return self._by_word.get(name.surname.casefold())
        return max(same, key=lambda one: one.times, default=None)

    def _read(self, parse: Parse, number: int) -> None:
        token = parse.tokens[number]
        if _may_name(token) or self._is_capital_noun(token):
            if token.entity == "PERSON" or self._is_name(parse, number):
                self._read_name(parse, number)
            elif token.entity in _BODIES:
                self._tell_body(parse, number)
        elif self._is_quoted(token):
            return
        elif token.text.lower() in _PRONOUNS:
            self._read_pronoun(parse, number)
        elif token.text.lower() in _RELATIVES and token.dep in (*_SUBJECTS, "poss"):
            self._read_relative(parse, token)
        elif token.tag == "NN" and token.lemma in OFFICES:
            self._read_office(parse, number)

    def _is_capital_noun(self, token: Token) -> bool:
        """A surname is taken for a noun, but the text writes it nowhere small: "Tavares said"."""
        noun = token.pos == "NOUN" and not token.entity and token.text[0].isupper()
        return noun and token.text.lower() not in self._small

    def _is_name(self, parse: Parse, number: int) -> bool:
        """Whether what the parser took for something else is somebody's name."""
        name = _name_at(parse, number, _end_of_name(parse, number))
        return name is not None and name.full.casefold() in self._by_word

    def _is_quoted(self, token: Token) -> bool:
        place = bisect_right(self._outer, token.span.start, key=lambda one: one.start) - 1
        return place >= 0 and token.span.start < self._outer[place].end

    def _read_name(self, parse: Parse, number: int) -> None:
        end = _end_of_name(parse, number)
        name = _name_at(parse, number, end)
        someone = self._known(name) if name is not None else None
        if someone is None:
            return
        head = _head(parse, number, end)
        token = parse.tokens[head]
        if not _is_owner(parse, token):
            self.meant[parse.tokens[number].span.start] = someone.name.full
            self._keep_owner(parse, head, range(number, end))
            self._tell_office(parse, head, someone)
        if self._is_quoted(token):
            return
        if token.dep != "poss" and not _is_aside(parse, head):
            someone.seen = self._sentence
        self._comes_to_mind(someone, first=_leads(parse, head))

    def _tell_office(self, parse: Parse, head: int, someone: _Someone) -> None:
        """Who stands behind an office bears it: "the Labour leader, Ana Soto, said".

        So they are what any one word right before them tells: "Bo's agent, Ana Soto, said". Behind
        two it may be either's: "the wife of the mayor, Ana Soto, said"; so it may behind
        "the wife of the driver" and behind "two ministers".
        """
        name, place = parse.tokens[head], parse.tokens[head].head
        near = range(place, name.edges[0]) if name.dep == "appos" else range(0)
        borne = [each for each in near if parse.tokens[each].lemma in OFFICES | RELATED]
        right_before = parse.tokens[place].tag == "NN" and len(near) in (1, 2)
        of_another = parse.tokens[place].lemma in RELATED and any(
            parse.tokens[each].pos == "NOUN" for each in near[1:]
        )
        several = parse.tokens[place].tag in ("NNS", "NNPS")
        owner = _is_owner(parse, parse.tokens[place])
        if (borne == [place] or right_before) and not (of_another or several or owner):
            self.meant.setdefault(parse.tokens[place].span.start, someone.name.full)
            whose = parse.tokens[place].head  # "her daughter, the cellist Ana Soto, said"
            if parse.tokens[place].dep == "appos" and parse.tokens[whose].lemma in RELATED:
                self.meant.setdefault(parse.tokens[whose].span.start, someone.name.full)

    def _keep_owner(self, parse: Parse, head: int, name: range) -> None:
        """Keep whose a noun is, where a name or a pronoun only tells that."""
        above = _owned_by(parse, head, name)
        if above is not None:
            self.owned[parse.tokens[name.start].span.start] = parse.tokens[above].span.start

    def _tell_body(self, parse: Parse, number: int) -> None:
        end = _end_of_name(parse, number)
        head = parse.tokens[_head(parse, number, end)]
        words = [one for one in parse.tokens[number:end] if one.text.lower() != "the"]
        beside = _is_beside(parse, head) or _is_of_named(parse, head) or _is_hyphened(parse, end)
        if words and not beside and not _is_owner(parse, head):
            name = _joined(words)
            self.meant[parse.tokens[number].span.start] = name
            self.bodies.add(name)

    def _read_pronoun(self, parse: Parse, number: int) -> None:
        token = parse.tokens[number]
        gender = _PRONOUNS[token.text.lower()]
        others = self._doing(parse, number) if token.dep in _OBJECTS else self._told(parse, number)
        fit = [
            one
            for one in self._at_hand
            if one.gender in ("", gender) and one.name.full not in others
        ]
        if not fit:
            return
        someone = fit[0]
        beside = [one for one in fit[1:] if one.seen >= someone.seen]
        if not someone.gender and any(one.gender for one in beside):
            return  # "Ana Soto met Bo Lind. She": who is known to fit may be meant, too
        if not beside:
            someone.gender = gender
        self.meant[token.span.start] = someone.name.full
        someone.seen = self._sentence
        self._keep_owner(parse, number, range(number, number + 1))
        self._comes_to_mind(someone, first=_leads(parse, number))

    def _doing(self, parse: Parse, number: int) -> set[str]:
        """Who does what is done to a pronoun, and so is not meant by it: "Ana called on her"."""
        tokens, verb = parse.tokens, parse.tokens[number].head
        while tokens[verb].pos not in ("VERB", "AUX") and tokens[verb].head != verb:
            verb = tokens[verb].head
        subjects = [one for one in parse.children[verb] if tokens[one].dep in _SUBJECTS]
        places = (place for one in subjects for place in range(tokens[one].edges[0], one + 1))
        return {self.meant.get(tokens[place].span.start, "") for place in places}

    def _told(self, parse: Parse, number: int) -> set[str]:
        """Of or to whom a pronoun tells by name, and so does not mean: "He told Bo Lind it was".

        Nor who does what it tells: "He said Bo Lind had left".
        """
        tokens, verb = parse.tokens, parse.tokens[number].head
        if tokens[number].dep not in _SUBJECTS:
            return set()
        behind = [one for one in parse.children[verb] if one > verb]
        clauses = [one for one in behind if tokens[one].dep == "ccomp"]
        others = [one for one in behind if tokens[one].dep in _OBJECTS]
        others += [
            child
            for clause in clauses
            for child in parse.children[clause]
            if tokens[child].dep in _SUBJECTS
        ]
        doing = [range(tokens[one].edges[0], one + 1) for one in others]
        names = [
            _name_at(parse, place, end)
            for places in doing
            for place in places
            if _may_name(tokens[place]) and (end := _end_of_name(parse, place)) == places.stop
        ]
        known = [self._known(name) for name in names if name is not None]
        return {one.name.full for one in known if one is not None}

    def _read_relative(self, parse: Parse, token: Token) -> None:
        """A relative pronoun means what its clause is about."""
        clause = parse.tokens[token.head]
        about = clause.head
        if clause.dep != "relcl" or parse.tokens[about].entity != "PERSON":
            return
        while about > 0 and not parse.tokens[about].begins:
            about -= 1
        if (name := self.meant.get(parse.tokens[about].span.start)) is not None:
            self.meant[token.span.start] = name

    def _read_office(self, parse: Parse, number: int) -> None:
        """Who was called so: "the president"; or whoever comes to mind: "the leader"."""
        token = parse.tokens[number]
        words = {parse.tokens[child].text.lower() for child in parse.children[number]}
        alone = not any(parse.tokens[child].dep == "appos" for child in parse.children[number])
        if "the" not in words or not alone or token.dep not in (*_SUBJECTS, "pobj", "dobj"):
            return
        role = role_of(token.lemma, _beside_office(parse, number))

        def bears(one: _Someone) -> bool:
            known = [each for each in one.roles if each.office == role.office]
            told = any(fits(role, each) for each in known) or not (known or role.beside)
            return token.lemma in one.offices and told

        bearers = [one for one in self._at_hand if bears(one)]
        bearers += [one for one in self._by_office[token.lemma] if bears(one)][:1]
        if token.lemma in LEADERS and not role.beside:
            bearers += self._at_hand[:1]
        countries = _named_countries(parse, [number, *parse.children[number]])
        if countries:  # "the Russian leader" is no Ukrainian
            others = (one for each in sorted(countries) for one in self._by_country[each])
            its = [one for one in (*self._at_hand, *others) if one.of & countries]
            any_one = token.lemma in LEADERS and not role.beside
            fit = [one for one in its if any_one or bears(one)]
            bearers = fit + [one for one in bearers if not one.of]
        if bearers:
            self.meant[parse.tokens[token.edges[0]].span.start] = bearers[0].name.full
            bearers[0].seen = self._sentence
            self._comes_to_mind(bearers[0], first=_leads(parse, number))

    def _comes_to_mind(self, someone: _Someone, *, first: bool) -> None:
        others = [one for one in self._at_hand if one is not someone]
        if first or not others:
            self._at_hand = [someone, *others][:_AT_HAND]
        elif self._at_hand[0] is not someone:
            self._at_hand = [others[0], someone, *others[1:]][:_AT_HAND]


def _names(parse: Parse, alone: Mapping[str, bool]) -> Iterator[tuple[int, Name]]:
    """Names of people; what the parser took for something else, if it holds a lone surname.

    `alone` are those, with whether they are plainly somebody's. So is the name of who has an
    office: "its chief executive, Ana Soto".
    """
    for number, token in enumerate(parse.tokens):
        if not token.begins:
            continue
        end = _end_of_name(parse, number)
        name = _name_at(parse, number, end)
        if name is None or (token.entity != "PERSON" and end == number + 1):
            continue
        aged = alone.get(name.surname, False)
        known = name.gender and (name.surname in alone or _has_office(parse, number, end))
        if token.entity == "PERSON" or aged or known or _is_a_person(parse, number, end):
            yield number, name


def _may_name(token: Token) -> bool:
    """Whether a name may begin here."""
    return token.begins or (token.pos == "PROPN" and not token.entity)


def _is_a_person(parse: Parse, number: int, end: int) -> bool:
    """Whether what was taken for a body is told to be one of a trade: "Bo Lind, a professor at".

    But for trades that firms have, too: "Acme, a leader in", "Acme, a founder of".
    """
    tokens, head = parse.tokens, _head(parse, number, end)
    return any(
        tokens[one].dep == "appos"
        and tokens[one].lemma in _TRADES
        and any(tokens[child].text in ("a", "an") for child in parse.children[one])
        for one in parse.children[head]
    )


def _has_office(parse: Parse, number: int, end: int) -> bool:
    return bool(_offices(parse, number, _head(parse, number, end)))


def _lone_surnames(parse: Parse) -> Iterator[tuple[str, bool]]:
    """Words that name people by themselves, or of whom a clause with "who" or an age tells.

    And whether an age does: clubs are "who", too.
    """
    tokens = parse.tokens
    for number, token in enumerate(tokens):
        if not _may_name(token) or _end_of_name(parse, number) > number + 1:
            continue
        clauses = (child for child in parse.children[number] if tokens[child].dep == "relcl")
        told = any(tokens[each].text == "who" for one in clauses for each in parse.children[one])
        aged = any(_is_age(tokens[child]) for child in parse.children[number])
        if token.entity == "PERSON" or told or aged:
            yield token.text, aged


def _is_age(token: Token) -> bool:
    """Whether it may be the age in "Soto, 19, said"."""
    return token.dep == "appos" and token.text.isdecimal() and len(token.text) == 2


def _beside_office(parse: Parse, number: int) -> list[str]:
    """The words before an office that tell which, but for countries: "the former president"."""
    before = parse.tokens[parse.tokens[number].edges[0] : number]
    told = (one for one in before if one.entity not in ("NORP", "GPE"))
    which = (one.text for one in told if one.pos in ("NOUN", "PROPN", "ADJ"))
    return [word for word in which if word.lower() not in _AGE]


def _leads(parse: Parse, number: int) -> bool:
    """Whether a word is what a main clause is about, or "according to" whom it is."""
    tokens = parse.tokens
    while tokens[number].dep == "appos" and tokens[number].head != number:
        number = tokens[number].head
    above = tokens[tokens[number].head]
    if tokens[number].dep == "pobj" and tokens[above.head].text.lower() == "according":
        return True
    if tokens[number].dep not in _SUBJECTS:
        return False
    while tokens[number].head != number:
        if tokens[number].dep in _CLAUSES:
            return False
        number = tokens[number].head
    return True


def _is_aside(parse: Parse, head: int) -> bool:
    """Whether a name stands behind a preposition or in a relative clause."""
    tokens = parse.tokens
    token = tokens[head]
    return token.dep == "pobj" or tokens[token.head].dep == "relcl"


def _owned_by(parse: Parse, head: int, name: range) -> int | None:
    """The noun that a name or a pronoun only tells whose it is: "a Trump | adviser"."""
    tokens, first = parse.tokens, head
    owns = name.stop < len(tokens) and tokens[name.stop].tag == "POS"
    while owns and tokens[first].dep == "conj":
        first = tokens[first].head
    above = tokens[first].head
    noun = tokens[above]
    if tokens[first].dep not in _BELONGS or above in name or noun.lemma in UTTERED:
        return None
    between = tokens[min(head, above) : max(head, above)]
    both = any(one.tag == "POS" for one in between)  # whose "Ana Soto and Bo Lind's visit" is
    apart = any(one.pos == "PUNCT" or (one.pos == "CCONJ" and not both) for one in between)
    return above if noun.pos in ("NOUN", "PROPN") and not apart else None


def _is_owner(parse: Parse, token: Token) -> bool:
    """Whether a name tells only whose somebody is: "Putin's spokesman", "the head of Gazprom".

    So it does in "the head of Gazprom's board".
    """
    above = parse.tokens[token.head]
    if token.dep == "poss":
        return above.lemma in OFFICES | RELATED or _is_owner(parse, above)
    return token.dep == "pobj" and above.text == "of"


def _is_beside(parse: Parse, token: Token) -> bool:
    """Whether the name of a body only tells which: "White House aides", "Apple's Tim Cook"."""
    person = parse.tokens[token.head].entity == "PERSON"
    return token.dep in ("compound", "nmod", "amod") or (token.dep == "poss" and person)


def _is_hyphened(parse: Parse, end: int) -> bool:
    """Whether a name that ends here is part of a word: "the Geneva-based group"."""
    sign, behind = [*parse.tokens[end : end + 2], None, None][:2]
    if sign is None or behind is None or sign.text != "-":
        return False
    joined = (
        parse.tokens[end - 1].span.end == sign.span.start and sign.span.end == behind.span.start
    )
    return joined and behind.text.islower()


def _is_of_named(parse: Parse, token: Token) -> bool:
    """Whether a name tells only whose somebody is who follows by name: "Acme's boss, Bo Lind"."""
    others = (parse.tokens[child] for child in parse.children[token.head])
    return token.dep == "poss" and any(
        one.dep == "appos" and one.entity == "PERSON" for one in others
    )


def _end_of_name(parse: Parse, number: int) -> int:
    """Number of the first token behind a name."""
    tokens, end = parse.tokens, number + 1
    while end < len(tokens) and tokens[end].entity and not tokens[end].begins:
        end += 1
    while end > number + 1 and tokens[end - 1].tag == "POS":
        end -= 1
    return end


def _name_at(parse: Parse, number: int, end: int) -> Name | None:
    if end - number > _LONGEST_NAME:
        return None
    words = _joined(parse.tokens[number:end])
    return name_of(words, " ".join(token.text for token in _titles(parse, number)))


def _joined(tokens: Sequence[Token]) -> str:
    """As they are written, each white space one space: the parser cuts at hyphens."""
    spaces = (
        " " if before.span.end < token.span.start else "" for before, token in pairwise(tokens)
    )
    return "".join(
        f"{token.text}{space}" for token, space in zip(tokens, (*spaces, ""), strict=True)
    )


def _titles(parse: Parse, number: int) -> tuple[Token, ...]:
    """The titles and offices right before a name."""
    first = number
    while first > 0 and parse.tokens[first - 1].text.strip(".,").casefold() in TITLES:
        first -= 1
    return parse.tokens[first:number]


def _head(parse: Parse, number: int, end: int) -> int:
    """The token of a name that the others depend on; "the" may be another noun's."""
    for place in range(number, end):
        token = parse.tokens[place]
        if token.dep != "det" and not number <= token.head < end:
            return place
    return end - 1


def _countries(parse: Parse, number: int, head: int) -> set[str]:
    """Whose somebody is called: "Russian President Putin", "Putin, the Russian president"."""
    first = number - len(_titles(parse, number))
    before = range(max(0, first - _NEAR), number)
    stopped = any(parse.tokens[place].pos == "PUNCT" for place in before)
    near = () if stopped else before
    return _named_countries(
        parse, [*near, *(child for one in _beside(parse, head) for child in parse.children[one])]
    )


def _named_countries(parse: Parse, places: Iterable[int]) -> set[str]:
    """The countries among some words, by their keys: Russia and Russian are one."""
    words = (parse.tokens[place] for place in places)
    return {key_of(one.text) for one in words if one.entity in ("NORP", "GPE")}


def _offices(parse: Parse, number: int, head: int) -> set[str]:
    """What somebody is called here: "President Putin", "Putin, the president"."""
    found = {token.lemma for token in _titles(parse, number)}
    found |= {parse.tokens[place].lemma for place in _beside(parse, head)}
    return found & OFFICES


def _beside(parse: Parse, head: int) -> list[int]:
    """Numbers of the words that a name stands beside: "Putin, the president"."""
    found = [child for child in parse.children[head] if parse.tokens[child].dep == "appos"]
    return [*found, parse.tokens[head].head] if parse.tokens[head].dep == "appos" else found


def _roles(parse: Parse, number: int, head: int) -> set[Role]:
    """The same with the words that tell which: "Putin, the president of Russia"."""
    tokens = parse.tokens
    found = set[Role]()
    first = number
    while first > 0 and number - first < _LONGEST_ROLE and _tells_which(tokens[first - 1]):
        first -= 1
    before = [token.text for token in tokens[first:number] if token.tag != "POS"]
    if before and before[-1].casefold() in OFFICES:
        found.add(role_of(before[-1].casefold(), before[:-1]))
    for place in _beside(parse, head):
        if tokens[place].lemma not in OFFICES:
            continue
        own = [*range(tokens[place].edges[0], place)]
        for child in parse.children[place]:
            if tokens[child].text in ("of", "for"):
                own += [
                    each
                    for thing in parse.children[child]
                    for each in range(tokens[thing].edges[0], thing + 1)
                ]
        named = [tokens[each].text for each in own if _tells_which(tokens[each])]
        found.add(role_of(tokens[place].lemma, named))
    return found


def _tells_which(token: Token) -> bool:
    return token.pos in ("NOUN", "PROPN", "ADJ") or token.tag == "POS"
