"""Words of which one denies the other: prices that rise and prices that fall are two statements.

Flow: terms of two sentences -> `oppose`.
"""

from collections.abc import Set

from rag.terms import term

_OPPOSED = """
    rise fall, rose fell, risen fallen, rise drop, rose dropped, gain loss, gain lose,
    gained lost, increase decrease, increase reduce, increase cut, raise cut,
    raise lower, higher lower, more fewer, more less, above below,
    win lose, won lost, victory defeat,
    profit loss, surplus deficit, approve reject, accept reject, accept refuse, agree refuse,
    support oppose, confirm deny, admit deny, allow ban, permit forbid, pass fail, succeed fail,
    begin end, start stop, arrive leave, enter leave, join leave, buy sell,
    guilty innocent, convicted acquitted, alive dead, survived died, man woman, men women,
    boy girl, husband wife, son daughter, father mother, brother sister, north south, east west,
    best worst, strengthen weaken, expand shrink, hire fire, arrest release,
    attack defend, import export, maximum minimum,
    majority minority, male female
"""
_PAIRS = [tuple(map(term, pair.split())) for pair in _OPPOSED.split(",")]


def oppose(a: Set[str], b: Set[str]) -> bool:
    """Whether one side of a pair is among the terms of the one alone, its other of the other."""
    mine, theirs = a - b, b - a
    return any((x in mine and y in theirs) or (y in mine and x in theirs) for x, y in _PAIRS)
