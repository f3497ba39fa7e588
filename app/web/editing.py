"""The editor of a problem statement: one form, every button of which posts all of it.

What was typed is saved whatever the button, mistakes and all. Leaves out what the buttons
do to a draft (`app/drafting`) and looking at it as participants will (`preview.py`). What
always holds: a page out of date writes over nothing, and keeps what was typed on it.
"""

import re
from collections.abc import Mapping
from contextlib import suppress

from fastapi import APIRouter, Request, Response

from app.drafting import acts, shape
from app.planning import Plan, plan
from app.store import ShelfFull, Stale, StoreError
from app.web import fragments
from app.web.decks import deck_page
from app.web.errors import from_exception
from app.web.forms import FormView, Notice
from app.web.page import PageView, fragment, go, respond, see_other, wants_fragment
from app.web.pieces import Held, held, look, put, saying, url_of, with_ids

router = APIRouter(include_in_schema=False)

MOST_FIELDS = 8000
"""Of the form: more than the largest draft that a page can show."""

USUAL = {"people": "6", "minutes": "120"}
"""What the time check begins with: a group of six, and two hours."""

BARRIER_AT = re.compile(r"stages-(\d+)-barriers-(\d+)-|(?:add-source|remove-barrier)-(\d+)-(\d+)$")


@router.get("/facilitate/material/{id}")
async def piece_page(request: Request, id: str, checked: str = "", saved: str = "") -> Response:
    """A piece of one's own: the editor of a problem statement, or the cards of a deck."""
    mine = await held(request, id)
    if mine.piece.sort == "deck":
        return await deck_page(mine)
    draft = shape.shaped(mine.document)
    asked = request.query_params
    about = {name: asked.get(name, usual)[:6] for name, usual in USUAL.items()}
    form = await _form(mine, draft, about, checked=bool(checked), focus=asked.get("at", ""))
    notice = Notice("success", saved) if saved in _NOTICES else None
    return _page(mine, form, notice=notice)


_NOTICES = frozenset({"Saved.", "This is the copy. The other one is as it was."})


@router.post("/facilitate/material/{id}")
async def edit(request: Request, id: str) -> Response:
    """Save what was typed, and do what the button says."""
    mine = await held(request, id, "journey")
    sent = await request.form(max_files=0, max_fields=MOST_FIELDS)
    pairs = [(name, value) for name, value in sent.multi_items() if isinstance(value, str)]
    said = dict(pairs)
    typed = shape.ordered_as(with_ids(shape.from_form(pairs), id), mine.document)
    button = said.get("do", "save")
    about = {name: said.get(name, usual)[:6] for name, usual in USUAL.items()}
    try:
        return await _do(request, mine, typed, button, said, about)
    except Stale:
        form = await _form(mine, typed, about, edition=said.get("edition"), stale=True)
        return _answer(request, mine, form, status=409)
    except ShelfFull as full:
        form = await _form(mine, typed, about, edition=said.get("edition"), refused=str(full))
        return _answer(request, mine, form, status=413)
    except StoreError as failure:
        problem = from_exception(failure)
        form = await _form(mine, typed, about, edition=said.get("edition"), refused=problem.message)
        return _answer(request, mine, form, status=problem.status)


async def _do(
    request: Request,
    mine: Held,
    typed: shape.Draft,
    button: str,
    said: Mapping[str, str],
    about: Mapping[str, str],
) -> Response:
    _fits_a_page(typed)
    shelf, clock = mine.door.workshops.store.shelf, mine.door.workshops.clock
    edition = _number(said.get("edition", "")) or 0
    if button == "copy":
        made = await put(mine.door, mine.account, "journey", {**typed, "id": ""}, "Saved as a copy")
        return go(request, f"{url_of(made)}?saved=This+is+the+copy.+The+other+one+is+as+it+was.")
    if button in ("undo", "redo"):
        edition = await _save(mine, edition, typed, "Typed something")
        done = await shelf.step(mine.piece.id, edition, -1 if button == "undo" else 1, clock())
        word = {"undo": "Undone", "redo": "Done again"}[button]
        words = f"{word}: {done[:1].lower()}{done[1:]}" if done else f"Nothing more to {button}"
        return await _again(request, mine.piece.id, about, words, focus=button)
    to = _number(said.get("to-" + button.removeprefix("move-barrier-"), ""))
    acted = acts.act(typed, button, to)
    if acted is None:
        done = {"preview": "Looked at the preview"}.get(button, "Saved")
        await _save(mine, edition, typed, done)
        if button == "preview":
            return go(request, f"{mine.url}/preview")
        checked = button == "save"
        focus = "time" if button == "time" else ""
        return await _again(request, mine.piece.id, about, "Saved", checked=checked, focus=focus)
    _fits_a_page(acted.draft)
    with suppress(Stale):  # pressed twice: then the second save is what stands there already
        # What was typed and what the button did are two steps back.
        edition = await _save(mine, edition, typed, "Typed something")
    await _save(mine, edition, with_ids(acted.draft, mine.piece.id), acted.done)
    return await _again(request, mine.piece.id, about, acted.done, focus=acted.focus)


