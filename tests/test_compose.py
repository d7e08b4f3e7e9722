import pytest

from rag.compose import ComposeConfig, compose, group, notes, say_the_same
from rag.datatypes import Document, Evidence, Hit, Kind, Passage, Query, Sentence, Span
from rag.errors import ConfigInvalid

QUERY = Query("who left?")


def evidence(
    text: str,
    probability: float,
    document: str = "a.txt",
    origin: str | None = None,
    speaker: str | None = None,
    day: str | None = None,
    kind: Kind = "text",
    title: str | None = None,
) -> Evidence:
    whole = Document(document, text, origin=origin, date=day, title=title)
    sentence = Sentence(whole, Span(0, len(text)), speaker=speaker, kind=kind)
    hit = Hit(Passage(whole, sentence.span, (sentence,)), 1.0)
    return Evidence(sentence, probability, probability, hit)


def texts(statements: tuple) -> list[list[str]]:
    return [[one.sentence.text for one in statement.evidence] for statement in statements]


def config(**settings: float) -> ComposeConfig:
    return ComposeConfig(**{"min_confidence": 0.5} | settings)


def test_what_is_good_enough_is_shown_best_first() -> None:
    found = [evidence("Ann left.", 0.9), evidence("Bob ran.", 0.7), evidence("It rained.", 0.2)]
    answer = compose(QUERY, found, unanswered="not_answered", config=config())
    assert (answer.status, answer.reason, answer.confidence) == ("answered", None, 0.9)
    assert texts(answer.statements) == [["Ann left."], ["Bob ran."]]
    assert answer.nearest == ()


def test_a_much_worse_sentence_does_not_pad_a_good_one() -> None:
    found = [evidence("Ann left.", 0.9), evidence("Bob ran.", 0.53)]
    answer = compose(QUERY, found, unanswered="not_answered", config=config())
    assert texts(answer.statements) == [["Ann left."]]


def test_what_is_just_good_enough_answers_and_just_near_enough_to_the_best_is_shown() -> None:
    found = [evidence("Ann left.", 0.8), evidence("Bob ran.", 0.4)]
    for least, shown in ((0.8, [["Ann left."]]), (0.25, [["Ann left."], ["Bob ran."]])):
        settings = config(min_confidence=least, keep=0.5)
        assert (
            texts(compose(QUERY, found, unanswered="no_match", config=settings).statements) == shown
        )


def test_nothing_good_enough_is_an_abstention_with_its_nearest() -> None:
    found = [evidence(f"Day {n}.", 0.4 - n / 100, f"{n}.txt") for n in range(5)]
    answer = compose(QUERY, found, unanswered="not_answered", config=config())
    assert (answer.status, answer.reason) == ("abstained", "not_answered")
    assert answer.statements == ()
    assert [one.sentence.text for one in answer.nearest] == ["Day 0.", "Day 1.", "Day 2."]
    assert answer.confidence == 0.4


def test_each_nearest_passage_is_named_once_by_its_best_sentence() -> None:
    text = "One thing. Another thing."
    document = Document("a.txt", text)
    parts = (Sentence(document, Span(0, 10)), Sentence(document, Span(11, 25)))
    hit = Hit(Passage(document, Span(0, 25), parts), 1.0)
    found = [Evidence(parts[1], 0.3, 0.3, hit), Evidence(parts[0], 0.2, 0.2, hit)]
    answer = compose(QUERY, found, unanswered="not_answered", config=config())
    assert [one.sentence.text for one in answer.nearest] == ["Another thing."]


def test_an_abstention_names_the_words_that_nothing_near_holds() -> None:
    found = [evidence("The minister left.", 0.3), evidence("Prices of bread rose.", 0.2)]
    query = Query("What did the ministers in Ankara say about bread and tea?")
    answer = compose(query, found, unanswered="not_answered", config=config())
    assert answer.missing == ("Ankara", "tea")
    assert compose(query, [], unanswered="not_answered", config=config()).missing == ()


