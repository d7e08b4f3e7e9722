"""Bytes of a file to the text that they mean."""

import codecs
import re

from rag.errors import DocumentUnreadable
from rag.readers.normal import normalise

DOCUMENT_LIMIT = 32 * 2**20  # bytes; ten times "War and Peace": beyond it is no article
LEGACY_ENCODINGS = (  # families that the WHATWG Encoding Standard keeps; ties go to the first
    *("cp1252", "cp1250", "cp1251", "koi8_r", "koi8_u", "cp1253", "cp1254", "cp1255", "cp1256"),
    *("cp1257", "cp1258", "cp874", "cp866", "iso8859_2", "iso8859_5", "iso8859_7", "iso8859_15"),
    *("cp932", "euc_jp", "gb18030", "big5", "cp949"),
)

_MULTIBYTE = frozenset(LEGACY_ENCODINGS[-5:])
_LABELS = {  # Python's name for what a page declares, and what browsers read instead
    **{"ascii": "cp1252", "iso8859-1": "cp1252", "shift_jis": "cp932"},
    **{"euc_kr": "cp949", "gb2312": "gb18030", "gbk": "gb18030"},
}
_BYTE_ORDER_MARKS = (  # UTF-32 first: its little-endian mark begins with that of UTF-16
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_BINARY_STARTS = (b"\x89PNG", b"PK\x03\x04", b"%PDF-", b"\x1f\x8b", b"\xff\xd8\xff", b"GIF8")
_CONTROLS = bytes(set(range(32)) - set(b"\t\n\v\f\r\x1b"))
_ASCII = bytes(range(128))
_CONTROLS_SHARE = 0.1  # of bytes; text has none, binary formats without NUL have more

_SAMPLE = 64 * 2**10  # bytes of lines that are not ASCII; more does not change the guess
_MESS = 0.1  # 0 to 1, lower is better; what is right stays below 0.04 in tests/test_readers.py
_COHERENCE = 0.1  # 0 to 1, higher is better; the least that charset_normalizer calls a language
_NOT_TEXT = re.compile("[\x80-\x9f\ue000-\uf8ff]")  # C1 controls and private use
_ENGLISH_SIGNS = frozenset("‘’“”„†‡•…–—«»·€£¥¢§©®™°¹²³½¼¾\xd7±¿¡\xa0\xad")
_LETTERS_PER_ACCENT = 50  # or more in English, where accents stand in names; some 10 in Polish
_SYMBOL_IN_WORD = re.compile(
    r"[^\W\d_][\xa1-\xa9\xab\xac\xae-\xb4\xb6\xb8\xb9\xbb-\xbf][^\W\d_]"
)  # "rz¹d", which is "rząd"


def decode(name: str, content: bytes, *, declared: str | None = None) -> str:
    """The normalised text of one document.

    Args:
        name: Of the file, for the error.
        content: All bytes of the file.
        declared: An encoding that the document names itself; tried where UTF-8 fails.

    Raises:
        DocumentUnreadable: Too large, empty, binary, or in no encoding that is convincing.
    """
    if len(content) > DOCUMENT_LIMIT:
        raise DocumentUnreadable(name, too_large(DOCUMENT_LIMIT))
    try:
        text = normalise(content.decode(encoding_of(name, content, declared=declared)))
    except UnicodeDecodeError as error:
        raise DocumentUnreadable(name, undecodable(error)) from error
    if not text.strip():
        raise DocumentUnreadable(name, "empty")
    return text


def encoding_of(name: str, content: bytes, *, declared: str | None = None) -> str:
    """That of the byte order mark, UTF-8, the declared one, or a convincing guess, in this order.

    Where nothing fits it is UTF-8, and decoding says which byte is wrong.

    Raises:
        DocumentUnreadable: Binary.
    """
    for mark, encoding in _BYTE_ORDER_MARKS:
        if content.startswith(mark):
            return encoding
    _refuse_binary(name, content)
    try:
        content.decode()
    except UnicodeDecodeError:
        return _declared(content, declared) or _guessed(content) or "utf-8"
    return "utf-8"


def undecodable(error: UnicodeDecodeError) -> str:
    """What to say of bytes that are not in the encoding that they should be in."""
    if error.encoding != "utf-8":
        return f"not {error.encoding.upper()} as it begins ({error.reason}); convert it to UTF-8"
    return (
        f"not UTF-8 (byte 0x{error.object[error.start]:02x} at offset {error.start}) "
        "and no other encoding fits; convert it to UTF-8"
    )


def too_large(limit: int) -> str:
    """What to say of something over `limit` bytes."""
    return f"larger than {limit // 2**20} MiB; split it"


def _refuse_binary(name: str, content: bytes) -> None:
    controls = len(content) - len(content.translate(None, delete=_CONTROLS))
    if (
        b"\0" in content
        or content.startswith(_BINARY_STARTS)
        or controls > _CONTROLS_SHARE * len(content)
    ):
        raise DocumentUnreadable(name, "binary, not text")


def _declared(content: bytes, label: str | None) -> str | None:
    try:
        encoding = codecs.lookup(label or "").name
    except (LookupError, ValueError):
        return None
    encoding = _LABELS.get(encoding, encoding.replace("-", "_"))
    return encoding if encoding in LEGACY_ENCODINGS and _fits(content, encoding) else None


def _guessed(content: bytes) -> str | None:
    """The encoding that reads `content` as a language, or `None` where none is convincing.

    charset_normalizer says how messy the text is in each encoding, and how much like a language.
    Of those that are not messy, the most like a language wins. Several bytes a character are
    evidence enough without a language: another text would hardly keep their rules. English is too
    much like ASCII for that: what tells it is how little else there is.
    """
    if _is_damaged_utf8(content):
        return None
    if _is_english(content):
        return "cp1252"
    # imported here: most files are UTF-8, and a question reads none
    from charset_normalizer import from_bytes

    coherence = {
        encoding: match.coherence
        for match in from_bytes(_telling(content), cp_isolation=list(LEGACY_ENCODINGS))
        for encoding in match.could_be_from_charset
        if match.chaos < _MESS and (match.coherence >= _COHERENCE or encoding in _MULTIBYTE)
    }
    likely = sorted(  # stable, so that a tie keeps the order of LEGACY_ENCODINGS
        (encoding for encoding in LEGACY_ENCODINGS if encoding in coherence),
        key=lambda encoding: -coherence[encoding],
    )
    return next((encoding for encoding in likely if _is_clean(content, encoding)), None)


def _is_damaged_utf8(content: bytes) -> bool:
    """Whether most of what is not ASCII reads as UTF-8: it is that, with bytes lost."""
    text = content.decode(errors="replace")
    wrong = text.count("\ufffd")
    plain = len(content) - len(content.translate(None, delete=_ASCII))
    return len(text) - wrong - plain >= wrong


def _is_english(content: bytes) -> bool:
    """Whether all but a few letters are ASCII, and all signs those of English, read as cp1252.

    Of the lines that tell: the scripts of a page are in no language.
    """
    if not _is_clean(content, "cp1252"):
        return False
    text = _telling(content).decode("cp1252")
    others = [sign for sign in text if not sign.isascii()]
    accents = sum(map(str.isalpha, others))
    return _LETTERS_PER_ACCENT * accents <= sum(map(str.isalpha, text)) - accents and all(
        sign.isalpha() or sign in _ENGLISH_SIGNS for sign in others
    )


def _telling(content: bytes) -> bytes:
    """The lines that are not ASCII, since charset_normalizer looks at five short samples only."""
    lines: list[bytes] = []
    size = 0
    for line in content.splitlines():
        if not line.isascii() and size < _SAMPLE:
            lines.append(line)
            size += len(line)
    return b"\n".join(lines)


def _fits(content: bytes, encoding: str) -> bool:
    try:
        return not _NOT_TEXT.search(content.decode(encoding))
    except UnicodeDecodeError:
        return False


def _is_clean(content: bytes, encoding: str) -> bool:
    return _fits(content, encoding) and not _SYMBOL_IN_WORD.search(content.decode(encoding))
