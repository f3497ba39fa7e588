"""The installed program, run as its user would: as a process, on a folder of its own."""

import contextlib
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import urllib.parse
import urllib.request
from collections.abc import Iterator
from http.cookiejar import CookieJar
from pathlib import Path

import pytest

from tests.served import KEY, ROOT, Served, call, free_port, served


def moments(folder: Path, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run `moments` with its data in `folder`."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("MOMENTS_")}
    environment |= {"MOMENTS_DATA_DIR": str(folder / "data"), "PYTHONPATH": str(ROOT), **settings}
    return subprocess.run(
        [sys.executable, "-m", "app.cli", *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        stdin=subprocess.DEVNULL,
    )


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Served]:
    with served(tmp_path) as running:
        yield running


def played(server: Served) -> tuple[str, str, int]:
    """A workshop with one idea: its code, the author's id, the idea's number."""
    code = server.open()
    person, key = server.join(code, "Marigold Markworthy")
    server.done(code, kind="OpenPhase", phase="play")
    view = server.view(code, key)
    done = server.done(
        code,
        key,
        kind="SubmitIdea",
        card=view["hand"]["cards"][0]["id"],
        barrier=view["stage"]["barriers"][0]["id"],
        words="Ring before noon, says Marigold.",
    )
    return code, person, done["seq"]


def test_help_names_every_command(tmp_path: Path) -> None:
    shown = moments(tmp_path, "--help")
    assert shown.returncode == 0
    named = "serve demo play export check show backup restore erase facilitator"
    assert [command for command in named.split(" ") if command not in shown.stdout] == []


def test_show_prints_the_state_now_and_at_any_event_while_the_server_runs(
    server: Served, tmp_path: Path
) -> None:
    code, person, seq = played(server)
    now = json.loads(moments(tmp_path, "show", code).stdout)
    before = json.loads(moments(tmp_path, "show", code, "--at", str(seq - 1)).stdout)
    first = json.loads(moments(tmp_path, "show", code, "--at", "1").stdout)
    assert now["seq"] == seq
    assert [len(state["groups"]["g1"]["ideas"]) for state in (first, before, now)] == [0, 0, 1]
    assert now["people"][person]["name"] == "Marigold Markworthy"
    assert first["phase"] == "lobby"
    beyond = moments(tmp_path, "show", code, "--at", str(seq + 1))
    assert (beyond.returncode, beyond.stdout) == (2, "")
    assert (
        beyond.stderr.strip() == f"The log of {code} ends with event {seq}; there is no {seq + 1}."
    )
    none = moments(tmp_path, "show", code, "--at", "0")
    assert (none.returncode, none.stdout) == (2, "")
    assert "events are numbered from 1" in none.stderr


def test_export_writes_what_the_server_gives(server: Served, tmp_path: Path) -> None:
    code, _, _ = played(server)
    written = moments(tmp_path, "export", code.lower(), "longlist", "csv")
    given = server.api("GET", f"/workshops/{code}/export/longlist.csv").body.decode()
    assert written.stdout.replace("\r\n", "\n") == given.replace("\r\n", "\n")
    wrong = moments(tmp_path, "export", code, "longlist", "pdf")
    assert wrong.returncode == 2
    assert "There is no such export" in wrong.stderr


def test_an_unknown_workshop_is_said_in_a_sentence(server: Served, tmp_path: Path) -> None:
    shown = moments(tmp_path, "show", "NOSUCHWS")
    assert (shown.returncode, shown.stdout) == (2, "")
    assert shown.stderr.strip() == "There is no workshop NOSUCHWS in this database."


def test_check_names_every_mistake(tmp_path: Path) -> None:
    shipped = [*(ROOT / "cards").glob("*.json"), *(ROOT / "journeys").glob("*.json")]
    fine = moments(tmp_path, "check", *map(str, shipped))
    assert (fine.returncode, fine.stderr) == (0, "")
    assert fine.stdout.count(": no mistakes") == len(shipped) >= 5
    times = [line for line in fine.stdout.splitlines() if "read aloud" in line]
    assert len(times) == 72
    assert "  salience: read aloud in 12 s" in times
    broken = tmp_path / "broken.json"
    broken.write_text('{"id": "Not A Slug", "title": "", "stages": []}')
    table = tmp_path / "table.csv"
    table.write_text("Problem;Stage;Barrier\nOurs;Send;<b>None</b>", encoding="utf-8")
    wrong = moments(tmp_path, "check", str(broken), str(table), str(tmp_path / "none.json"))
    assert wrong.returncode == 1
    assert "table.csv: line 2, column Barrier: expected plain text" in wrong.stderr
    assert "none.json: the file: cannot be read" in wrong.stderr
    for place in ("id", "title", "statement", "stages"):
        assert f"broken.json: line 1, {place}" in wrong.stderr


def test_a_mistake_in_a_shipped_file_stops_the_start_and_is_named(tmp_path: Path) -> None:
    root = tmp_path / "root"
    for folder in ("cards", "journeys", "templates", "static"):
        shutil.copytree(ROOT / folder, root / folder)
    deck = root / "cards" / "behavioural_insights.json"
    document = json.loads(deck.read_text())
    document["cards"][4]["study"]["doi"] = "no DOI at all"
    deck.write_text(json.dumps(document))
    started = moments(tmp_path, "serve", MOMENTS_DATA_ROOT=str(root))
    assert started.returncode == 2
    assert "behavioural_insights.json: cards[4].study.doi: expected a DOI" in started.stderr
    assert "Traceback" not in started.stderr


def test_a_wrong_setting_stops_the_start_and_is_named(tmp_path: Path) -> None:
    started = moments(tmp_path, "serve", MOMENTS_PORT="eight")
    assert started.returncode == 2
    assert "MOMENTS_PORT: expected a whole number from 1 to 65535" in started.stderr


def test_a_port_in_use_is_said_in_a_sentence(server: Served, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    started = moments(tmp_path / "other", "serve", MOMENTS_PORT=str(server.port))
    assert started.returncode == 2
    assert f"Cannot listen on 127.0.0.1, port {server.port}" in started.stderr


def test_a_newer_database_gets_no_secret_key_beside_it(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    with contextlib.closing(sqlite3.connect(data / "moments.db")) as newer:
        newer.executescript(
            "CREATE TABLE schema_version (version, checks);"
            "INSERT INTO schema_version VALUES (99, 0)"
        )
    refused = moments(tmp_path, "serve", MOMENTS_PORT=str(free_port()))
    assert refused.returncode == 2
    assert "Nothing has been changed" in refused.stderr
    assert [file.name for file in data.iterdir()] == ["moments.db"]


def test_a_second_server_on_the_same_data_is_refused(server: Served, tmp_path: Path) -> None:
    code, _, seq = played(server)
    second = moments(tmp_path, "serve", MOMENTS_PORT=str(free_port()))
    assert second.returncode == 2
    assert "another server" in second.stderr.lower()
    assert json.loads(moments(tmp_path, "show", code).stdout)["seq"] == seq


def test_erasing_beside_a_running_server_is_done_by_that_server(
    server: Served, tmp_path: Path
) -> None:
    code, person, seq = played(server)
    erased = moments(tmp_path, "erase", code.lower(), person)
    assert (erased.returncode, erased.stdout) == (0, "Erased.\n")
    assert "Marigold" not in json.dumps(server.export(code, "log.json"))
    assert server.seq(code) == seq
    for file in (tmp_path / "data").iterdir():
        assert b"Marigold" not in file.read_bytes(), file

    assert moments(tmp_path, "erase", code).returncode == 0
    assert server.api("GET", f"/workshops/{code}/view").status == 404
    for file in (tmp_path / "data").iterdir():
        assert code.encode() not in file.read_bytes(), file
    assert "There is no workshop" in moments(tmp_path, "erase", code).stderr


def test_what_cannot_be_read_stops_no_erasing_and_no_start(tmp_path: Path) -> None:
    with served(tmp_path) as server:
        code, person, _ = played(server)
        bad = server.open()
        server.stop()
        with sqlite3.connect(tmp_path / "data" / "moments.db") as database:
            spoil = "UPDATE event SET kind = 'NoSuchEvent', subject = 'p1' WHERE workshop = ?"
            database.execute(spoil, (bad,))
        database.close()
        server.start()
        left = moments(tmp_path, "erase", bad, "p1")
        assert (left.returncode, left.stdout) == (2, "")
        assert "Not all of it could be erased" in left.stderr
        server.stop()
        server.start()
        assert moments(tmp_path, "erase", code, person).stdout == "Erased.\n"
        assert "Marigold" not in json.dumps(server.export(code, "log.json"))
        assert moments(tmp_path, "erase", bad).stdout == "Erased.\n"
        for line in server.log.read_text().splitlines():
            assert bad not in line
    again = moments(tmp_path, "erase", bad)
    assert "There is no workshop" in again.stderr


def test_a_backup_taken_while_serving_restores_into_an_empty_place_only(
    server: Served, tmp_path: Path
) -> None:
    code, _, seq = played(server)
    copy = tmp_path / "copy.db"
    assert moments(tmp_path, "backup", str(copy)).returncode == 0
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    assert moments(elsewhere, "restore", str(copy)).returncode == 0
    assert json.loads(moments(elsewhere, "show", code).stdout)["seq"] == seq
    again = moments(elsewhere, "restore", str(copy))
    assert again.returncode == 2
    assert "Restore into an empty data folder" in again.stderr


def test_erasing_a_person_leaves_none_of_their_words_and_everybody_elses_work(
    tmp_path: Path,
) -> None:
    with served(tmp_path) as server:
        code, person, seq = played(server)
    assert moments(tmp_path, "erase", code, person).returncode == 0
    state = moments(tmp_path, "show", code).stdout
    assert "Marigold" not in state
    assert json.loads(state)["seq"] == seq
    for file in (tmp_path / "data").iterdir():
        assert b"Marigold" not in file.read_bytes(), file
    assert "There is nobody called p99" in moments(tmp_path, "erase", code, "p99").stderr


def test_erasing_a_workshop_leaves_nothing_of_it(tmp_path: Path) -> None:
    with served(tmp_path) as server:
        code, _, _ = played(server)
    assert moments(tmp_path, "erase", code).returncode == 0
    for file in (tmp_path / "data").iterdir():
        content = file.read_bytes()
        assert b"Marigold" not in content, file
        assert code.encode() not in content, file


def sign_in(link: str) -> tuple[int, str, urllib.request.OpenerDirector]:
    """Press the button on a link's page: the status, the page, and the browser."""
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
    with browser.open(link) as page:
        html = page.read().decode()
    token = re.search(r'name="token" value="([^"]+)"', html)
    assert token is not None
    origin = "{0.scheme}://{0.netloc}".format(urllib.parse.urlsplit(link))
    request = urllib.request.Request(
        f"{origin}/facilitate/sign-in",
        data=urllib.parse.urlencode({"token": token[1]}).encode(),
        headers={"Origin": origin},
    )
    try:
        with browser.open(request) as answer:
            return answer.status, answer.read().decode(), browser
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode(), browser


def test_a_sign_in_link_is_good_once_and_opening_it_uses_nothing_up(server: Served) -> None:
    link = server.sign_in_link()
    for _ in range(3):
        assert call("GET", link).status == 200
    status, page, _ = sign_in(link)
    assert (status, "Your workshops" in page) == (200, True)
    status, page, _ = sign_in(link)
    assert status == 403
    assert "used before" in page


def test_a_facilitator_has_a_name(tmp_path: Path) -> None:
    for name in ("", "  "):
        added = moments(tmp_path, "facilitator", "add", name)
        assert (added.returncode, added.stdout) == (2, "")
        assert added.stderr.strip() == "Give the facilitator's name."


def test_a_link_for_another_facilitator_signs_in_to_their_own_workshops_only(
    server: Served, tmp_path: Path
) -> None:
    code, _, _ = played(server)
    printed = moments(
        tmp_path, "facilitator", "add", "Noor Facilitator", MOMENTS_PORT=str(server.port)
    )
    status, page, browser = sign_in(printed.stdout.strip())
    assert status == 200
    assert "Noor Facilitator" in page or "Your workshops" in page
    assert code not in page
    with pytest.raises(urllib.error.HTTPError) as refused:
        browser.open(f"{server.url}/facilitate/{code}")
    assert refused.value.code == 403
    refused.value.close()


def test_there_is_no_way_in_without_a_link_or_a_key(server: Served) -> None:
    code, _, _ = played(server)
    assert call("GET", f"{server.url}/facilitate/{code}").status == 403
    assert server.api("POST", "/workshops", {"title": "T", "problems": ["x"]}, None).status == 401
    assert (
        server.api("POST", "/workshops", {"title": "T", "problems": ["x"]}, KEY[:-1]).status == 401
    )
