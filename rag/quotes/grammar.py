"""Find reporting words in a parse, with who reports and what.

Flow: Parse -> reports() -> tuple[Report, ...], in the order of their cues.
Law: spans lie in the parse; a content is whole words, holds not the word that reports it, and is
not empty. Every walk along the tree is bounded.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from rag.datatypes import Span
from rag.quotes.cues import (
    ACCORDING,
    ASKING,
    CLAIMS,
    DENYING,
    FALSELY,
    INTENT,
    NAMING,
    NOUNS,
    OWNING,
    SPEECH,
    SPREADING,
    THOUGHT,
    UTTERED,
    WANTING,
    WITH_PARTICLE,
    WRITING,
)
from rag.quotes.parsing import Parse, Token

_VERBS = SPEECH | THOUGHT | INTENT | NAMING
_HIGHEST = 12  # steps up the tree; no clause of a newspaper is nested deeper
_NOMINAL = ("NOUN", "PROPN", "PRON")
_BEGINS_PHRASE = (*_NOMINAL, "DET", "ADJ", "NUM", "X")
_SUBJECTS = ("nsubj", "nsubjpass", "csubj", "expl")
_PASSES_SUBJECT = ("conj", "xcomp", "advcl", "pcomp", "prep", "dep", "ccomp", "acl")
_PARTS_OF_CUE = ("aux", "auxpass", "neg", "prt")
_BESIDE_CUE = ("prep", "npadvmod", "advmod", "dative", "prt", "dobj", "nsubj")  # "told us Monday"
_OUTSIDE_NAME = (
    *("relcl", "acl", "ccomp", "appos", "punct", "prep", "advcl", "dep", "parataxis", "cc"),
)
_CLOSING = ("”", '"', "''", "’", "'", "»")
_TIMES = ("DATE", "TIME")


@dataclass(frozen=True, slots=True)
class Report:
    """Somebody reports something.

    Attributes:
        cue: Number of the reporting word in its parse.
        cue_span: In the document, with its auxiliaries where they stand beside it.
        speaker: Number of the head of who reports; `None` where nobody is named.
        speaker_span: The mention, in the document.
        contents: What is reported, in order; two pieces where the report stands inside it.
        by_the_way: Whether it is added to a whole sentence: "according to the mayor".
        unsaid: Whether nobody is told to have said it: "denied saying that", "amid claims that".
    """

    cue: int
    cue_span: Span
    speaker: int | None
    speaker_span: Span | None
    contents: tuple[Span, ...]
    by_the_way: bool = False
    unsaid: bool = False


def reports(parse: Parse) -> tuple[Report, ...]:
    """Every reporting word with who reports and what; without contents where none is governed."""
    found: list[Report] = []
    for number, token in enumerate(parse.tokens):
        verb = token.pos in ("VERB", "AUX") and token.lemma in _VERBS
        if verb and _is_whole(parse, number):
            found.append(verb_report(parse, number))
        elif token.pos == "NOUN" and token.lemma in NOUNS:
            found.extend(_noun(parse, number))
        elif token.text.lower() in ACCORDING and not _is_given_name(parse, number):
            found.extend(_according(parse, number))
    return tuple(found)


def _is_given_name(parse: Parse, number: int) -> bool:
    """Whether "Per" is no word for "according to"."""
    token = parse.tokens[number]
    begins = any(number == sentence.start for sentence in parse.sentences)
    return token.text[0].isupper() and (bool(token.entity) or not begins) and token.lemma == "per"


def _is_whole(parse: Parse, verb: int) -> bool:
    """Whether the word stands by that makes it a reporting one: "pointed out", "made it clear"."""
    needed = WITH_PARTICLE.get(parse.tokens[verb].lemma)
    near = parse.tokens[verb + 1 : verb + 4]
    return needed is None or any(token.lemma == needed for token in near)


def mention(parse: Parse, head: int) -> Span:
    """The words that name somebody, from the head of the phrase: without clauses about them."""
    tokens = parse.tokens
    first = last = head
    for child in parse.children[head]:
        token = tokens[child]
        if token.dep == "prep" and token.text == "of" and child == head + 1:
            last = max(last, _end_of_object(parse, child))
            continue
        joined = token.dep in ("cc", "conj") and head < child <= last + _HIGHEST
        if token.dep in (*_OUTSIDE_NAME, "conj") and not joined:
            continue
        low, high = token.edges if child < head else (child, child)
        first, last = min(first, low), max(last, high)
    first = max(first, _behind_quotation(parse, head, first))
    while last + 1 < len(tokens) and _same_name(tokens[last], tokens[last + 1]):
        last += 1
    while first < head and tokens[first].pos in ("PUNCT", "CCONJ"):
        first += 1
    while last > head and tokens[last].pos in ("PUNCT", "CCONJ"):
        last -= 1
    return Span(tokens[first].span.start, tokens[last].span.end)


def _behind_quotation(parse: Parse, head: int, first: int) -> int:
    """Number of the token behind the last quotation that ends before a head, else `first`."""
    tokens = parse.tokens
    closing = (
        place
        for place in range(head, first, -1)
        if tokens[place].text in _CLOSING and tokens[place - 1].text == ","
    )
    return next(closing, first - 1) + 1


def _end_of_object(parse: Parse, preposition: int) -> int:
    """The noun of "of the state" in "the head of the state"."""
    for child in parse.children[preposition]:
        if parse.tokens[child].dep == "pobj" and child - preposition <= _HIGHEST:
            return child
    return preposition - 1


def _same_name(token: Token, following: Token) -> bool:
    return token.entity != "" and following.entity == token.entity and not following.begins


# Who


def subject(parse: Parse, verb: int) -> int | None:
    """The head of who does what this verb says; of another verb where it has no subject itself."""
    tokens, start = parse.tokens, verb
    for _ in range(_HIGHEST):
        if (own := _own_subject(parse, verb, start)) is not None:
            return _own_one(parse, own, verb) if tokens[own].dep != "expl" else None
        token, above = tokens[verb], tokens[verb].head
        if above == verb:
            passed = verb != start and token.lemma in SPEECH and not _is_passive(parse, verb)
            return _phrase_before(parse, verb) if passed else None
        if _is_of_clause(parse, verb):
            verb = _verb_above(parse, above)  # "released an advertisement saying": who released it
        elif token.dep in ("acl", "relcl"):
            return above if tokens[above].pos in _NOMINAL else None
        elif (other := _object(parse, verb)) is not None:
            return other
        elif (heard := _hearer(parse, verb)) is not None:
            return heard
        elif token.dep in _PASSES_SUBJECT:
            verb = above
        else:
            return None
    return None


def _own_subject(parse: Parse, verb: int, start: int) -> int | None:
    """The last before `start`, else before the verb: the parser takes a participle for one, too."""
    found = [child for child in parse.children[verb] if parse.tokens[child].dep in _SUBJECTS]
    near = [child for child in found if child < start] or [one for one in found if one < verb]
    return near[-1] if near else next(iter(found), None)


def _own_one(parse: Parse, number: int, verb: int) -> int:
    """Who does it where the parser took them for an aside on whom it took for the subject.

    "Zenda & Co’s boss Bo Lind said"; "In a letter to Ana Soto, the bank said", where an aside would
    end in a comma.
    """
    tokens, last = parse.tokens, number
    while behind := [
        child
        for child in parse.children[last]
        if last < child < verb and tokens[child].dep in ("appos", "conj")
    ]:
        last = behind[-1]
    if tokens[last].dep != "appos" or last == number:
        return number
    first = parse.sentences[tokens[number].sentence].start
    between = tokens[number + 1 : last]
    apart = any(token.pos == "PUNCT" for token in between)
    owned = not apart and any(token.tag == "POS" for token in between)
    led = tokens[first].pos == "ADP" and tokens[first + 1].entity not in _TIMES
    inside = led and all(token.text != "," for token in tokens[first:number])
    unended = inside and apart and all(token.pos != "PUNCT" for token in tokens[last:verb])
    return last if owned or unended else number


def _verb_above(parse: Parse, number: int) -> int:
    """The nearest verb that a word depends on, or the root."""
    while parse.tokens[number].head != number:
        number = parse.tokens[number].head
        if parse.tokens[number].pos in ("VERB", "AUX"):
            break
    return number


def _is_of_clause(parse: Parse, verb: int) -> bool:
    """Whether a participle behind a noun is its clause's: not "received an email saying"."""
    token, tokens = parse.tokens[verb], parse.tokens
    if token.dep != "acl" or token.tag != "VBG" or not _is_in_clause(parse, token.head):
        return False
    apart = token.edges[0] > 0 and tokens[token.edges[0] - 1].text == ","
    doing = _verb_above(parse, token.head)
    within = tokens[tokens[token.head].head].text in ("in", "with")  # "resigned in a letter saying"
    said = within or tokens[doing].lemma in OWNING | SPEECH | WRITING
    uttered = said and not _is_passive(parse, doing)
    return apart or uttered or tokens[token.head].lemma not in UTTERED


