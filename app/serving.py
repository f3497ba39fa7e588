"""Running the server: uvicorn around the app, and the words a terminal shows.

It leaves out the app itself (`main.py`). What always holds: a start prints where to go
and a sign-in link; a stop closes sockets so that pages come back by themselves, and the
store after the last of them.
"""

import asyncio
import logging
import secrets
import signal
import socket
from collections.abc import Coroutine
from contextlib import AbstractAsyncContextManager
from typing import Any

import uvicorn
from fastapi import FastAPI
from pydantic import SecretStr

from app.addresses import ANYWHERE
from app.connections import Room, make_room, punctual
from app.logs import configure
from app.main import create_app
from app.settings import Settings, SettingsError
from app.signing import secret_keys
from app.web.access import OWNER
from app.web.limits import Limits
from app.web.links import sign_in_token
from app.web.socket import LARGEST_MESSAGE

logger = logging.getLogger(__name__)

SHUTDOWN_SECONDS = 4
"""For what is on its way; the store may then wait as long again for its database."""

# Whoever takes nothing any more is let go within half a minute, in two ways: the kernel gives
# up on bytes that nobody takes, and we on a client that answers no ping.
TAKES_NOTHING_SECONDS = 15
PING_SECONDS, PONG_SECONDS = 8, 18
KEEP_ALIVE_SECONDS = 5
"""How long a connection may be idle between two requests."""

UNSENT_BYTES = 128 * 1024
"""How much waits in the kernel for one client. What waits with us is replaced by the newest."""


def run(settings: Settings) -> int:
    """Serve until interrupted."""
    room = make_room()
    app = create_app(settings, limits=Limits(sockets=room.sockets))
    configure(settings.log_format)
    _say(room)
    listening = _listen(settings)
    asyncio.run(_serve(configuration(app, room), listening, settings))
    return 0


def run_demo(settings: Settings, *, participants: int, seed: int, pace: float, hosted: bool) -> int:
    """Serve, with a workshop that simulated people join and play over the real socket."""
    from app.simulation import run_demo as demonstrate

    if settings.facilitator_key is None:
        key = SecretStr(secrets.token_urlsafe(32))
        settings = settings.model_copy(update={"facilitator_key": key})
    assert settings.facilitator_key is not None
    room = make_room()
    app = create_app(settings, limits=Limits(sockets=room.sockets))
    configure(settings.log_format)
    _say(room)
    # A line for every draft would carry the links off the terminal.
    logging.getLogger("app.access").setLevel(logging.WARNING)
    listening = _listen(settings)
    playing = demonstrate(
        f"http://{_here(settings)}",
        settings.facilitator_key.get_secret_value(),
        participants=participants,
        seed=seed,
        pace=pace,
        hosted=hosted,
        say=lambda line: print(line, flush=True),
        facilitators_link=lambda code: sign_in_link(
            settings, "Facilitator", OWNER, to=f"/facilitate/{code}"
        ),
    )
    asyncio.run(_serve_beside(configuration(app, room), listening, playing))
    return 0


async def _serve(config: uvicorn.Config, listening: socket.socket, settings: Settings) -> None:
    # Started here and not by uvicorn, so that what goes wrong is said as it is, and that
    # nothing is announced before it is there.
    async with _running(config):
        _welcome(settings)
        _stop_nothing_else()
        await uvicorn.Server(config).serve(sockets=[listening])


async def _serve_beside(
    config: uvicorn.Config, listening: socket.socket, playing: Coroutine[Any, Any, None]
) -> None:
    """Serve, and run `playing` as long; the server goes on when it ends."""
    try:
        async with _running(config):
            print("A workshop is being opened; simulated participants join it.", flush=True)
            server = uvicorn.Server(config)
            _stop_nothing_else()
            serving = asyncio.create_task(server.serve(sockets=[listening]))
            while not server.started and not serving.done():  # noqa: ASYNC110 (it has no event)
                await asyncio.sleep(0.05)
            beside = asyncio.create_task(playing)
            await asyncio.wait([serving, beside], return_when=asyncio.FIRST_COMPLETED)
            if beside.done() and beside.exception() is not None:
                print(f"The simulated participants stopped: {beside.exception()}", flush=True)
            await serving
            beside.cancel()
            await asyncio.gather(beside, return_exceptions=True)
    finally:
        playing.close()


def _stop_nothing_else() -> None:
    """Let the signals that stop the server stop nothing but it.

    While it serves, uvicorn takes them, finishes, and then raises them again. By default the
    one would end the process there, and the other cancel what closes the store.
    """
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: None)


def _running(config: uvicorn.Config) -> AbstractAsyncContextManager[Any]:
    app: FastAPI = config.app  # type: ignore[assignment]
    return app.router.lifespan_context(app)


def _say(room: Room) -> None:
    sockets = room.sockets
    logger.info(
        "room for %d connections, of them %d sockets, %d from one address: %d files may be open",
        *(room.connections, sockets["all"], sockets["address"], room.files),
    )


def configuration(app: FastAPI, room: Room) -> uvicorn.Config:
    """How uvicorn runs the app."""
    return uvicorn.Config(
        app,
        http=punctual(room),
        backlog=room.waiting,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        lifespan="off",  # see _serve
        ws="websockets-sansio",
        ws_max_size=2 * LARGEST_MESSAGE,  # longer than we take, so that we can say so
        ws_per_message_deflate=False,
        ws_ping_interval=PING_SECONDS,
        ws_ping_timeout=PONG_SECONDS,
        timeout_graceful_shutdown=SHUTDOWN_SECONDS,
        access_log=False,
        proxy_headers=False,  # the edge does it, for trusted proxies only
        server_header=False,
        log_config=None,
    )


def _listen(settings: Settings) -> socket.socket:
    """The listening socket, so that a port in use is said before anything else is.

    Raises:
        SettingsError: the address cannot be listened on.
    """
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    _limit_what_waits(listening)
    try:
        listening.bind((settings.host, settings.port))
    except OSError as error:
        raise SettingsError(
            [
                f"Cannot listen on {settings.host}, port {settings.port} ({error.strerror}). "
                "Set MOMENTS_PORT to another port, or stop what is using this one."
            ]
        ) from None
    listening.set_inheritable(True)
    return listening


def _limit_what_waits(listening: socket.socket) -> None:
    """Bound what the kernel keeps for each connection, and for how long, where it can."""
    for name, value in (
        ("TCP_USER_TIMEOUT", TAKES_NOTHING_SECONDS * 1000),
        ("TCP_NOTSENT_LOWAT", UNSENT_BYTES),
    ):
        option = getattr(socket, name, None)  # each system has others
        if option is not None:
            listening.setsockopt(socket.IPPROTO_TCP, option, value)


def _here(settings: Settings) -> str:
    host = "127.0.0.1" if settings.host in ANYWHERE else settings.host
    return f"[{host}]:{settings.port}" if ":" in host else f"{host}:{settings.port}"


def _welcome(settings: Settings) -> None:
    link = sign_in_link(settings, "Facilitator", OWNER)
    print(f"Moments of Change is at {settings.address}")
    print(f"Facilitators sign in here, once, within 15 minutes: {link}", flush=True)


def sign_in_link(
    settings: Settings, name: str, account: str | None = None, *, to: str | None = None
) -> str:
    """A sign-in link for `name`, good once for a quarter of an hour, leading on to `to`."""
    token = sign_in_token(secret_keys(settings), name, account)
    link = f"{settings.address}/facilitate/sign-in?token={token}"
    return f"{link}&to={to}" if to else link
