"""Sign-in links: what a facilitator comes in by, since there are no passwords.

A link carries a signed claim. It leaves out whether it was used before (`access.py`).
What always holds: a claim of another server, or an older one, is none.
"""

import hashlib
import secrets
from collections.abc import Sequence

from itsdangerous import BadData, URLSafeTimedSerializer

from app.web.errors import Problem

SIGN_IN_MINUTES = 15

TOO_OLD = (
    "This sign-in link was used before or is older than "
    f"{SIGN_IN_MINUTES} minutes. Restart the server, or ask whoever runs it for a new one."
)


def _signed(secret_keys: Sequence[bytes]) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(list(secret_keys[::-1]), salt="sign-in")  # signs with the last


def sign_in_token(secret_keys: Sequence[bytes], name: str, account: str | None = None) -> str:
    """What a sign-in link carries: good once, for a quarter of an hour."""
    # The same name is the same account, so that a facilitator whose sign-in has run out
    # finds their workshops again.
    same = hashlib.sha256(name.strip().casefold().encode("utf-8", "surrogatepass")).hexdigest()
    claim = {
        "account": account or f"f{same[:16]}",
        "name": name,
        "nonce": secrets.token_urlsafe(16),
    }
    return str(_signed(secret_keys).dumps(claim))


def claim_of(token: str, secret_keys: Sequence[bytes]) -> dict[str, str]:
    """The account, name and nonce in a link's token.

    Raises:
        Problem: the link is too old, or was never ours.
    """
    try:
        claim: dict[str, str] = _signed(secret_keys).loads(token, max_age=SIGN_IN_MINUTES * 60)
    except BadData:
        raise Problem("forbidden", TOO_OLD) from None
    return claim
