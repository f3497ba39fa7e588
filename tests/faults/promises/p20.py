"""P20: the longlist is complete, and the same in every format, hostile text included."""

from app.exports.formats import formats_of
from tests.faults.longlist import OFFICE, longlists
from tests.faults.promise import Promise, Seen, Trial
from tests.served import served

EACH = 500
"""Ideas of one workshop: more than any has had, and no file takes too long to ask for."""


async def run(trial: Trial) -> Seen:
    """Workshops full of hostile text are played on a server, and every file is read back."""
    seen = trial.seen()
    with served(trial.folder) as server:
        found = await longlists(
            server, trial.folder / "opened", trial.seed, trial.of("ideas"), each=EACH
        )
    seen.least("ideas sent", found.ideas, trial.of("ideas"))
    seen.figures["formats"] = ", ".join(formats_of("longlist"))
    seen.figures["cells compared"] = found.cells
    seen.most("formulas, links and fields", found.formulas, 0)
    seen.most("differences", len(found.wrong), 0)
    seen.short += found.wrong[:10]
    seen.figures["opened in LibreOffice"] = found.opened if OFFICE else "none: it is not here"
    return seen


PROMISE = Promise(
    "P20",
    "The longlist is complete and the same in every format, hostile text included",
    "10,000 generated ideas: all formats equal to what was sent, 0 formulas; opened in LibreOffice",
    {
        "share": {"ideas": 80},
        "ci": {"ideas": 500},
        "hour": {"ideas": 2_000},
        "release": {"ideas": 10_000},
    },
    run,
)
