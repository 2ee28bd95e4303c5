"""A small OpenID Connect provider on loopback: discovery, keys, authorization and token endpoint.

It signs with RS256, gives a code once, and checks client, redirect address and PKCE. A test may
make it lie about any single thing.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode

import uvicorn
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

CLIENT, SECRET = "headwater", "a secret of the client"
ANNA: dict[str, Any] = {
    "sub": "0001",
    "email": "anna@acme.example",
    "email_verified": True,
    "groups": ["staff", "value-stream"],
}


@dataclass
class Provider:
    """`person` is whoever comes to sign in. `changes` edit the claims of the next ID tokens."""

    person: dict[str, Any] = field(default_factory=lambda: dict(ANNA))
    changes: dict[str, Any] = field(default_factory=dict)
    told: dict[str, Any] = field(default_factory=dict)
    """Replaces what discovery says."""
    userinfo: dict[str, Any] = field(default_factory=dict)
    sign: Callable[[dict[str, Any]], str] | None = None
    refuses: str = ""
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "one"}))
    address: str = ""
    asked: list[str] = field(default_factory=list)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def rotate(self) -> None:
        """Another key from now on; the one before is not told any more."""
        self.key = RSAKey.generate_key(2048, {"kid": secrets.token_hex(4)})

    def discovery(self, _: Request) -> Response:
        self.asked.append("discovery")
        told = {
            "issuer": self.address,
            "authorization_endpoint": f"{self.address}/authorize",
            "token_endpoint": f"{self.address}/token",
            "jwks_uri": f"{self.address}/keys",
            "userinfo_endpoint": f"{self.address}/userinfo",
            "end_session_endpoint": f"{self.address}/logout",
            "id_token_signing_alg_values_supported": ["RS256"],
        }
        return JSONResponse(told | self.told)

    def keys(self, _: Request) -> Response:
        self.asked.append("keys")
        return JSONResponse(KeySet([self.key]).as_dict(private=False))

    def authorize(self, request: Request) -> Response:
        """Whoever comes is signed in at once, and sent back with a code."""
        query = dict(request.query_params)
        assert query["response_type"] == "code"
        assert query["client_id"] == CLIENT
        assert query["code_challenge_method"] == "S256"
        back = {"state": query["state"]}
        if self.refuses:
            back |= {"error": "access_denied", "error_description": self.refuses}
        else:
            code = secrets.token_urlsafe(12)
            self.codes[code] = query
            back["code"] = code
        return RedirectResponse(f"{query['redirect_uri']}?{urlencode(back)}", 302)

    async def token(self, request: Request) -> Response:
        form = dict(parse_qsl((await request.body()).decode()))
        asked = self.codes.pop(str(form.get("code")), None)
        basic = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        if request.headers.get("authorization") != f"Basic {basic}":
            return JSONResponse({"error": "invalid_client"}, 401)
        proof = hashlib.sha256(str(form.get("code_verifier")).encode()).digest()
        challenge = _base64(proof)
        fits = asked is not None and (
            asked["code_challenge"] == challenge and asked["redirect_uri"] == form["redirect_uri"]
        )
        if asked is None or not fits:
            return JSONResponse({"error": "invalid_grant"}, 400)
        now = int(time.time())
        claims = {"iss": self.address, "aud": CLIENT, "iat": now, "exp": now + 300}
        claims |= {"nonce": asked["nonce"], **self.person, **self.changes}
        claims = {name: value for name, value in claims.items() if value is not None}
        signed = (self.sign or self.signed)(claims)
        tokens = {"token_type": "Bearer", "access_token": "an access token", "id_token": signed}
        return JSONResponse(tokens)

    def signed(self, claims: dict[str, Any]) -> str:
        return jwt.encode({"alg": "RS256", "kid": self.key.kid}, claims, self.key)

    def unsigned(self, claims: dict[str, Any]) -> str:
        """As RFC 7519 has it for "none": two parts and nothing after the second dot."""
        return f"{_two_parts('none', claims)}."

    def signed_by_the_public_key(self, claims: dict[str, Any]) -> str:
        """HS256 with what everybody knows as the secret."""
        content = _two_parts("HS256", claims)
        proof = hmac.digest(self.key.as_pem(private=False), content.encode(), hashlib.sha256)
        return f"{content}.{_base64(proof)}"

    def user(self, request: Request) -> Response:
        self.asked.append("userinfo")
        assert request.headers["authorization"] == "Bearer an access token"
        return JSONResponse(self.userinfo)


def _base64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def _two_parts(algorithm: str, claims: dict[str, Any]) -> str:
    header = {"alg": algorithm, "typ": "JWT"}
    return f"{_base64(json.dumps(header).encode())}.{_base64(json.dumps(claims).encode())}"


@contextmanager
def providing() -> Iterator[Provider]:
    """A provider on a free port until the block ends."""
    provider = Provider()
    routes = [
        Route("/.well-known/openid-configuration", provider.discovery),
        Route("/keys", provider.keys),
        Route("/authorize", provider.authorize),
        Route("/token", provider.token, methods=["POST"]),
        Route("/userinfo", provider.user),
    ]
    config = uvicorn.Config(Starlette(routes=routes), host="127.0.0.1", port=0, log_level="warning")
    server = uvicorn.Server(config)
    socket = config.bind_socket()
    provider.address = f"http://127.0.0.1:{socket.getsockname()[1]}"
    thread = threading.Thread(target=server.run, kwargs={"sockets": [socket]}, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.should_exit = True
        thread.join(timeout=60)
        socket.close()
