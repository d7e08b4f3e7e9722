from pathlib import Path

import pytest

from rag import OnRecord
from rag.asked import _Name, asked, asked_of, subject_terms
from rag.datatypes import Query
from rag.store import snapshot

PUTIN, TRUMP, ZELENSKY = ("Vladimir Putin",), ("Donald Trump",), ("Volodymyr Zelensky",)


@pytest.mark.parametrize(
    ("question", "speaker", "people"),
    [
        ("what did Putin say about Syria?", "Putin", PUTIN),
        ("What did Zelenskiy think of it?", "Zelenskiy", ZELENSKY),
        ("what did putin say about trump", "putin", PUTIN),
        ("According to Donald Trump, when will it end?", "Donald Trump", TRUMP),
        ("What was said by Trump about Putin?", "Trump", TRUMP),
        ("How strong is the army, in Putin's words?", "Putin", PUTIN),
        ("What is the view of Vladimir Putin on Assad?", "Vladimir Putin", PUTIN),
        ("What did Trump say to Putin?", "Trump", TRUMP),
        ("What did Macron say?", "Macron", ()),
        ("Who said that Russia is stronger?", None, ()),
        ("When did Putin begin the war?", None, ()),
        ("What did the head of the Kremlin say?", None, ()),
        ("What did the Russian president admit?", "Vladimir Putin", PUTIN),
        ("What does Ukraine's president claim?", "Volodymyr Zelensky", ZELENSKY),
        ("What is the view of the president of Russia?", "Vladimir Putin", PUTIN),
        ("what did the president of russia say", "Vladimir Putin", PUTIN),
        ("What did the former Russian president say?", None, ()),
        ("What did the French president say?", None, ()),
        ("What did the president say?", None, ()),
        (
            "What did Russian President Vladimir Putin say?",
            "President Vladimir Putin",
            PUTIN,
        ),
        ("What did the EU leaders promise Zelensky?", None, ()),
        ("What did the Trump campaign say?", None, ()),
        ("What did the Putin memo say about Syria?", None, ()),
        ("How much did the Trump letter say it would cost?", None, ()),
        ("What is Putin's view of Trump?", "Putin", PUTIN),
        ("In Zelensky's opinion of Putin, who will win?", "Zelensky", ZELENSKY),
        ("What was Putin's criticism of Trump?", "Putin", PUTIN),
        ("Why did Trump leave, according to the memo?", None, ()),
        ("What is Trump accused of?", None, ()),
        ("How much is Putin said to be worth?", None, ()),
        ("What is it that Trump said of Putin?", "Trump", TRUMP),
        ("When did Putin visit the United States?", None, ()),
        ("How did Trump win the state of Ohio?", None, ()),
        ("What did officials in Moscow say about Trump?", None, ()),
        ("What did Putin on Wednesday say about it?", "Putin", PUTIN),
        ("What did the Trump administration say about it?", None, ()),
        ("What are Putin and Trump accused of?", None, ()),
        ("What has Trump been accused of?", None, ()),
        ("How rich can Putin be said to be?", None, ()),
        ("Was Trump told of it?", None, ()),
        ("Is Putin thought to be rich?", None, ()),
        ("Is it true Putin has said so?", "Putin", PUTIN),
        ("What is it Putin had said?", "Putin", PUTIN),
        ("What was paid by the woman Trump accused?", "Trump", TRUMP),
        ("Was Putin told what Trump said?", "Trump", TRUMP),
        ("Is Putin right, as Trump says?", "Trump", TRUMP),
        ("What has Trump promised Zelensky?", "Trump", TRUMP),
        ("What's said by Putin about it?", "Putin", PUTIN),
        ("Who's ally said so?", None, ()),
        ("Tell me what Putin's said about it", "Putin", PUTIN),
        ("what is the latest view of putin on it", "putin", PUTIN),
        ("What did putin say about trump?", "putin", PUTIN),
        ("What is the criticism of Putin?", None, ()),
        ("What did Putin state about it?", "Putin", PUTIN),
        *((f"Did Trump win {which} state?", None, ()) for which in ("a", "this", "which", "what")),
        ("What did Trump officials in Ohio say?", None, ()),
        ("What did Putin's troops in Syria say?", None, ()),
        ("In 2019 Putin said what?", "Putin", PUTIN),
        ("What did Donald Trump, Jr. say?", "Donald Trump Jr", ()),
        ("What did Russia's Putin say?", "Putin", PUTIN),
        ("What is the Russian president's view?", "Vladimir Putin", PUTIN),
        ("What did the president of Russia really say?", "Vladimir Putin", PUTIN),
        ("On Monday, Ukraine's president said what?", "Volodymyr Zelensky", ZELENSKY),
        ("Did Trump claim Ukraine's president lied?", "Trump", TRUMP),
        ("What did Putin write about Trump?", "Putin", PUTIN),
        ("What had Putin written on it?", "Putin", PUTIN),
        ("When did Putin write the letter?", None, ()),
        ("What did Trump tweet?", "Trump", TRUMP),
        # several speak
        ("What did the Russian president or Vladimir Putin say?", "Vladimir Putin", PUTIN),
        ("What did US President Trump and Putin say?", "President Trump or Putin", TRUMP + PUTIN),
        (
            "What did the president of Russia and Trump say?",
            "Vladimir Putin or Trump",
            TRUMP + PUTIN,
        ),
        ("What did Putin or Zelensky say about it?", "Putin or Zelensky", PUTIN + ZELENSKY),
        ("What did Putin, Macron and Trump say?", "Putin or Macron or Trump", TRUMP + PUTIN),
        ("what did putin and trump say about it?", "putin or trump", TRUMP + PUTIN),
        ("What did Putin say about Trump and Zelensky?", "Putin", PUTIN),
        ("According to Putin and Trump, who won?", "Putin or Trump", TRUMP + PUTIN),
        ("According to Putin, Trump said what?", "Putin", PUTIN),
        ("Asked about Trump, Putin said what?", "Putin", PUTIN),
        ("What did the Russian president, Dmitry Medvedev, say?", "Dmitry Medvedev", ()),
        ("On Monday, Putin said what?", "Putin", PUTIN),
        ("What did officials in Russia and China say?", None, ()),
        ("What did Trump, Putin's ally, say?", "Trump", TRUMP),
        ("Did US President Donald Trump promise it?", "President Donald Trump", TRUMP),
        ("According to Russian Foreign Minister Trump, who won?", "Foreign Minister Trump", TRUMP),
        (
            "What did Russian Prime Minister Vladimir Putin say?",
            "Prime Minister Vladimir Putin",
            PUTIN,
        ),
        # a name goes on over its particles
        ("What did Mohammed bin Salman say about oil?", "Mohammed bin Salman", ()),
        ("What did Ursula von der Leyen say?", "Ursula von der Leyen", ()),
        ("What did von der Leyen say?", "von der Leyen", ()),
        ("Did she say so?", None, ()),
        ("what was said", None, ()),
        ("?", None, ()),
    ],
)
def test_whose_words_are_asked_for(
    question: str, speaker: str | None, people: tuple[str, ...], seeds_index: Path
) -> None:
    with snapshot(seeds_index) as record:
        assert asked(question, record) == Query(question, speaker, people)


