"""Cookies: how a browser holds a key, signed and out of reach of scripts.

It leaves out what a key opens (`access.py`). What always holds: over https a cookie is
this host's alone, and what was not signed by us holds no key.
"""

import hmac
from datetime import timedelta

from fastapi import Response
from itsdangerous import BadData, Signer
from starlette.requests import HTTPConnection

from app.settings import Settings

SIGNED_IN_FOR = timedelta(days=14)
SEAT_FOR = timedelta(days=60)


class Cookies:
    """The cookies of this server."""

    def __init__(self, settings: Settings, secret_keys: tuple[bytes, ...]) -> None:
        self._https = settings.https
        self._secrets = secret_keys
        self._signer = Signer(secret_keys[::-1], salt="seat")  # it signs with the last

    def seat(self, request: HTTPConnection, code: str) -> str | None:
        """The key of this browser's seat in a workshop, if it has one."""
        return self._unsigned(request, self._cookie(f"seat_{code}"))

    def account(self, request: HTTPConnection) -> str | None:
        """The key of the facilitator signed in with this browser, if one is."""
        return self._unsigned(request, self._cookie("facilitator"))

    def keep_seat(self, response: Response, code: str, key: str) -> None:
        """Let the browser keep a seat."""
        self._keep(response, self._cookie(f"seat_{code}"), key, SEAT_FOR)

    def keep_account(self, response: Response, key: str) -> None:
        """Let the browser keep a facilitator signed in."""
        self._keep(response, self._cookie("facilitator"), key, SIGNED_IN_FOR)

    def forget_account(self, response: Response) -> None:
        """Let the browser forget the facilitator."""
        response.delete_cookie(
            self._cookie("facilitator"), secure=self._https, httponly=True, samesite="lax"
        )

    def socket_token(self, request: HTTPConnection, code: str) -> str:
        """What a page must say first on its socket: proof that it is a page of ours.

        A page of a sibling host can open a socket that carries our cookies, but cannot
        read this (P9).
        """
        return self._socket_tokens(request, code)[0]

    def is_socket_token(self, token: object, request: HTTPConnection, code: str) -> bool:
        """Whether `token` is what a page of this browser was given."""
        said = token.encode("utf-8", "replace") if isinstance(token, str) else b""
        tokens = self._socket_tokens(request, code)
        return any(hmac.compare_digest(said, each.encode()) for each in tokens)

    def _socket_tokens(self, request: HTTPConnection, code: str) -> list[str]:
        """By each secret key: a page from before they changed is still one of ours."""
        cookies = "\n".join(
            request.cookies.get(self._cookie(name), "") for name in ("facilitator", f"seat_{code}")
        )
        said = f"socket\n{code}\n{cookies}".encode("utf-8", "surrogatepass")
        return [hmac.new(secret, said, "sha256").hexdigest() for secret in self._secrets]

    def _cookie(self, name: str) -> str:
        # The prefix makes browsers refuse the cookie from a sibling host; it needs https.
        return f"__Host-moments_{name}" if self._https else f"moments_{name}"

    def _keep(self, response: Response, name: str, key: str, time: timedelta) -> None:
        response.set_cookie(
            name,
            self._signer.sign(key).decode(),
            max_age=int(time.total_seconds()),
            path="/",
            secure=self._https,
            httponly=True,
            samesite="lax",
        )

    def _unsigned(self, request: HTTPConnection, name: str) -> str | None:
        value = request.cookies.get(name)
        try:
            return self._signer.unsign(value).decode() if value else None
        except BadData:
            return None
