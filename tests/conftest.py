"""What many tests share: a small real model, the seeds, and an index of them."""

import ctypes
import os
import random
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser

os.environ["HF_HUB_OFFLINE"] = "1"  # a test that would fetch something has to fail
# Tests run side by side, and threads that spin while they wait take the others' time.
os.environ["OMP_WAIT_POLICY"] = "passive"

REPOSITORY = Path(__file__).resolve().parent.parent
SEEDS = REPOSITORY / "seeds"
CHROMIUM = "/usr/bin/chromium"
MakeEncoder = Callable[..., Path]


_LONGEST = ("test_wheel.py", "test_readme.py")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest, so that no worker waits for it at the end."""
    items.sort(key=lambda item: item.path.name not in _LONGEST)


@pytest.fixture(scope="session")
def seeds() -> Path:
    """The five articles."""
    return SEEDS


@pytest.fixture(scope="session")
def few_questions(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with every ninth gold question on the seeds: an answers set of seconds."""
    folder = tmp_path_factory.mktemp("few-questions")
    gold = REPOSITORY / "tests" / "gold" / "seeds" / "questions.jsonl"
    lines = gold.read_text(encoding="utf-8").splitlines(keepends=True)
    (folder / "questions.jsonl").write_text("".join(lines[::9]), encoding="utf-8")
    return folder


@pytest.fixture(autouse=True)
def kept_indexes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where `onrecord eval` keeps indexes: nothing of a test is left in the home folder."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "onrecord" / "eval"


@pytest.fixture(scope="session")
def make_encoder(tmp_path_factory: pytest.TempPathFactory) -> MakeEncoder:
    """Makes real sentence-transformers models: random weights, a small vocabulary.

    Without training the vectors of words are random, so texts are similar that share words.
    """

    def make(*, width: int = 32, seed: int = 0, prompts: dict[str, str] | None = None) -> Path:
        return _saved_encoder(tmp_path_factory.mktemp("encoder"), width, seed, prompts)

    return make


@pytest.fixture(scope="session")
def tiny_encoder(make_encoder: MakeEncoder) -> Path:
    """A model that loads and is exported in well under a second."""
    return make_encoder()


@pytest.fixture(scope="session")
def seeds_index(tmp_path_factory: pytest.TempPathFactory, seeds: Path) -> Path:
    """The seeds, indexed with the default encoder. To be read only; copy it to change it."""
    from rag import OnRecord

    index = tmp_path_factory.mktemp("seeds") / "index"
    OnRecord.build(index, [seeds])
    return index


@pytest.fixture(scope="session")
def without_privilege() -> Callable[..., subprocess.CompletedProcess[str]]:
    """Runs the command as a user whom permissions bind; root reads and writes everything."""

    def give_up() -> None:
        for capability in (1, 2):  # CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH
            ctypes.CDLL(None).prctl(24, capability, 0, 0, 0)  # PR_CAPBSET_DROP

    def run(
        *arguments: str | Path, program: str = "from rag.cli import main; main()"
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-c", program, *map(str, arguments)],
            capture_output=True,
            text=True,
            preexec_fn=give_up if os.geteuid() == 0 else None,
        )

    return run


def _saved_encoder(folder: Path, width: int, seed: int, prompts: dict[str, str] | None) -> Path:
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Pooling, Transformer
    from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

    vocabulary = _vocabulary()
    before = torch.random.get_rng_state()
    torch.manual_seed(seed)
    config = BertConfig(
        vocab_size=len(vocabulary),
        hidden_size=width,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=2 * width,
        max_position_embeddings=256,
    )
    BertModel(config).save_pretrained(folder / "bert")
    torch.random.set_rng_state(before)
    PreTrainedTokenizerFast(
        tokenizer_object=_word_pieces(vocabulary),
        model_max_length=256,
        **{f"{name}_token": f"[{name.upper()}]" for name in ("pad", "unk", "cls", "sep", "mask")},
    ).save_pretrained(folder / "bert")
    bert = Transformer(str(folder / "bert"), max_seq_length=256)
    pooling = Pooling(bert.get_embedding_dimension(), "mean")
    model = SentenceTransformer(modules=[bert, pooling], prompts=prompts, device="cpu")
    model.save(str(folder / "model"), create_model_card=False)
    return folder / "model"


def _vocabulary() -> dict[str, int]:
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    text = "".join(path.read_text(encoding="utf-8") for path in sorted(SEEDS.iterdir()))
    words = sorted(set(re.findall(r"[a-z]{2,}", text.lower())))
    random.Random(0).shuffle(words)  # so that some are whole and others in pieces
    signs = [chr(code) for code in range(33, 127) if not chr(code).isupper()]
    pieces = [f"##{sign}" for sign in signs if sign.isalnum()]
    return {piece: place for place, piece in enumerate([*special, *signs, *pieces, *words[:900]])}


def _word_pieces(vocabulary: dict[str, int]):
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

    tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.BertProcessing(
        ("[SEP]", vocabulary["[SEP]"]), ("[CLS]", vocabulary["[CLS]"])
    )
    return tokenizer


@pytest.fixture(scope="module")
def chromium() -> Iterator["Browser"]:
    """The browser of Debian."""
    from playwright.sync_api import sync_playwright

    if not shutil.which(CHROMIUM):
        if os.environ.get("CI"):
            pytest.fail(f"{CHROMIUM} is missing, and CI must not skip the browser tests")
        pytest.skip(f"{CHROMIUM} is missing")
    quiet = ["--no-sandbox", "--disable-background-networking", "--disable-component-update"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=quiet)
        yield browser
        browser.close()