def test_a_word_is_named_once_and_words_of_asking_never() -> None:
    found = [evidence("The minister left.", 0.3)]
    query = Query("How many of N.A.T.O's latest views did Merkel-Macron tell?")
    answer = compose(query, found, unanswered="not_answered", config=config())
    assert answer.missing == ("N.A.T.O's", "Merkel-Macron")


def test_the_day_of_a_document_is_near_the_question() -> None:
    found = [evidence("The bridge fell.", 0.3, day="2023-11-05")]
    query = Query("What fell in Lisbon on November 5, 2023?")
    answer = compose(query, found, unanswered="not_answered", config=config())
    assert answer.missing == ("Lisbon",)


def test_an_answer_names_the_names_and_numbers_that_nothing_near_holds() -> None:
    found = [evidence("Ann said the price of tea rose.", 0.9, speaker="Ann Lee")]
    query = Query(
        "What did Ann Lee say on expensive tea in Ankara in 2019?", "Ann Lee", ("Ann Lee",)
    )
    answer = compose(query, found, unanswered="not_answered", config=config())
    assert (answer.status, answer.missing) == ("answered", ("Ankara", "2019"))
    assert notes(answer) == ("Nothing near the question mentions “Ankara”, “2019”.",)


@pytest.mark.parametrize(
    "asked",
    ["Did 5,500 men leave, I wonder?", "Did men leave the E.U. or the US?", "Men left. What then?"],
)
def test_no_answer_lacks_what_it_holds_or_what_may_be_written_out(asked: str) -> None:
    found = [evidence("In all 5,500 men left the European Union.", 0.9)]
    assert compose(Query(asked), found, unanswered="not_answered", config=config()).missing == ()


@pytest.mark.parametrize(
    "asked",
    [
        "What did Wolff say about exams?",  # spelled as one of the people is
        "What about AI in exams?",
        "Why do people want exams, for what reasons?",
    ],
)
def test_an_abstention_names_nothing_that_is_there_in_other_words(asked: str) -> None:
    found = [evidence("Artificial Intelligence marks exams.", 0.1)]
    query = Query(asked, "Wolff", ("Katarina Wolf",))
    answer = compose(query, found, unanswered="not_answered", config=config())
    assert (answer.status, answer.missing) == ("abstained", ())


@pytest.mark.parametrize(
    ("word", "text", "missing"),
    [
        ("FBI", "The Federal Bureau of Investigation met.", ()),
        ("CDC", "The Centers for Disease Control met.", ()),
        ("AI", "DeAngelo Ivanov met Ann.", ("AI",)),
        ("X", "Xavier met Ann.", ("X",)),
        ("U.S", "Ukraine needs Storm Shadow.", ("U.S",)),
        ("tea", "Men of the east arrived.", ("tea",)),
    ],
)
def test_letters_in_capitals_are_there_where_their_words_are(
    word: str, text: str, missing: tuple[str, ...]
) -> None:
    for found in (evidence(text, 0.1), evidence("Rain.", 0.1, title=text)):
        query = Query(f"Was it {word}?")
        answer = compose(query, [found], unanswered="not_answered", config=config())
        assert answer.missing == missing


def test_what_a_title_holds_is_near_the_question() -> None:
    found = [evidence("It is dear.", 0.1, title="The price of bread", speaker="Ann Lee")]
    query = Query("What did Roe say about bread?", "Roe")
    answer = compose(query, found, unanswered="not_answered", config=config())
    assert (answer.missing, answer.heard) == (("Roe",), (("Ann Lee", 1),))


def test_two_names_in_one_word_may_be_in_two_passages() -> None:
    found = [evidence("Merkel left.", 0.9, "a"), evidence("Macron left.", 0.8, "b")]
    query = Query("Did the Merkel-Macron plan fail?")
    assert compose(query, found, unanswered="not_answered", config=config()).missing == ()


