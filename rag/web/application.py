"""The page as a web application, with everything shut that it does not need.

Flow: gr.Blocks -> `application` -> `run` on a listening socket.
Law: no answer to a request for another host or from another site, for a path that the page does not
use, or with a body longer than a question; and the browser is told to fetch from nowhere else.
"""

import sys
from collections.abc import Collection
from ipaddress import ip_address
from socket import socket

import gradio as gr
import uvicorn
from fastapi import FastAPI
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_LONGEST_BODY = 64 * 1024  # bytes; a question of 2,000 characters has at most 12,000 in JSON
_PATHS = {"/", "/config", "/theme.css", "/favicon.ico", "/manifest.json", "/robots.txt"}
_PATHS |= {f"/gradio_api/{name}" for name in ("app_id", "component_server/")}
_FOLDERS = ("/assets/", "/static/")
# What Gradio puts around the page: its margins, and a clipping that keeps `sticky` from working.
_CSS = """
.gradio-container.gradio-container { overflow: visible; }
.gradio-container > .main, #onrecord .html-container { padding: 0; }
"""
# The ground around that, which `css` does not reach: none on paper.
_HEAD = "<style>@media print { body, gradio-app { background: none !important; } }</style>"
_HEADERS = {
    # Gradio compiles its templates in the browser, hence inline and eval; the rest is shut.
    "Content-Security-Policy": "default-src 'self'; script-src 'self' 'unsafe-inline' "
    "'unsafe-eval'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "font-src 'self' data:; object-src 'none'; base-uri 'self'; form-action 'self'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def application(page: gr.Blocks, *, names: Collection[str]) -> ASGIApp:
    """The page behind a guard. `names`: the address that it is bound to, and its name."""
    background, dark = "#fbfaf7", "#15171a"
    mounted = gr.mount_gradio_app(
        FastAPI(openapi_url=None),
        page,
        path="/",
        theme=gr.themes.Base(font=["system-ui", "sans-serif"], font_mono=["monospace"]).set(
            body_background_fill=background, body_background_fill_dark=dark
        ),
        css=_CSS,
        head=_HEAD,
        footer_links=[],
        run_history=False,
        ssr_mode=False,
        mcp_server=False,
        enable_monitoring=False,
        show_error=False,
        max_file_size=1,
    )
    return Guard(mounted, names=_local(names))


def run(app: ASGIApp, listener: socket) -> None:
    """Serve on a bound socket until the process is told to stop."""
    host, port = listener.getsockname()[:2]
    address = f"http://{f'[{host}]' if ':' in host else host}:{port}"
    config = uvicorn.Config(
        app, log_config=None, access_log=False, lifespan="on", timeout_graceful_shutdown=1
    )
    _Server(config, address).run(sockets=[listener])


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, address: str) -> None:
        super().__init__(config)
        self._address = address

    async def startup(self, sockets: list[socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            sys.stderr.write(f"On Record at {self._address} (Ctrl-C stops it)\n")
            sys.stderr.flush()


class Guard:
    """Lets through what the page needs and nothing else.

    Args:
        app: What is guarded.
        names: Host names to answer to, so that a page of another site cannot read the corpus by
            pointing its own name to this machine; `None` answers to all.
    """

    def __init__(self, app: ASGIApp, *, names: frozenset[str] | None) -> None:
        self._app = app
        self._names = names

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or hand it on."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        refused = self._refusal(scope)
        if refused:
            await refused(scope, receive, send)
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(_HEADERS)
                if self._names is not None:  # a page in whose frame it asks sees how long it takes
                    headers["Content-Security-Policy"] += "; frame-ancestors 'none'"
            await send(message)

        await self._app(scope, receive, send_guarded)

    def _refusal(self, scope: Scope) -> PlainTextResponse | None:
        headers, path = Headers(scope=scope), scope["path"]
        if self._names is not None and _host_name(headers.get("host", "")) not in self._names:
            return PlainTextResponse("this host name is not served", 421)
        # Gradio lets every site read what is served on an address that it does not know as local.
        if not _is_own(headers.get("origin"), headers.get("host", "")):
            return PlainTextResponse("other sites are not answered", 403)
        if scope["type"] != "http" or not (path in _PATHS or path.startswith(_FOLDERS)):
            return PlainTextResponse("there is nothing here", 404)
        cut = "transfer-encoding" in headers  # whose length is told nowhere
        if scope["method"] == "POST" and (cut or not _short(headers.get("content-length", ""))):
            return PlainTextResponse("too long", 413)
        return None


def _is_own(origin: str | None, host: str) -> bool:
    return origin is None or origin.partition("://")[2].lower() == host.lower()


def _short(length: str) -> bool:
    return length.isdecimal() and int(length) <= _LONGEST_BODY


def _host_name(host: str) -> str:
    """The name in a `Host` header: without its port, without the brackets of IPv6."""
    name = host.rpartition("]")[0] if host.startswith("[") else host.partition(":")[0]
    return name.lstrip("[").lower()


def _local(names: Collection[str]) -> frozenset[str] | None:
    """The names of this machine, where one of the names is an address that only it can reach."""

    def is_loopback(name: str) -> bool:
        try:
            return ip_address(name).is_loopback
        except ValueError:
            return False

    here = {"localhost", "127.0.0.1", "::1", *(name.lower() for name in names)}
    return frozenset(here) if any(map(is_loopback, names)) else None
