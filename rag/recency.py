"""Which questions ask for the latest, and how fresh a document is.

"What did the central bank decide this week?" is asked of the newest articles, and those of other
years match it as well, word for word. A document then counts the more the newer it is, by an
exponential in its age. Source: Li and Croft, Time-based language models, CIKM 2003.
Age counts from the newest document, not from today: the same index gives the same answer next year.
"""

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

_DEICTIC = re.compile(
    r"""\b(?:
        this\ (?:morning|afternoon|evening|week|weekend|month|year|spring|summer|autumn|fall|winter
            |season)
        | (?:last|past|next)\ (?:few\ )?(?:night|days|weeks?|weekend|months?)
        | today | tonight | yesterday | tomorrow | now | nowadays | these\ days
        | recent(?:ly)? | current(?:ly)? | latest | newest
    )\b""",
    re.I | re.X,
)


def asks_for_the_latest(question: str) -> bool:
    """Whether it has words whose meaning hangs on the day on which it is asked."""
    return _DEICTIC.search(question) is not None


def freshness(
    dates: Sequence[str | None], newest: str | None, half_life: float
) -> NDArray[np.float32]:
    """1 for the newest, half of it `half_life` days earlier, 0 without a date. Shape: (n,)."""
    days = np.array([newest, *dates], "datetime64[D]")
    age = (days[0] - days[1:]) / np.timedelta64(1, "D")
    fresh: NDArray[np.float32] = np.nan_to_num(0.5 ** (age / half_life)).astype(np.float32)
    return fresh