@pytest.mark.parametrize(
    ("question", "speaker"),
    [
        ("What did Putin's spokesman say?", "Putin's spokesman"),
        ("What did Vladimir Putin's former wife say?", "Vladimir Putin's former wife"),
        ("what did trump's lawyer say about it?", "trump's lawyer"),
        ("What did Putin's former personal lawyer say?", "Putin's former personal lawyer"),
        ("What did Putin's deputy chief lawyer say?", "Putin's deputy chief lawyer"),
        ("What did Putin's deputy press spokesman say?", "Putin's deputy press spokesman"),
        ("What did May's spokesman say?", "May's spokesman"),
    ],
)
def test_who_is_named_by_whose_they_are_is_not_their_owner(
    question: str, speaker: str, seeds_index: Path
) -> None:
    with snapshot(seeds_index) as record:
        query = asked(question, record)
        assert query == Query(question, speaker, unnamed=True)
        assert not query.of_stranger


def test_somebody_and_their_spokesman_may_be_asked_for_together(seeds_index: Path) -> None:
    question = "What did Putin or Putin's spokesman say?"
    with snapshot(seeds_index) as record:
        query = Query(question, "Putin or Putin's spokesman", PUTIN, unnamed=True)
        assert asked(question, record) == query


@pytest.mark.parametrize(
    "word",
    "of in at from near on with for against between inside outside around to".split(),  # noqa: SIM905
)
def test_who_tells_where_others_are_does_not_speak(word: str, seeds_index: Path) -> None:
    with snapshot(seeds_index) as record:
        assert asked(f"What did people {word} Putin say?", record).speaker is None


@pytest.mark.parametrize(
    ("query", "subject"),
    [
        (Query("What did Putin claim about Syria?", "Putin", PUTIN), ("syria",)),
        (Query("What did Vladimir Putin say of Syria?", "Putin", PUTIN), ("syria",)),
        (Query("What did Selensky say of Syria?", "Selensky", ZELENSKY), ("syria",)),
        (Query("What did the report claim about Syria?"), ("report", "claim", "syria")),
    ],
)
def test_the_subject_is_neither_who_speaks_nor_the_asking(
    query: Query, subject: tuple[str, ...]
) -> None:
    assert subject_terms(query) == subject


def test_an_owners_friend_who_is_named_speaks_under_that_name(seeds_index: Path) -> None:
    with snapshot(seeds_index) as record:
        assert asked("What did Putin's ally Trump say?", record).people == TRUMP


