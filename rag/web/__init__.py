"""The page in the browser, over one index.

Flow: index -> `OnRecord` -> `view.page` -> `application.application` -> a server on one port.
Law: the page is a client of the JSON contract, and nothing but this machine is ever asked.
"""

import os
import socket
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from rag.engine import OnRecord
from rag.errors import InputInvalid

os.environ.update(  # read by gradio and the hub client when they are imported
    GRADIO_ANALYTICS_ENABLED="False",
    HF_HUB_DISABLE_TELEMETRY="1",
    HF_HUB_OFFLINE="1",
)


def serve(
    index: Path, *, host: str = "127.0.0.1", port: int = 7860, examples: Sequence[str] = ()
) -> None:
    """Show the page until Ctrl-C.

    Args:
        index: Folder of the index.
        host: Address to bind. On a loopback address, only requests that name this machine as
            their host are answered.
        port: TCP port; 0 takes a free one. The line on standard error tells it.
        examples: Questions offered to be clicked.

    Raises:
        IndexUnusable: There is no index, or it cannot be used.
        InputInvalid: `host` and `port` cannot be listened on.
    """
    engine = OnRecord.open(index)
    with _listening(host, port) as listener:
        from rag.web.application import application, run  # takes seconds: after what fails fast
        from rag.web.view import page

        with suppress(KeyboardInterrupt):
            address = listener.getsockname()[0]
            run(application(page(engine, examples=examples), names={host, address}), listener)


def _listening(host: str, port: int) -> socket.socket:
    mend = "name another with --port or --host"
    if not 0 <= port <= 65535:
        raise InputInvalid(f"port {port} does not exist", "use 0 to 65535")
    if not host:  # as of a variable that is not set; a socket takes it as every address
        raise InputInvalid("the host is empty", mend)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        socket.getaddrinfo(host, port, family)  # create_server makes a plain OSError of its error
        return socket.create_server((host, port), family=family)
    except (socket.gaierror, UnicodeError) as error:
        raise InputInvalid(f"host {host!r} is not known", mend) from error
    except OSError as error:
        why = os.strerror(error.errno or 0).lower()
        raise InputInvalid(f"cannot listen on {host}, port {port} ({why})", mend) from error