def _hearer(parse: Parse, verb: int) -> int | None:
    """Who does it, where the parser took them for the hearer: "told police Ana Soto had left"."""
    tokens, token = parse.tokens, parse.tokens[verb]
    marked = any(tokens[child].tag == "TO" for child in parse.children[verb])
    if token.dep != "ccomp" or token.tag == "VBG" or marked:
        return None
    between = (child for child in reversed(parse.children[token.head]) if child < verb)
    found = next((one for one in between if tokens[one].dep in ("dobj", "dative")), None)
    apart = found is not None and any(one.pos == "PUNCT" for one in tokens[found:verb])
    return None if apart else found


def _is_in_clause(parse: Parse, noun: int) -> bool:
    """Whether a noun is no subject, so that another does what its clause says."""
    token = parse.tokens[noun]
    return token.dep not in _SUBJECTS and token.dep != "ROOT"


def beside(parse: Parse, number: int, bounds: range) -> int | None:
    """The head of the phrase that holds a token, as far as it lies within `bounds`."""
    tokens = parse.tokens
    while number in bounds and tokens[number].pos in ("ADV", "PUNCT", "SPACE"):
        number += 1
    if number not in bounds or tokens[number].pos not in _BEGINS_PHRASE:
        return None
    for _ in range(_HIGHEST):
        above = tokens[number].head
        if above not in bounds or tokens[above].pos not in _NOMINAL or above == number:
            break
        if tokens[number].dep in ("appos", "conj", "relcl"):
            break
        number = above
    return number if tokens[number].pos in _NOMINAL else None