@pytest.mark.parametrize(
    "question", ["WHAT DID PUTIN SAY ABOUT SYRIA?", "What Did Putin Say About The War In Syria?"]
)
def test_where_all_words_have_capitals_they_tell_no_names(question: str, seeds_index: Path) -> None:
    with snapshot(seeds_index) as record:
        assert asked(question, record) == Query(question, "putin", PUTIN)


@pytest.mark.parametrize(
    ("question", "read"),
    [
        ("what about Syria?", "What did Putin say about Syria?"),
        ("But what about Syria?", "What did Putin say about Syria?"),
        ("And how about the new missile", "What did Putin say about the new missile?"),
        ("What about Syria? And Iran?", "What about Syria? And Iran?"),
        ("what about", "what about"),
        ("Is Syria lost?", "Is Syria lost?"),
        ("What is it about?", "What is it about?"),
    ],
)
def test_what_about_is_in_full_what_somebody_said(
    question: str, read: str, seeds_index: Path
) -> None:
    with snapshot(seeds_index) as record:
        assert asked_of("Putin", question, record) == Query(read, "Putin", PUTIN)


NEWS = """Fiona Grant said the ships were late. The Bank of England said on Monday that prices would
rise. The Centers for Disease Control and Prevention said the rash was measles. Governor Edward
Stokes said the dam would hold. Jamie Stokes said the goal was his.

Jean-Luc Moreau said on Friday that the harbour would close.

DeShawn Miller said that the harbour was full.

Ka'imi Lane said that the harbour was empty.
"""


@pytest.fixture(scope="module")
def news(tiny_encoder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    corpus = tmp_path_factory.mktemp("corpus")
    (corpus / "a.txt").write_text(NEWS, encoding="utf-8")
    index = tmp_path_factory.mktemp("index")
    OnRecord.build(index, [corpus], encoder=str(tiny_encoder))
    return index


@pytest.mark.parametrize(
    ("question", "speaker", "people"),
    [
        ("What did Fiona say about the ships?", "Fiona", ("Fiona Grant",)),
        ("what did fiona say about the ships", None, ()),  # may be any word
        ("what did lane say about the harbour", "lane", ("Ka'imi Lane",)),
        ("What did Jean-Luc say about the harbour?", "Jean-Luc", ("Jean-Luc Moreau",)),
        ("What did Luc say about the harbour?", "Luc", ()),
        ("What did DeShawn say about the harbour?", "DeShawn", ("DeShawn Miller",)),
        ("What did Stokes sometimes say?", "Stokes", ("Edward Stokes", "Jamie Stokes")),
        ("If Stokes raises rates, what will he say?", "Stokes", ("Edward Stokes", "Jamie Stokes")),
        ("What did the Bank of England say?", "Bank of England", ("Bank of England",)),
        (
            "What did the Centers for Disease Control and Prevention say?",
            "Centers for Disease Control and Prevention",
            ("Centers for Disease Control and Prevention",),
        ),
        (
            "What did Fiona and Stokes say?",
            "Fiona or Stokes",
            ("Edward Stokes", "Fiona Grant", "Jamie Stokes"),
        ),
        ("What did Governor Stokes say?", "Governor Stokes", ("Edward Stokes",)),
        ("What did Senator Stokes say?", "Senator Stokes", ("Edward Stokes", "Jamie Stokes")),
        ("What did Millbrook residents say about the dam?", None, ()),
        ("What did Fiona always say?", "Fiona", ("Fiona Grant",)),
    ],
)
def test_given_names_bodies_and_offices_tell_who_is_meant(
    question: str, speaker: str | None, people: tuple[str, ...], news: Path
) -> None:
    with snapshot(news) as record:
        assert asked(question, record) == Query(question, speaker, people)


def test_a_speaker_to_filter_by_is_told_apart_by_office_too(news: Path) -> None:
    with snapshot(news) as record:
        assert asked_of("Governor Stokes", "What of it?", record).people == ("Edward Stokes",)
        assert asked_of("Fiona", "What of it?", record).people == ("Fiona Grant",)
        assert asked_of("jean-luc", "What of it?", record).people == ("Jean-Luc Moreau",)
        assert asked_of("ka'imi", "What of it?", record).people == ("Ka'imi Lane",)


def test_the_names_of_a_long_question_are_not_all_compared(
    news: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared = list[object]()
    monkeypatch.setattr(_Name, "__eq__", lambda one, other: compared.append(other))
    with snapshot(news) as record:
        asked("said abcd " * 100, record)
    assert len(compared) < 200  # and not the cube


def test_names_in_a_long_row_are_not_all_looked_for_together(news: Path) -> None:
    names = [f"Aa{chr(ord('a') + n % 26)}{n // 26}" for n in range(200)]
    with snapshot(news) as record:
        asked_of_the_record = list[str]()
        record._sql.set_trace_callback(asked_of_the_record.append)
        asked(f"What did {' and '.join(names)} say?", record)
    assert len(asked_of_the_record) < 20 * len(names)  # and not the square