def test_nobody_is_a_stranger_whose_name_a_speaker_nearby_holds() -> None:
    query = Query("What did Vladimir say about bread?", "Vladimir")
    for speaker, stranger in (("Vladimir Putin", False), ("Ann Lee", True), (None, True)):
        found = [evidence("Bread is dear.", 0.1, speaker=speaker)]
        answer = compose(query, found, unanswered="not_answered", config=config())
        assert answer.stranger is stranger
        assert answer.missing == ("Vladimir",)


def test_who_was_asked_for_beside_another_is_named_where_nothing_is_told_of_them() -> None:
    found = [evidence("Ann said so.", 0.9, speaker="Ann Lee")]
    query = Query("What did Ann Lee and Roe say?", "Ann Lee or Roe", ("Ann Lee",))
    assert compose(query, found, unanswered="not_answered", config=config()).missing == ("Roe",)


def test_what_somebody_says_is_not_borne_out_by_what_a_document_says_itself() -> None:
    found = [
        evidence("Ann Lee said the old bridge was closed on Monday.", 0.9, "a", speaker="Ann Lee"),
        evidence("The old bridge was closed on Monday.", 0.8, "b"),
    ]
    assert [one.documents for one in group(found, same=0.5)] == [1, 1]
    assert [one.documents for one in group([found[1], found[1]], same=0.5)] == [1]


def test_an_abstention_says_who_else_speaks_on_the_subject() -> None:
    found = [
        evidence("Bread prices will fall.", 0.2, "a", speaker="Jo Lee"),
        evidence("Bread prices rose.", 0.2, "b", speaker="Jo Lee"),
        evidence("Prices of bread are fair.", 0.1, "c", speaker="Cy Orr"),
        evidence("It rained in May.", 0.1, "d", speaker="Di Poe"),
        evidence("Bread prices matter.", 0.1, "e", speaker="Ann Lee"),
        evidence("Bread prices rose.", 0.1, "f"),
    ]
    query = Query("What did Ann Lee say about bread prices?", "Ann Lee", ("Ann Lee",))
    answer = compose(query, found, unanswered="not_answered", config=config())
    assert (answer.unheard, answer.stranger) == ("Ann Lee", False)
    assert answer.heard == (("Jo Lee", 2), ("Cy Orr", 1))
    assert notes(answer)[:2] == (
        "No words of Ann Lee that answer it were found.",
        "On the subject speaks Jo Lee, in 2 articles; Cy Orr, in 1 article.",
    )


def test_three_others_at_the_most_are_named_who_speak_on_half_of_the_subject() -> None:
    query = Query("What did Roe say about bread prices?", "Roe")
    found = [
        *(evidence("Bread is dear.", 0.1, f"{who}.txt", speaker=who) for who in "DCBA"),
        evidence("The sun is out.", 0.1, "e.txt", speaker="E"),
    ]
    for some, heard in ((found, "ABC"), (found[:1], "D"), (found[4:], "")):
        answer = compose(query, some, unanswered="not_answered", config=config())
        assert answer.heard == tuple((who, 1) for who in heard)
    whatever = Query("What did Roe say?", "Roe")
    answer = compose(whatever, found, unanswered="not_answered", config=config())
    assert answer.heard == ()


def test_somebody_unknown_is_said_to_be_so_and_nobody_is_asked_for_without_a_name() -> None:
    query = Query("What did Roe say about bread?", "Roe")
    answer = compose(query, [], unanswered="not_answered", config=config())
    assert notes(answer) == ("Nobody called Roe speaks in these documents.",)
    found = [evidence("Ann left.", 0.1, speaker="Bo Lee")]
    silent = compose(QUERY, found, unanswered="not_answered", config=config())
    assert (silent.unheard, silent.stranger, silent.heard, notes(silent)) == (None, False, (), ())