def _object(parse: Parse, verb: int) -> int | None:
    """Whom another verb holds to do this one: "urged her to say", "quoted him as saying"."""
    token, above = parse.tokens[verb], parse.tokens[verb].head
    if token.dep == "xcomp":
        lemma = parse.tokens[above].lemma
        if lemma not in INTENT or lemma in ("promise", "vow"):
            return None
    elif token.dep == "pcomp" and parse.tokens[above].text.lower() in ("as", "of", "for"):
        above = parse.tokens[above].head
    else:
        return None
    objects = (child for child in parse.children[above] if parse.tokens[child].dep == "dobj")
    return next((child for child in objects if child < verb), None)


def _agent(parse: Parse, verb: int) -> int | None:
    """Who does it in the passive: "was told by the mayor"."""
    for child in parse.children[verb]:
        if parse.tokens[child].dep == "agent":
            for inner in parse.children[child]:
                if parse.tokens[inner].dep == "pobj":
                    return inner
    return None


def _is_passive(parse: Parse, verb: int) -> bool:
    deps = {parse.tokens[child].dep for child in parse.children[verb]}
    if not deps.isdisjoint(("auxpass", "nsubjpass", "agent")):
        return True
    token = parse.tokens[verb]  # "Asked whether he lost, Smith left"
    bare = token.tag == "VBN" and token.dep in ("advcl", "acl")
    return bare and deps.isdisjoint(("aux", *_SUBJECTS))


# What


def verb_report(parse: Parse, verb: int) -> Report:
    """A verb as a reporting word, whichever it is."""
    passive = _is_passive(parse, verb)
    speaker = _agent(parse, verb) if passive else subject(parse, verb)
    if speaker is None and not passive:
        speaker = _phrase_before(parse, verb)
    contents, unsaid = tuple(_contents(parse, verb)), _is_unsaid(parse, verb)
    who = None if unsaid else speaker
    found = _report(parse, verb, _with_auxiliaries(parse, verb), who, contents)
    return replace(found, unsaid=unsaid)


