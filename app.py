"""Start the page over the five articles, or over `$ONRECORD_INDEX`."""

import os
from pathlib import Path

from rag import OnRecord
from rag.web import serve

HERE = Path(__file__).parent
INDEX = Path(os.environ.get("ONRECORD_INDEX") or HERE / ".onrecord")
EXAMPLES = (
    "What did Putin say about Syria?",
    "How was General Kirillov killed?",
    "What did Zelensky say about inflation?",
)

if __name__ == "__main__":
    seeds = "ONRECORD_INDEX" not in os.environ
    if seeds:
        OnRecord.build(INDEX, [HERE / "seeds"])
    host = os.environ.get("GRADIO_SERVER_NAME", "127.0.0.1")  # a Space sets it
    serve(INDEX, host=host, port=int(os.environ.get("PORT", "7860")), examples=EXAMPLES * seeds)