def test_no_evidence_at_all_abstains_for_the_reason_given() -> None:
    answer = compose(QUERY, [], unanswered="filtered_out", config=config())
    assert (answer.status, answer.reason, answer.confidence) == ("abstained", "filtered_out", 0.0)


def test_a_threshold_of_zero_still_abstains_without_evidence() -> None:
    answer = compose(QUERY, [], unanswered="empty_index", config=config(min_confidence=0))
    assert answer.status == "abstained"


def test_sentences_that_say_the_same_become_one_statement() -> None:
    found = [
        evidence("The old bridge was closed on Monday.", 0.9, "a.txt"),
        evidence("Nobody was hurt.", 0.8, "a.txt"),
        evidence("On Monday the old bridge was closed.", 0.7, "b.txt"),
    ]
    statements = group(found, same=0.7)
    assert texts(statements) == [
        ["The old bridge was closed on Monday.", "On Monday the old bridge was closed."],
        ["Nobody was hurt."],
    ]
    assert [one.documents for one in statements] == [2, 1]


def test_a_statement_is_of_what_says_the_same_as_its_best_sentence() -> None:
    animals = ("ant, bee, cow and dog", "bee, cow, dog and elk", "cow, dog, elk and fox")
    found = [evidence(f"The {some} slept.", 0.9) for some in animals]
    for same, numbers in ((0.6, [2, 1]), (0.7, [1, 1, 1])):  # two share 4 words of 6
        assert [len(one.evidence) for one in group(found, same=same)] == numbers


def test_copies_of_one_text_are_two_documents_and_one_origin() -> None:
    found = [evidence("The bridge was closed.", 0.9, name) for name in ("a.txt", "b.txt")]
    (statement,) = group(found, same=0.7)
    assert (statement.documents, statement.independent) == (2, 1)


def test_documents_of_one_origin_are_one_independent_report_whatever_their_texts() -> None:
    found = [
        evidence("The bridge was closed on Monday.", 0.9, "a.txt", origin="a.txt"),
        evidence("On Monday the bridge was closed.", 0.8, "b.txt", origin="a.txt"),
        evidence("The bridge was closed on Monday.", 0.7, "c.txt", origin="c.txt"),
    ]
    (statement,) = group(found, same=0.7)
    assert (statement.documents, statement.independent) == (3, 2)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("The bridge was closed.", "The bridge was not closed."),
        ("The bridge wasn’t closed on Monday.", "The bridge was closed on Monday."),
        ("It cost 5,000 euros to mend.", "It cost 6,000 euros to mend."),
        ("The bridge was closed.", "The mayor was elected."),
        ("Russia can win in Ukraine this year.", "Russia cannot win in Ukraine this year."),
        ("Two men were hurt at the old bridge.", "Three men were hurt at the old bridge."),
        ("After dark Russia attacked Ukraine.", "Ukraine attacked Russia after dark."),
        ("Xi told reporters in Oslo of the bridge.", "Li told reporters in Oslo of the bridge."),
        ("Russia attacked Ukraine on Monday.", "On Monday, Ukraine attacked Russia."),
        (
            "Bell told reporters in Oslo of the bridge.",
            "Ames told reporters in Oslo of the bridge.",
        ),
        ("The bridge over the Elbe was closed.", "The bridge over the Oder was closed."),
    ],
)
def test_a_negation_a_number_a_name_or_other_words_make_another_statement(a: str, b: str) -> None:
    assert not say_the_same(a, b, least=0.6)
    assert say_the_same(a, a, least=0.6)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (
            "On May 14, 12 people were killed in a bombing at a mosque in Kabul.",
            "12 people were killed in a bombing at a mosque in Kabul on May 14.",
        ),
        (
            "The bank raised its rate from 3 percent to 4 percent.",
            "The bank raised its rate from 3 to 4 percent.",
        ),
        ("The mayor closed the old bridge on Monday.", "Bell closed the old bridge on Monday."),
        ("The bridge in Oslo was closed.", "A bridge in Oslo was closed."),
        ("Of the men 12 died in the blast.", "12 men died in the blast."),
        ("Zelensky spoke of the old bridge.", "Zelenskyy spoke of the old bridge."),
        ("Bell closed the old bridge on Monday.", "On Monday, Ann Bell closed the old bridge."),
        ("In Oslo, Bell closed the old bridge.", "Bell closed the old bridge in Oslo."),
        ("Bell named one of the old bridges.", "Bell named the old bridges."),
    ],
)
def test_a_spelling_or_a_place_moved_is_the_same_statement(a: str, b: str) -> None:
    assert say_the_same(a, b, least=0.6)
    assert say_the_same(b, a, least=0.6)


