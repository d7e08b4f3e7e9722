"""Start the page over the five articles, or over `$ONRECORD_INDEX`."""

import os
from pathlib import Path

from rag import OnRecord
from rag.web import serve

HERE = Path(__file__).parent
INDEX = Path(os.environ.get("ONRECORD_INDEX") or HERE / ".onrecord")

if __name__ == "__main__":
    if "ONRECORD_INDEX" not in os.environ:
        OnRecord.build(INDEX, [HERE / "seeds"])
    serve(INDEX, port=int(os.environ.get("PORT", "7860")))