def _is_unsaid(parse: Parse, verb: int) -> bool:
    """Whether it is asked for, or does not happen: "urged her to say", "refused to say".

    Nor did who was "wrongly quoted as saying" it.
    """
    tokens, token = parse.tokens, parse.tokens[verb]
    above = tokens[token.head]
    beside = parse.children[above.head] if above.text == "as" else ()
    if any(tokens[child].text.lower() in FALSELY for child in beside):
        return True
    to_be_said = any(tokens[child].tag == "TO" for child in parse.children[verb])
    if any(tokens[child].dep == "neg" for child in parse.children[token.head]):
        return False
    if token.dep in ("xcomp", "ccomp") and (to_be_said or token.tag == "VBG"):
        others = token.dep == "ccomp" and above.lemma in WANTING
        return others or above.lemma in (ASKING if to_be_said else DENYING)
    short = above.text == "of" and tokens[token.head - 1].text == "short"
    return token.dep == "pcomp" and short


def _phrase_before(parse: Parse, verb: int) -> int | None:
    """The noun or pronoun right before a verb, where the parser saw no subject."""
    tokens, number = parse.tokens, verb - 1
    first = parse.sentences[tokens[verb].sentence].start
    while number >= first and (
        tokens[number].pos in ("ADV", "AUX", "PART")
        or tokens[number].entity in _TIMES
        or (tokens[number].pos == "ADP" and tokens[number + 1].entity in _TIMES)  # "on Friday"
    ):
        number -= 1
    if number < first or tokens[verb].tag == "VBG":
        return None
    if tokens[number].text == ",":  # "Ana Soto, the mayor, said"
        commas = [place for place in range(first + 1, number) if tokens[place].text == ","]
        number = commas[-1] - 1 if commas else number
        return number if tokens[number].pos in _NOMINAL else None
    return number if tokens[number].pos in ("PROPN", "PRON") else None


def _report(
    parse: Parse, cue: int, span: Span, speaker: int | None, contents: tuple[Span, ...]
) -> Report:
    named = mention(parse, speaker) if speaker is not None else None
    return Report(cue, span, speaker, named, contents)


def _with_auxiliaries(parse: Parse, verb: int) -> Span:
    first = last = verb
    tokens = parse.tokens
    while first > 0 and tokens[first - 1].head == verb and tokens[first - 1].dep in _PARTS_OF_CUE:
        first -= 1
    for token in tokens[verb + 1 : verb + _HIGHEST]:
        if token.head != verb or token.dep not in _PARTS_OF_CUE:
            break
        last += 1
    return Span(tokens[first].span.start, tokens[last].span.end)


def _contents(parse: Parse, verb: int) -> Iterator[Span]:
    """The clauses that a verb governs, or stands in."""
    tokens, token = parse.tokens, parse.tokens[verb]
    found = False
    for child in parse.children[verb]:
        dep, (low, high) = tokens[child].dep, tokens[child].edges
        if not _governs(token.lemma, dep) or _is_parted(parse, (low, high), verb):
            continue
        if dep == "oprd":
            low = _small_clause(parse, verb, child)
        yield from _around(parse, (low, high), verb)
        found = True
    if not found and token.dep in ("parataxis", "ccomp") and token.lemma in SPEECH | THOUGHT:
        yield from _host(parse, verb)


def _governs(lemma: str, dep: str) -> bool:
    """Whether what depends so on a verb is what it reports."""
    return (
        (dep == "ccomp" and lemma in SPEECH | THOUGHT)
        or (dep == "xcomp" and lemma in INTENT | NAMING)
        or (dep == "oprd" and lemma in NAMING)
    )


def _is_parted(parse: Parse, edges: tuple[int, int], verb: int) -> bool:
    """Whether a semicolon stands between: "Ana Soto said it rose; Bo Lind said it fell"."""
    low, high = edges
    between = parse.tokens[high + 1 : verb] if high < verb else parse.tokens[verb + 1 : low]
    return any(token.text == ";" for token in between)


def _small_clause(parse: Parse, verb: int, child: int) -> int:
    """Begin of "it a disgrace" in "called it a disgrace"."""
    for other in parse.children[verb]:
        if parse.tokens[other].dep == "dobj" and verb < other < child:
            return parse.tokens[other].edges[0]
    return parse.tokens[child].edges[0]


