"""What the report calls things: stages and measures in words."""

from collections.abc import Mapping

from rag.evaluate.losses import SHOWN, Stage

ASKED = {"retrieval": "query", "selection": "question", "answers": "question"}
THINGS = {
    "retrieval": "relevant document",
    "selection": "answering sentence",
    "answers": "nugget",
}
LABELS: Mapping[Stage | None, str] = {
    None: "in place",
    Stage.NOT_IN_INDEX: "not in the index",
    Stage.NOT_RETRIEVED: "not retrieved",
    Stage.RANKED_LOW: "ranked low",
    Stage.OUTRANKED: "outranked",
    Stage.SCORED_LOW: "scored low",
    Stage.DROPPED: "dropped",
    Stage.PADDING: "padding",
    Stage.ANSWERED_WITHOUT_EVIDENCE: "answered without evidence",
}
GLOSSES: Mapping[str, Mapping[Stage | None, str]] = {
    "retrieval": {
        None: "with nothing less relevant above it",
        Stage.NOT_IN_INDEX: "the index holds no such document",
        Stage.NOT_RETRIEVED: "not among the documents that were ranked",
        Stage.RANKED_LOW: f"retrieved, but below the first {SHOWN}",
        Stage.OUTRANKED: f"among the first {SHOWN}, below a document that is less relevant",
    },
    "selection": {
        None: "above the threshold, with nothing above it that does not answer",
        Stage.SCORED_LOW: "its probability is below the threshold",
        Stage.OUTRANKED: "above the threshold, below a sentence that does not answer",
        Stage.ANSWERED_WITHOUT_EVIDENCE: "no sentence answers, but one is above the threshold",
    },
    "answers": {
        None: "a shown sentence holds it",
        Stage.NOT_IN_INDEX: "no body sentence of the index holds it",
        Stage.NOT_RETRIEVED: "no passage that was read holds it",
        Stage.SCORED_LOW: "read, but its probability is below the threshold",
        Stage.DROPPED: "above the threshold, but left out when the answer was composed",
        Stage.PADDING: "a sentence shown for an answerable question that holds no nugget",
        Stage.ANSWERED_WITHOUT_EVIDENCE: "an abstention would have been right",
    },
}
MEANS = {
    "nDCG@10": "order of the first 10, discounted by rank, as a share of the best order",
    "AP": "precision at each result that was wanted, averaged",
    "RR": "1 by the rank of the first result that was wanted",
    "P@1": "whether the first result was wanted",
    "R@1": "share of what was wanted that came first",
    "R@10": "share of what was wanted among the first 10",
    "R@100": "share of what was wanted among the first 100",
    "abstain_AUC": "how well the best probability tells answerable questions from the others; "
    "0.5 is chance",
    "abstain_balanced_accuracy": "questions rightly answered or not at the threshold, "
    "both kinds weighing the same",
    "hit@1": "the first sentence holds a nugget; an abstention counts 0",
    "nugget_recall": "share of the nuggets that are shown; an abstention counts 0",
    "precision": "share of shown sentences that hold a nugget",
    "answered": "share of answerable questions that are answered",
    "abstained": "share of the other questions that are not",
}