def _fits_a_page(draft: shape.Draft) -> None:
    if words := shape.too_large(draft):
        raise ShelfFull(words)


async def _save(mine: Held, edition: int, draft: shape.Draft, done: str) -> int:
    """Keep `draft`, made from `edition`; the edition after it."""
    shelf, id = mine.door.workshops.store.shelf, mine.piece.id
    said = await saying(draft, "journey", done)
    return await shelf.save(id, edition, draft, said, mine.door.workshops.clock())


async def _again(
    request: Request,
    id: str,
    about: Mapping[str, str],
    done: str,
    *,
    checked: bool = False,
    focus: str = "",
) -> Response:
    """The editor after something was done: at the place worked on."""
    if not wants_fragment(request):
        kept = {name: value for name, value in about.items() if value.isdecimal()}
        asked = [f"{name}={value}" for name, value in kept.items()]
        asked += [f"at={focus}"] * bool(focus) + ["checked=1"] * checked
        asked += ["saved=Saved."] if checked else []
        return see_other(f"{url_of(id)}?{'&'.join(asked)}#{f'edit-{focus}' if focus else 'bar'}")
    mine = await held(request, id, "journey")
    draft = shape.shaped(mine.document)
    said = f"{done} at {mine.door.clock_time()}."
    form = await _form(mine, draft, about, checked=checked, focus=focus, saved=said)
    return _answer(request, mine, form)


async def _form(
    mine: Held,
    draft: shape.Draft,
    about: Mapping[str, str],
    *,
    edition: str | None = None,
    checked: bool = False,
    focus: str = "",
    saved: str | None = None,
    stale: bool = False,
    refused: str | None = None,
) -> FormView:
    """The editor's form. `edition` is what it was made from, where that is not the newest."""
    looked = await look(draft, "journey")
    cards = mine.door.workshops.content.deck.cards
    errors = {"": refused} if refused else dict(looked.errors) if checked else {}
    return FormView(
        "edit",
        mine.url,
        edition or str(mine.piece.edition),
        {**shape.fields(draft), **about},
        errors,
        saved,
        {
            "draft": draft,
            "left": looked.errors,
            "wrong": {way for field in looked.errors for way in _barriers_at(field)},
            "piece": mine.piece,
            "stale": stale,
            "unsaved": stale or refused is not None,
            "focus": focus,
            "time": _time(draft, about),
            "fits": _fits(draft, [frozenset(map(str, card.com_b)) for card in cards]),
            "cards": "|".join(" ".join(card.com_b) for card in cards),
            "preview": looked.material is not None,
        },
    )


def _barriers_at(field: str) -> list[str]:
    """The way to the barrier in which a field or button is, if it is in one."""
    found = BARRIER_AT.match(field)
    return [f"stages-{found[1] or found[3]}-barriers-{found[2] or found[4]}"] if found else []


def _fits(draft: shape.Draft, cards: list[frozenset[str]]) -> list[list[int]]:
    """How many cards fit each barrier of each stage, by COM-B."""
    return [
        [sum(1 for card in cards if card & set(barrier["com_b"])) for barrier in stage["barriers"]]
        for stage in draft["stages"]
    ]


def _time(draft: shape.Draft, about: Mapping[str, str]) -> Plan | None:
    people, minutes = _number(about["people"]), _number(about["minutes"])
    if not people or not minutes or not draft["stages"]:
        return None
    barriers = [len(stage["barriers"]) for stage in draft["stages"]]
    return plan(stages=len(barriers), barriers=barriers, people=people, minutes=minutes)


def _number(text: str) -> int | None:
    text = text.strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else None


def _answer(request: Request, mine: Held, form: FormView, *, status: int = 200) -> Response:
    if wants_fragment(request):
        return fragment(fragments.render("forms/edit.html", form=form), status=status)
    return _page(mine, form, status=status)


def _page(
    mine: Held, form: FormView, *, notice: Notice | None = None, status: int = 200
) -> Response:
    page = PageView(f"Edit: {mine.piece.title}", mine.url, mine.account.name, notice=notice)
    return respond("editor.html", page, status=status, forms={"edit": form})
