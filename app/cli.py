"""The installed program: `moments serve`, and what whoever runs it needs beside.

Heavy imports stand inside the commands, so that `--help` and a second start are quick.
What always holds: a mistake ends in a sentence and exit code 2, never in a traceback; files
with mistakes end in exit code 1.
"""

import argparse
import asyncio
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.game.workshop import Workshop
    from app.settings import Settings
    from app.store import Row


class Refused(Exception):
    """What was asked cannot be done; the message says why, for a terminal."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line. Returns the exit code: 0, or 2 with a sentence on stderr."""
    parser = _parser()
    asked = parser.parse_args(arguments)
    from app.content import ContentError
    from app.settings import SettingsError
    from app.store import StoreError

    try:
        code: int = asked.run(asked)
        return code
    except (Refused, SettingsError, StoreError, ContentError, FileNotFoundError) as mistake:
        print(mistake, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="moments", description="Moments of Change: live workshops on behavioural insights."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    command = commands.add_parser("serve", help="serve workshops to browsers")
    command.set_defaults(run=serve)

    command = commands.add_parser("demo", help="serve a workshop that simulated people play")
    command.add_argument("--participants", type=int, default=24, metavar="N")
    command.add_argument("--seed", type=int, default=7, metavar="S")
    command.add_argument("--pace", type=float, default=45, help="seconds to a step (default 45)")
    command.add_argument("--hands-off", action="store_true", help="nothing moves until you do")
    command.set_defaults(run=demo)

    command = commands.add_parser("play", help="send simulated participants into a workshop")
    command.add_argument("url", help="a workshop's join link")
    command.add_argument("--participants", type=int, default=12, metavar="N")
    command.add_argument("--seed", type=int, default=7, metavar="S")
    command.add_argument("--pace", type=float, default=45, help="seconds to a step (default 45)")
    command.set_defaults(run=play)

    command = commands.add_parser("export", help="write a table of a workshop to stdout")
    command.add_argument("code")
    command.add_argument("what", help="longlist, shortlist, assessment, ratings … log, workshop")
    command.add_argument("format", help="csv, xlsx, ods, docx, json (odt for some)")
    command.set_defaults(run=export)

    command = commands.add_parser("check", help="check decks and problem statements, in any format")
    command.add_argument("files", nargs="+", metavar="FILE", type=Path)
    command.set_defaults(run=check)

    command = commands.add_parser("show", help="print a workshop's state, now or at an event")
    command.add_argument("code")
    command.add_argument("--at", type=_event, metavar="SEQ", help="after this event of the log")
    command.set_defaults(run=show)

    command = commands.add_parser("backup", help="copy the database, also while serving")
    command.add_argument("file", type=Path)
    command.set_defaults(run=backup)

    command = commands.add_parser("restore", help="put a backup in an empty place")
    command.add_argument("file", type=Path)
    command.set_defaults(run=restore)

    command = commands.add_parser("erase", help="erase a workshop, or one person's words in it")
    command.add_argument("code")
    command.add_argument("person", nargs="?", help="such as p7")
    command.set_defaults(run=erase)

    command = commands.add_parser("facilitator", help="make a sign-in link for a facilitator")
    adding = command.add_subparsers(required=True, metavar="add")
    command = adding.add_parser("add", help="print a sign-in link, good once for 15 minutes")
    command.add_argument("name")
    command.set_defaults(run=add_facilitator)
    return parser


def _settings() -> "Settings":
    from app.settings import Settings, warnings

    for line in warnings(os.environ):
        print(line, file=sys.stderr)
    return Settings.from_environment(os.environ)


def serve(asked: argparse.Namespace) -> int:
    """Serve until interrupted, having printed a sign-in link."""
    from app.serving import run

    return run(_settings())


def demo(asked: argparse.Namespace) -> int:
    """Serve, and play a workshop on the four problem statements with simulated people."""
    from app.serving import run_demo

    return run_demo(
        _settings(),
        participants=asked.participants,
        seed=asked.seed,
        pace=asked.pace,
        hosted=not asked.hands_off,
    )


def play(asked: argparse.Namespace) -> int:
    """Send simulated participants into a workshop that is running."""
    from app import simulation

    try:
        place = simulation.Place.at(asked.url)
    except ValueError:
        raise Refused(
            "Give the workshop's join link, such as http://127.0.0.1:8000/join/ABCD2345."
        ) from None
    try:
        asyncio.run(
            simulation.play(place.url, place.code, asked.participants, asked.seed, pace=asked.pace)
        )
    except simulation.Refused as refused:
        raise Refused(refused.message) from None
    return 0


def export(asked: argparse.Namespace) -> int:
    """Write one export of a workshop to standard output."""
    from app.exports import formats, tables
    from app.exports.tables import Reader
    from app.live.workshop import now

    rows = asyncio.run(_rows(asked.code))
    workshop = _fold(rows)
    what, extension = asked.what, asked.format
    if (what, extension) == ("log", "json"):
        content = tables.log_json(workshop, rows, Reader.STAFF)
    elif (what, extension) == ("workshop", "json"):
        content = tables.workshop_json(workshop, Reader.STAFF)
    elif what in tables.TABLES and extension in formats.formats_of(what):
        table = tables.make_table(what, workshop, now(), Reader.STAFF)
        content = formats.write(table, extension)
    else:
        names = ", ".join([*tables.TABLES, "log (json)", "workshop (json)"])
        raise Refused(f"There is no such export. There are: {names}.")
    sys.stdout.buffer.write(content)
    return 0


def check(asked: argparse.Namespace) -> int:
    """Check files of cards or problem statements, and name every mistake. 1 if there are any."""
    from app.content import ContentError, Deck, load_file
    from app.game.aloud import seconds_aloud

    wrong = False
    for file in asked.files:
        try:
            found = load_file(file)
            print(f"{file}: no mistakes")
            for card in found.cards if isinstance(found, Deck) else ():
                print(f"  {card.id}: read aloud in {seconds_aloud(card.insight):.0f} s")
        except ContentError as mistakes:
            wrong = True
            print(mistakes, file=sys.stderr)
    return 1 if wrong else 0


def _event(text: str) -> int:
    """The number of an event, as the command line gives it."""
    if text.isascii() and text.isdigit() and int(text) > 0:
        return int(text)
    raise argparse.ArgumentTypeError("events are numbered from 1")


def show(asked: argparse.Namespace) -> int:
    """Print the state of a workshop as JSON, after the last event or after `--at`."""
    from pydantic import TypeAdapter

    from app.game.workshop import Workshop

    rows = asyncio.run(_rows(asked.code, upto=asked.at))
    if asked.at is not None and rows[-1].seq < asked.at:
        last = f"The log of {asked.code.upper()} ends with event {rows[-1].seq}"
        raise Refused(f"{last}; there is no {asked.at}.")
    state = TypeAdapter(Workshop).dump_python(_fold(rows), mode="json")
    print(json.dumps(state, ensure_ascii=False, indent=2))
    return 0


async def _rows(code: str, upto: int | None = None) -> "list[Row]":
    from app.store import open_for_reading

    store = await open_for_reading(_settings().database_url)
    try:
        rows = await store.log.read(code.upper(), upto=upto)
    finally:
        await store.close()
    if not rows:
        raise Refused(f"There is no workshop {code.upper()} in this database.")
    return rows


def _fold(rows: "list[Row]") -> "Workshop":
    from app.live.rows import fold

    return fold(rows)


def backup(asked: argparse.Namespace) -> int:
    """Copy the database to a new file."""
    from app.store import open_for_reading

    async def copy() -> None:
        store = await open_for_reading(_settings().database_url)
        try:
            await store.backup(asked.file)
        finally:
            await store.close()

    asyncio.run(copy())
    print(f"Backed up to {asked.file}.")
    return 0


def restore(asked: argparse.Namespace) -> int:
    """Put a backup where there is no database yet."""
    from app.live.restoring import restore_backup
    from app.store import Erasures

    settings = _settings()
    restore_backup(asked.file, settings.database_url, Erasures(settings.data_dir))
    print("Restored. Start the server; open pages load themselves afresh.")
    return 0


def erase(asked: argparse.Namespace) -> int:
    """Erase a whole workshop, or blank one person's name and words in it."""
    asyncio.run(_erase(_settings(), asked.code.upper(), asked.person))
    print("Erased.")
    return 0


async def _erase(settings: "Settings", code: str, person: str | None) -> None:
    from app.live.erasing import carry_out, is_there
    from app.live.workshop import now
    from app.store import Erasures, open_for_reading

    reader = await open_for_reading(settings.database_url)
    try:
        if not await is_there(reader, code, None):
            raise Refused(f"There is no workshop {code} in this database.")
        if not await is_there(reader, code, person):
            raise Refused(f"There is nobody called {person} in workshop {code}.")
    finally:
        await reader.close()
    ledger = Erasures(settings.data_dir)
    erasure = ledger.ask(code, person, now())
    if not await carry_out(settings.database_url, ledger, erasure):
        raise Refused(
            "The running server has not done it yet. It is written down, and will be done as"
            " soon as the server can."
        )


def add_facilitator(asked: argparse.Namespace) -> int:
    """Print a sign-in link for another facilitator."""
    from app.serving import sign_in_link

    if not asked.name.strip():
        raise Refused("Give the facilitator's name.")
    print(sign_in_link(_settings(), asked.name))
    return 0


if __name__ == "__main__":
    sys.exit(main())
