"""Does who is asked for something they never spoke of stay silent? On articles of realtimeqa.

For people who speak in some articles, by our reading, three kinds of question:

- `absent`: on a subject of a list of which no article that they speak in holds a word;
- `own`: on the second rarest word of a statement of theirs;
- `near`: on the rarest word of the sentence before it, which the statement lacks.

Of the first, what is answered is wrong. Of the others, an answer is right where its first sentence
is that statement or one beside it. The rarest words are seldom what somebody would ask for, so the
shares compare two states of the code, and are no share of questions that people ask.

example:  python benchmarks/subjects.py --data ../shared/eval --articles 220
"""

import argparse
import json
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from timing import tell

from rag import OnRecord
from rag.asked import asking_terms
from rag.datatypes import Sentence
from rag.terminal import progress_bar
from rag.terms import content_words, term, terms

DATA = Path("../shared/eval")
PEOPLE = 70
OF_EACH = 2  # absent subjects
SHORTEST = 4  # letters of a word that is asked about
SUBJECTS = """inflation; Gaza; Israel; Iran; China; Taiwan; North Korea; the Olympics; the Pope;
climate change; the price of gas; artificial intelligence; Boris Johnson; Macron; Scholz; Berlin;
Finland; NATO membership; grain exports; nuclear weapons; vaccines; football; the World Cup; taxes;
Elon Musk; Twitter; Wagner; Belarus; Moldova; Georgia; Serbia; Venezuela; Cuba; Africa; elections;
gold reserves; Navalny; Crimea; Kursk; sanctions; abortion; guns; the border; wildfires; monkeypox;
the Oscars; baseball; housing; school meals; electric cars"""

Asked = tuple[str, str, Sentence | None]  # kind, question, the statement


def main() -> None:
    """Index, ask, count."""
    command = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    command.add_argument("--data", type=Path, default=DATA)
    command.add_argument("--articles", type=int, default=220)
    given = command.parse_args()
    lines = (given.data / "realtimeqa_2022a/corpus.jsonl").read_text("utf-8").splitlines()
    counts: Counter[str] = Counter()
    with TemporaryDirectory() as folder, progress_bar() as progress:
        file = Path(folder) / "articles.jsonl"
        rows = map(json.loads, random.Random(5).sample(lines, given.articles))
        kept = ({"id": one["_id"], "title": one["title"], "text": one["text"]} for one in rows)
        file.write_text("".join(json.dumps(one) + "\n" for one in kept), encoding="utf-8")
        OnRecord.build(Path(folder) / "index", [file], progress=progress)
        engine = OnRecord.open(Path(folder) / "index")
        every = {name: engine.sentences(name) for name in engine.document_ids()}
        questions = [*asked(every)]
        for number, one in enumerate(questions):
            progress("asking", number, len(questions))
            counts[f"{one[0]}, {verdict(engine, one, every)}"] += 1
    tell("subjects", "questions", articles=given.articles, **dict(sorted(counts.items())))


def asked(every: dict[str, tuple[Sentence, ...]]) -> Iterator[Asked]:
    """The questions, of people drawn by chance."""
    held = {name: {t for one in some for t in terms(one.text)} for name, some in every.items()}
    documents = Counter(term for each in held.values() for term in each)
    spoken: dict[str, list[tuple[str, int]]] = {}
    for name, some in every.items():
        for at, one in enumerate(some):
            if one.speaker and " " in one.speaker:
                spoken.setdefault(one.speaker, []).append((name, at))
    chance = random.Random(1)
    often = sorted(who for who, places in spoken.items() if len(places) > 1)
    for who in chance.sample(often, min(PEOPLE, len(often))):
        around = set[str]().union(*(held[name] for name, _ in spoken[who]))
        subjects = [one.strip() for one in SUBJECTS.split(";")]
        absent = [one for one in subjects if around.isdisjoint(terms(one)) or not terms(one)]
        for one in chance.sample(absent, min(OF_EACH, len(absent))):
            yield "absent", question(who, one), None
        name, at = chance.choice(spoken[who])
        own = rarest(every[name][at], who, documents)
        if len(own) > 1:
            yield "own", question(who, own[1]), every[name][at]
        before = rarest(every[name][at - 1], who, documents) if at else []
        near = [word for word in before if word not in every[name][at].text]
        if near:
            yield "near", question(who, near[0]), every[name][at]


def question(who: str, subject: str) -> str:
    """For what somebody said on it."""
    return f"What did {who} say about {subject}?"


def rarest(sentence: Sentence, who: str, documents: Counter[str]) -> list[str]:
    """Words that carry its subject, those that the fewest documents hold first."""
    left_out = {*terms(who)} | asking_terms()
    words = {word.strip(".,:;!?“”\"'’()[]") for word in sentence.text.split()}
    some = {one for one in words if len(one) >= SHORTEST and one.isalpha() and one.isascii()}
    carry = {one for one in some if content_words(one) == [one.casefold()]}
    kept = [one for one in carry if term(one.casefold()) not in left_out]
    return sorted(kept, key=lambda one: (documents[term(one.casefold())], one))


def verdict(engine: OnRecord, one: Asked, every: dict[str, tuple[Sentence, ...]]) -> str:
    """Silent, right or wrong."""
    _, words, wanted = one
    answer = engine.ask(words)
    if not answer.statements:
        return "silent"
    first = answer.statements[0].evidence[0].sentence
    return "right" if wanted and beside(first, wanted, every) else "wrong"


def beside(one: Sentence, other: Sentence, every: dict[str, Sequence[Sentence]]) -> bool:
    """Whether they are the same or next to each other."""
    some = [each.span for each in every[other.document.id]]
    return one.document.id == other.document.id and (
        abs(some.index(one.span) - some.index(other.span)) <= 1
    )


if __name__ == "__main__":
    main()
