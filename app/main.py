"""The app: settings, store, live workshops and routes, put together once.

It leaves out starting a server (`cli.py`). What always holds: content is checked before
anything is served, and the store is closed after the last request.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, PlainTextResponse
from fastapi.staticfiles import StaticFiles
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.responses import Response
from starlette.types import Scope

from app import __version__
from app.content import Content, load_content
from app.live import Workshops
from app.live.erasing import Erasing
from app.live.workshop import now
from app.logs import AccessLog
from app.paths import folder
from app.settings import Settings
from app.signing import secret_keys
from app.store import Erasures, StoreError, Unavailable, open_store
from app.web import (
    api,
    control,
    dealt,
    deciding,
    decks,
    editing,
    facilitators,
    joining,
    material,
    material_files,
    opening,
    pages,
    places,
    preview,
    printing,
    projector,
)
from app.web.access import Access
from app.web.door import Door
from app.web.edge import Edge, EdgeMiddleware
from app.web.errors import Problem, answer, install, wants_json
from app.web.limits import Limits
from app.web.page import error_page
from app.web.socket import LARGEST_MESSAGE
from app.web.too_large import too_large_page
from app.web.uploads import LARGEST_UPLOAD, PLACES

logger = logging.getLogger(__name__)

RETIRING_SECONDS = 600
ERASING_SECONDS = 1


def shipped_content() -> Content:
    """The deck and the problem statements that come with the program.

    Raises:
        ContentError: with every mistake in every file.
    """
    return load_content(folder("cards") / "behavioural_insights.json", folder("journeys"))


def create_app(
    settings: Settings,
    *,
    content: Content | None = None,
    clock: Callable[[], datetime] = now,
    limits: Limits | None = None,
) -> FastAPI:
    """The app for `settings`.

    Raises:
        ContentError: a shipped file has mistakes.
    """
    shipped = content or shipped_content()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        store = await open_store(settings.database_url)
        if store.guard is not None:
            logger.info(
                "SQLite %s; guard of its write-ahead log: %s",
                store.guard.version,
                store.guard.words,
            )
        try:
            keys = secret_keys(settings)  # now that it is ours: not beside a newer database
            door = app.state.door = Door(
                settings=settings,
                workshops=Workshops(
                    store, shipped, retention_days=settings.retention_days, clock=clock
                ),
                access=Access(store, settings, keys, clock),
                limits=limits or Limits(),
            )
            erasing = Erasing(door.workshops, Erasures(settings.data_dir), door.access.forget)
            await erasing.look()  # before anybody is served what a backup brought back
            upkeep = [
                asyncio.create_task(_retire(door)),
                asyncio.create_task(_erase(erasing)),
            ]
            yield
            for task in upkeep:
                task.cancel()
        finally:
            await store.close()

    app = FastAPI(
        title="Moments of Change",
        version=__version__,
        lifespan=lifespan,
        docs_url=None,  # their pages load scripts from elsewhere
        redoc_url=None,
        openapi_url="/api/v1/openapi.json",
    )
    app.include_router(api.router)
    routed = (
        *(dealt, pages, printing, joining, facilitators),
        *(opening, material, material_files, preview, decks, editing),  # before {code}: any word
        *(control, deciding, places, projector),
    )
    for module in routed:
        app.include_router(module.router)
    _add_watching(app)
    app.mount("/static", StaticFiles(directory=folder("static")), name="static")
    install(app, _error_page)
    app.add_middleware(
        EdgeMiddleware,
        edge=Edge(
            hosts=settings.hosts,
            origins=settings.origins,
            https=settings.https,
            trusted_proxies=settings.trusted_proxies,
            body_limit=LARGEST_MESSAGE,
            body_limits=(api.LARGEST_WISH, *((place, LARGEST_UPLOAD) for place in PLACES)),
        ),
        refuse=_refuse,
    )
    app.add_middleware(AccessLog)
    return app


async def _retire(door: Door) -> None:
    """Erase workshops and facilitators' keys when their time is over, now and ever again."""
    while True:
        try:
            await door.access.forget_old_accounts()
            erased = await door.workshops.retire()
            if erased:
                logger.info("erased workshops whose time was over: %d", erased)
        except StoreError:
            logger.warning("what is over could not be erased; it is tried again")
        except Exception:
            logger.exception("what is over could not be erased; it is tried again")
        await asyncio.sleep(RETIRING_SECONDS)


async def _erase(erasing: Erasing) -> None:
    """Erase what is asked for in the ledger, soon after it is."""
    while True:
        await asyncio.sleep(ERASING_SECONDS)
        try:
            await erasing.look()
        except Exception:
            logger.exception("the ledger of erasures cannot be used")


def _error_page(request: Request, problem: Problem) -> Response:
    return _page_for(request.scope, problem)


def _refuse(scope: Scope, problem: Problem) -> Response:
    """What the edge answers to what it lets nobody else see."""
    return answer(problem) if wants_json(scope) else _page_for(scope, problem)


def _page_for(scope: Scope, problem: Problem) -> Response:
    path, state = str(scope.get("path", "")), scope.get("state", {})
    page = too_large_page(problem, path, state.get("begins", b""))
    return page or error_page(problem, path=path, wrote=scope.get("method") == "POST")


def _add_watching(app: FastAPI) -> None:
    """For whoever runs the server: is it up, can it write, what does it do."""

    @app.get("/live", include_in_schema=False)
    async def live() -> PlainTextResponse:
        return PlainTextResponse("up\n")

    @app.get("/ready", include_in_schema=False)
    async def ready(request: Request) -> JSONResponse:
        store = request.app.state.door.workshops.store
        try:
            await store.ready()
        except Unavailable:
            said, status = {"ready": False, "store": "cannot be written"}, 503
        else:
            said, status = {"ready": True, "store": "can be written"}, 200
        if store.guard is not None:
            said["sqlite"] = {"version": store.guard.version, "guard": store.guard.words}
        return JSONResponse(said, status)

    @app.get("/metrics", include_in_schema=False)
    async def metrics() -> Response:
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)
