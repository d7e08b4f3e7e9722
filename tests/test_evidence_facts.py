import numpy as np
import pytest

from rag.datatypes import Document, Query, Sentence, Span
from rag.evidence.facts import FACTS, astray, facts, names, names_found, sought, term_weights
from rag.terms import terms

WEIGHTS = {"bridg": 0.75, "close": 0.25}


def column(table: np.ndarray, name: str) -> list[float]:
    return [round(float(value), 6) for value in table[:, FACTS.index(name)]]


def seen(question: str, sentences: list[str], title: str = "") -> np.ndarray:
    return facts(Query(question), WEIGHTS, [of(text) for text in sentences], title=title)


def of(text: str, speaker: str | None = None) -> Sentence:
    return Sentence(Document("a", text), Span(0, len(text)), speaker=speaker)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        (Query("what did Lee say?", "Lee", ("Ann Lee", "Bo Lee")), [1, -1, -1, 0, 0]),
        (Query("what did Roe say?", "Roe"), [-1, -1, -1, -1, 0]),
        (Query("who left?"), [0, 0, 0, 0, 0]),
    ],
)
def test_who_speaks_is_told_where_somebodys_words_are_asked_for(
    query: Query, found: list[float]
) -> None:
    some = [of("“No.”", "Ann Lee"), of("“Yes.”", "Cy Orr"), of("It rained."), of("Ms Lee left.")]
    table = facts(query, WEIGHTS, [*some, of("Later he left.")], title="")
    said, unsaid = column(table, "said"), column(table, "unsaid")
    assert [one - other for one, other in zip(said, unsaid, strict=True)] == found


@pytest.mark.parametrize(
    ("text", "unsaid"),
    [
        ("Lee's spokesman added that it rained.", 1.0),
        ("Lee’s former lawyer called it wrong.", 1.0),
        ("The Lees' lawyer called it wrong.", 1.0),
        ("Lee's words were clear.", 0.0),
        ("Lee's wife saw Lee leave.", 0.0),
    ],
)
def test_whose_somebody_is_does_not_speak(text: str, unsaid: float) -> None:
    query = Query("what did Lee say?", "Lee", ("Ann Lee",))
    assert column(facts(query, WEIGHTS, [of(text)], title=""), "unsaid") == [unsaid]


@pytest.mark.parametrize("word", "he she they his her their i we my our".split())  # noqa: SIM905
def test_a_pronoun_may_be_of_whoever_was_asked_for(word: str) -> None:
    table = facts(Query("what did Lee say?", "Lee"), WEIGHTS, [of(f"Later {word} left.")], title="")
    assert column(table, "unsaid") == [0.0]


@pytest.mark.parametrize(
    ("query", "told"),
    [
        (Query("What did Ann Roe say?", "Ann Roe"), "Roe"),
        (Query("What did Ann Selensky say?", "Ann Selensky", ("Ann Zelensky",)), "Zelensky"),
    ],
)
def test_a_surname_tells_of_somebody_as_they_or_the_documents_spell_it(
    query: Query, told: str
) -> None:
    table = facts(query, WEIGHTS, [of(f"{told} left."), of("Ann left.")], title="")
    assert column(table, "unsaid") == [0.0, 1.0]


def test_whose_name_nobody_knows_may_be_told_of() -> None:
    query = Query("What did Lee's wife say?", "Lee's wife", unnamed=True)
    some = [
        of("Lee's wife denied it."),
        of("“No,” Lee’s wife said.", "Di Poe"),
        of("No.", "Cy Orr"),
    ]
    assert column(facts(query, WEIGHTS, some, title=""), "unsaid") == [0.0, 0.0, 1.0]


def test_who_has_no_name_is_no_stranger() -> None:
    query = Query("What did Lee's wife say?", "Lee's wife", unnamed=True)
    assert column(facts(query, WEIGHTS, [of("It rained.")], title=""), "stranger") == [0.0]
    assert column(facts(Query("?", "Lee"), WEIGHTS, [of("It rained.")], title=""), "stranger") == [
        1.0
    ]


@pytest.mark.parametrize(
    ("question", "text", "date", "away"),
    [
        ("What did Lee say about the bridge?", "It will not close.", None, 0.0),
        ("What did Lee say about the bridge?", "The bridge is safe.", None, 0.0),
        ("What did Lee say about the weather?", "It rained.", None, 1.0),
        ("What did Lee say about the bridge in Bern?", "The bridge is safe.", None, 1.0),
        ("What did Lee say about the bridge in Bern?", "The bridge of Bern is safe.", None, 0.0),
        ("What did Lee say about the bridge in 2024?", "The bridge is safe.", "2024-03-01", 0.0),
        ("What did Lee say about the bridge in 2024?", "The bridge is safe.", "2023-03-01", 1.0),
        ("What did Mayor Lee say about the bridge?", "The bridge is safe.", None, 0.0),
        ("What did Lee say on Monday about the bridge?", "The bridge is safe.", None, 0.0),
        ("What did Lee say about the EU bridge?", "The bridge is safe.", None, 0.0),
        ("What did the Swiss mayor say about the bridge?", "The bridge is safe.", None, 0.0),
    ],
)
def test_a_passage_is_astray_without_the_subject_or_a_name_of_it(
    question: str, text: str, date: str | None, away: float
) -> None:
    subject = {} if "weather" in question else WEIGHTS
    query = Query(question, "Lee", ("Ann Lee",))
    sentence = Sentence(Document("a", text, date=date), Span(0, len(text)))
    assert column(facts(query, subject, [sentence], title=""), "astray") == [away]
    assert column(facts(Query(question), subject, [sentence], title=""), "astray") == [0.0]


