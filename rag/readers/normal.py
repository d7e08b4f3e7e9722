"""The one form of text: NFC, line ends as LF, nothing that UTF-8 or SQL cannot hold."""

import re
from functools import lru_cache
from unicodedata import combining, is_normalized, normalize

MARKS_IN_A_ROW = 255  # code points; sorting a longer run into NFC takes quadratic time
# What nobody sees and nothing obeys: soft hyphen, spaces of no width, joiners, marks of direction.
UNSEEN = "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"
POWERS = "⁰¹²³⁴⁵⁶⁷⁸⁹"

_UNREPRESENTABLE = re.compile("[\0\ud800-\udfff]")


def normalise(text: str) -> str:
    """`text` in NFC with LF line ends, without a byte order mark.

    NUL, lone surrogates and combining marks beyond `MARKS_IN_A_ROW` become U+FFFD.
    """
    text = text.lstrip("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    text = _UNREPRESENTABLE.sub("\ufffd", text)
    if is_normalized("NFC", text):
        return text
    return normalize("NFC", _too_many_marks().sub("\\1\ufffd", text))


@lru_cache(maxsize=1)
def _too_many_marks() -> re.Pattern[str]:
    marks = "".join(chr(code) for code in range(0x300, 0x1F000) if combining(chr(code)))
    return re.compile(f"([{marks}]{{{MARKS_IN_A_ROW}}})[{marks}]+")