@pytest.mark.parametrize(
    "word",
    "in on at of for from to with near after before since until under over".split(),  # noqa: SIM905
)
def test_what_is_placed_behind_a_preposition_may_stand_anywhere(word: str) -> None:
    a, b = f"{word.capitalize()} the Elbe, Bell met us.", f"Bell met us {word} the Elbe."
    assert say_the_same(a, b, least=0.6)
    assert say_the_same(b, a, least=0.6)


def test_the_same_words_of_two_people_are_two_statements() -> None:
    said = "We will win for our people."
    speakers = {"a.txt": None, "b.txt": "Ann Bell", "c.txt": "Tom Ames", "d.txt": "Ann Bell"}
    found = [
        evidence(said, 0.9, name, speaker=who, kind="direct") for name, who in speakers.items()
    ]
    statements = group(found, same=0.7)
    names = [[one.sentence.document.id[0] for one in each.evidence] for each in statements]
    assert names == [["a", "b", "d"], ["c"]]


def test_no_more_statements_than_the_limit() -> None:
    words = ["ant", "bee", "cow", "dog", "elk", "fox", "gnu", "hen", "ibis", "jay"]
    found = [evidence(f"The {word} slept.", 0.9) for word in words]
    answer = compose(QUERY, found, unanswered="not_answered", config=config(same=1.0))
    assert len(answer.statements) == ComposeConfig(min_confidence=0).most


@pytest.mark.parametrize("value", [-0.1, 1.1, float("nan")])
def test_a_threshold_out_of_range_is_refused(value: float) -> None:
    with pytest.raises(ConfigInvalid, match="min_confidence"):
        ComposeConfig(min_confidence=value)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (
            "Shares of the maker Tessko rose 5 percent on Tuesday.",
            "Shares of the maker Tessko fell 5 percent on Tuesday.",
        ),
        (
            "The council approved the new bridge over the river on Monday.",
            "The council rejected the new bridge over the river on Monday.",
        ),
        (
            "The blast in the mosque left 4 dead and 12 hurt.",
            "The blast in the mosque left 12 dead and 4 hurt.",
        ),
        (
            "The bank gave 5 million dollars and 3 million euros for the bridge.",
            "The bank gave 3 million dollars and 5 million euros for the bridge.",
        ),
        (
            "The council voted for the bridge by 26 votes to 17 on Monday.",
            "The council voted for the bridge by 17 votes to 26 on Monday.",
        ),
    ],
)
def test_opposite_statements_are_two(a: str, b: str) -> None:
    assert not say_the_same(a, b, least=0.6)
    assert not say_the_same(b, a, least=0.6)
    assert say_the_same(a, a, least=0.6)


def test_words_that_only_lead_to_others_are_no_answer() -> None:
    found = [evidence("Notes to editors:", 0.9), evidence("Ann left.", 0.8)]
    answer = compose(QUERY, found, unanswered="not_answered", config=config())
    assert texts(answer.statements) == [["Ann left."]]
    assert answer.confidence == 0.8
    alone = compose(QUERY, found[:1], unanswered="not_answered", config=config())
    assert (alone.status, alone.nearest) == ("abstained", ())