@pytest.mark.parametrize(
    "query",
    [
        Query("What did Roe say about the bridge?", "Roe"),  # who speaks nowhere
        Query("What did Ann Lee say about the bridge?", "Lee", ("Ann Lee",)),  # a filter's
    ],
)
def test_no_name_of_who_speaks_makes_a_passage_astray(query: Query) -> None:
    table = facts(query, WEIGHTS, [of("The bridge is safe.")], title="")
    assert column(table, "astray") == [0.0]


def test_a_question_for_nobodys_words_is_astray_by_its_names_too() -> None:
    assert astray(Query("Is the bridge of Bern safe?"), {"bridg"}, {"bridg", "safe"})
    assert not astray(Query("Is the bridge of Bern safe?"), {"bridg"}, {"bridg", "bern"})


def test_a_title_keeps_a_passage_from_being_astray() -> None:
    query = Query("What did Lee say about the bridge?", "Lee", ("Ann Lee",))
    for title, away in (("Bridges of Bern", 0.0), ("Weather", 1.0)):
        assert column(facts(query, WEIGHTS, [of("Rain.")], title=title), "astray") == [away]


def test_what_others_say_later_is_not_what_somebody_speaks_of() -> None:
    query = Query("What did Lee say about the bridge?", "Lee", ("Ann Lee",))

    def away(*said: tuple[str, str | None]) -> list[float]:
        sentences = [of(text, who) for text, who in said]
        return column(facts(query, WEIGHTS, sentences, title=""), "astray")

    rain, bridge = "It rains, Lee said.", "The bridge is closed."
    assert away((rain, "Ann Lee"), (bridge, "Bo Lind")) == [1.0, 0.0]
    assert away((bridge, "Bo Lind"), (rain, "Ann Lee")) == [0.0, 0.0]
    assert away((rain, "Ann Lee"), (bridge, None)) == [0.0, 0.0]
    assert away((rain, "Ann Lee"), (bridge, "Ann Lee")) == [0.0, 0.0]


def test_cover_is_the_share_of_the_questions_weight_that_a_sentence_holds() -> None:
    table = seen("bridge closed", ["The bridge.", "It closed.", "Rain fell."])
    assert column(table, "cover") == [0.75, 0.25, 0.0]


def test_context_is_the_title_and_the_sentence_before() -> None:
    table = seen("bridge closed", ["The bridge.", "It closed.", "Rain fell."])
    assert column(table, "cover_in_context") == [0.75, 1.0, 0.25]
    titled = seen("bridge closed", ["Rain fell."], title="The bridges")
    assert column(titled, "cover_in_context") == [0.75]


def test_an_expected_number_is_looked_for() -> None:
    table = seen("How many bridges closed?", ["Three bridges.", "The bridge."])
    assert column(table, "answer_type") == [1.0, -1.0]


def test_a_passage_without_sentences_has_no_rows() -> None:
    assert seen("bridge", []).shape == (0, len(FACTS))


def test_rare_terms_weigh_more_and_all_weights_sum_to_one() -> None:
    weights = term_weights({"rare": 1, "common": 90, "absent": 0}, 100)
    assert weights["absent"] > weights["rare"] > weights["common"] > 0
    assert sum(weights.values()) == pytest.approx(1)
    # By hand: ln(1 + 100 / 1.5), ln(1 + 100 / 90.5), ln(1 + 100 / 0.5)
    raw = {"rare": 4.214594, "common": 0.744282, "absent": 5.303305}
    assert weights == pytest.approx({k: v / sum(raw.values()) for k, v in raw.items()}, abs=1e-5)


def test_no_terms_have_no_weights() -> None:
    assert term_weights({}, 100) == {}


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("What did Ann Lee say in 2019?", ("Ann", "Lee", "2019")),
        ("Bridges closed", ()),
        ("what did lee say", ()),
        ("WHAT DID LEE SAY IN 2019?", ("2019",)),
        ("What Did Lee Say About The Bridge?", ()),
        ("Did US troops leave Syria?", ("US", "Syria")),
        ("What is NATO's plan?", ("NATO's",)),
    ],
)
def test_names_are_capitals_after_the_first_word_and_numbers(
    question: str, found: tuple[str, ...]
) -> None:
    assert names(question) == found


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("Bridges of Bern: did Bern close 3 in 2019?", ("Bern", "3", "2019")),
        ("Did the EU's troops or U.S. ships leave Syria?", ("Syria",)),
        ("Is it safe? Its Tower was.", ("Tower",)),
        ("What Did Lee Say About The Bridge?", ()),
    ],
)
def test_sought_are_names_once_but_what_may_be_written_out(
    question: str, found: tuple[str, ...]
) -> None:
    assert sought(question) == found


def test_names_are_looked_for_in_context_and_in_the_whole_passage() -> None:
    table = seen("What did Lee say in 2019?", ["Lee left.", "Rain fell.", "In 2019."])
    assert column(table, "names_in_context") == [0.5, 0.5, 0.5]
    assert column(table, "names_in_passage") == [1.0, 1.0, 1.0]
    assert column(seen("Who left?", ["Rain fell."]), "names_in_context") == [1.0]


def test_spellings_of_a_name_count_as_the_name_and_other_numbers_do_not() -> None:
    assert column(seen("Is Zelenskyy in?", ["Zelensky is in."]), "names_in_context") == [1]
    assert column(seen("Is Moreno in?", ["Zelensky is in."]), "names_in_context") == [0]
    for written, alike in (("Kiev", 0), ("Kieva", 1)):  # four letters are no more than a beginning
        assert names_found(["Kievan"], {*terms(written)}) == alike
    assert names_found(["Chad"], {*terms("Chadwick")}) == 0
    assert column(seen("Was it 20191?", ["It was 20192."]), "names_in_context") == [0]