def _host(parse: Parse, verb: int) -> Iterator[Span]:
    """The clause around a report that is put into it: "The plan, he said, is dead"."""
    tokens = parse.tokens
    above = tokens[verb].head
    low, high = tokens[verb].edges
    inserted = low > 0 and tokens[low - 1].text in (",", "–", "—", "-", "(")
    if not inserted or tokens[above].pos not in ("VERB", "AUX") or above == verb:
        return
    first, last = tokens[above].edges
    for piece in ((first, low - 1), (high + 1, last)):
        yield from _trimmed(parse, *piece)


def _around(parse: Parse, edges: tuple[int, int], cue: int) -> Iterator[Span]:
    """A subtree as spans; in two pieces where the report stands in it: "In May, he said, it is"."""
    low, high = edges
    if not low <= cue <= high:
        yield from _trimmed(parse, low, high)
        return
    first, last = cue, cue
    for child in parse.children[cue]:
        begin, end = parse.tokens[child].edges
        dep = parse.tokens[child].dep
        if low < begin and end < cue and dep in (*_SUBJECTS, *_PARTS_OF_CUE):
            first = min(first, begin)
        elif begin == last + 1 and end < high and dep in _BESIDE_CUE:
            last = end
    yield from _trimmed(parse, low, first - 1)
    yield from _trimmed(parse, last + 1, high)


def _trimmed(parse: Parse, low: int, high: int) -> Iterator[Span]:
    """Words without the commas and conjunctions at their ends; nothing if no word is left."""
    tokens = parse.tokens
    while low <= high and (tokens[low].pos in ("PUNCT", "SPACE", "CCONJ")):
        low += 1
    while low <= high and (tokens[high].pos in ("PUNCT", "SPACE", "CCONJ")):
        high -= 1
    if low <= high:
        yield Span(tokens[low].span.start, tokens[high].span.end)


def _noun(parse: Parse, noun: int) -> Iterator[Report]:
    tokens, speaker = parse.tokens, _owner(parse, noun)
    unsaid = speaker is None
    if unsaid and tokens[noun].lemma not in CLAIMS:
        return
    for child in parse.children[noun]:
        token = tokens[child]
        marks = {tokens[each].lemma for each in parse.children[child]}
        clause = token.dep == "ccomp" or (token.dep == "acl" and marks & {"that", "to"})
        named = unsaid and token.dep == "prep" and token.text == "of"
        if child > noun and ((clause and token.tag != "VBG") or named):
            contents = tuple(_trimmed(parse, *token.edges))
            found = _report(parse, noun, tokens[noun].span, speaker, contents)
            yield replace(found, unsaid=unsaid)
            return


def _owner(parse: Parse, noun: int) -> int | None:
    """Whose a claim is; not whose who "rejected claims that …"."""
    owners = [child for child in parse.children[noun] if parse.tokens[child].dep == "poss"]
    if owners or not _is_in_clause(parse, noun):
        return owners[-1] if owners else None
    verb = _verb_above(parse, noun)
    direct = parse.tokens[noun].dep == "dobj" and parse.tokens[verb].lemma in SPREADING
    return subject(parse, verb) if direct or parse.tokens[verb].lemma in OWNING else None


def _according(parse: Parse, number: int) -> Iterator[Report]:
    tokens = parse.tokens
    last, speaker = number, None
    for child in parse.children[number]:
        if tokens[child].dep == "pobj":
            speaker = child
        if tokens[child].lemma == "to":
            last = child
            for inner in parse.children[child]:
                if tokens[inner].dep == "pobj":
                    speaker = inner
    per = tokens[number].text.lower() == "per"
    if speaker is None or (per and tokens[speaker].entity not in ("ORG", "PERSON")):
        return
    low, high = tokens[number].edges
    sentence = parse.sentences[tokens[number].sentence]
    pieces = ((sentence.start, low - 1), (high + 1, sentence.stop - 1))
    contents = tuple(span for piece in pieces for span in _trimmed(parse, *piece))
    cue = Span(tokens[number].span.start, tokens[last].span.end)
    yield replace(_report(parse, number, cue, speaker, contents), by_the_way=True)