def test_words_that_lead_to_others_and_answer_are_shown() -> None:
    found = [evidence("Two men left:", 0.9)]
    answer = compose(QUERY, found, unanswered="not_answered", config=config())
    assert texts(answer.statements) == [["Two men left:"]]


@pytest.mark.parametrize(
    ("question", "status"),
    [
        ("will the mayor leave?", "abstained"),
        ("what did Ann Lee ask?", "answered"),
        ("what does Ann Lee wonder?", "answered"),
        ("which questions has Ann Lee?", "answered"),
        ("what did Ann Lee say about the mayor?", "answered"),
    ],
)
def test_what_is_asked_answers_only_whoever_wants_words(question: str, status: str) -> None:
    found = [evidence("Ann Lee: Will you leave?", 0.9), evidence("It rained.", 0.1)]
    answer = compose(Query(question), found, unanswered="not_answered", config=config())
    assert answer.status == status
    theirs = Query(question, speaker="Ann Lee", people=("Ann Lee",))  # as a filter asks for them
    answer = compose(theirs, found, unanswered="not_answered", config=config())
    assert answer.status == "answered"


@pytest.mark.parametrize(
    ("question", "text", "shown"),
    [
        ("How long was Martin Lee jailed for?", "Gerald Lee, 71, got six years.", False),
        ("How long was Martin Lee jailed for?", "Martin Lee, 71, got six years.", True),
        ("How long was Robert Lee jailed for?", "Bob Lee, 71, got six years.", True),
        ("Where does Kate Lee live?", "Catherine Lee lives in Leeds.", True),
        ("When did Nick Lee resign?", "Nicholas Lee resigned in May.", True),
        ("How long was Martin Lee jailed for?", "Mr Lee, 71, got six years.", True),
        ("How long was Martin Lee jailed for?", "Gerald Lee got six years, Lee four.", True),
        ("How long was Martin Lee jailed for?", "Gerald and Martin Lee got six years.", True),
        ("How long was Martin Lee jailed for?", "Lee’s stadium took six years.", True),
        # what tells of both
        ("How did Martin Lee die?", "His son, Gerald Lee, said it was the heart.", True),
        ("Who is Martin Lee’s father?", "Gerald Lee brought up two sons.", True),
        ("How did Martin Lee die?", "The son, Gerald Lee, said it was the heart.", True),
        ("Who are Martin Lee’s sons?", "Gerald Lee is the eldest.", True),
        ("Who did Laura Lee marry?", "The singer chose Gerald Lee.", True),
        ("Who succeeded Martin Lee?", "Gerald Lee took over.", True),
        ("When did Martin Lee move?", "Martin and Laura Lee moved in May.", True),
        ("Was Martin Lee or Gerald Lee jailed?", "Gerald Lee was.", True),
        # what is no name, or half of one
        ("When was Martin Lee jailed?", "Martin Gerald Lee was jailed in May.", True),
        ("Will Lee run again?", "Gerald Lee runs again.", True),
        ("When was Martin Lee jailed?", "Since June Lee has been in jail.", True),
        ("Where was Martin Lee jailed?", "In Georgia Lee was jailed.", True),
        ("What did Lee sign?", "Gerald Lee signed it.", True),
    ],
)
def test_what_tells_of_another_of_that_surname_is_no_answer(
    question: str, text: str, shown: bool
) -> None:
    answer = compose(
        Query(question), [evidence(text, 0.9)], unanswered="not_answered", config=config()
    )
    assert (answer.status == "answered") == shown


def test_what_somebody_says_of_another_of_their_surname_is_an_answer() -> None:
    query = Query("What did Martin Lee say about the vote?", "Martin Lee", ("Martin Lee",))
    one = evidence("“Gerald Lee lost.”", 0.9, speaker="Martin Lee", kind="direct")
    assert compose(query, [one], unanswered="not_answered", config=config()).statements
