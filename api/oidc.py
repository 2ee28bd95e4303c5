"""Signing in with an OpenID Connect provider: authorization code with PKCE, state and nonce."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import httpx
import structlog
from authlib.common.errors import AuthlibBaseError
from authlib.oauth2.client import OAuth2Client
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError

from api.oidc_provider import Provider, fault
from api.sign_in_attempt import Attempt
from core.access_settings import safe_parts
from core.accounts import Role
from core.errors import SignInError
from pipeline.sign_ins import TOKEN

log = structlog.get_logger()

_ALGORITHMS: Final = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384"]
"""Signatures by a key that only the provider has; "none" and shared secrets are not among them."""
_SKEW_S: Final = 60
"""By how much the provider's clock and ours may differ."""
_AGAIN: Final = "sign in again"
_LONGEST_NAME: Final = 100


@dataclass(frozen=True, slots=True)
class Person:
    """Whom the provider vouches for, and as what they may come in."""

    account: str
    role: Role


@dataclass(frozen=True, slots=True)
class OidcSignIn:
    """The two steps of signing in. home: the address of this server, as browsers have it."""

    provider: Provider
    home: str

    def leave(self, attempt: Attempt) -> str:
        """The provider's address to which the browser goes."""
        address = str(self.provider.told()["authorization_endpoint"])
        url, _ = self._client().create_authorization_url(
            address, state=attempt.state, code_verifier=attempt.verifier, nonce=attempt.nonce
        )
        return str(url)

    def come_back(self, attempt: Attempt | None, answer: Mapping[str, str]) -> Person:
        """Who it is, by what the provider sent along; `SignInError` for all that does not fit."""
        if attempt is None:
            raise SignInError(
                "this browser has not begun to sign in, or that was more than ten minutes ago:"
                f" {_AGAIN}"
            )
        if not attempt.began(answer.get("state", "")):
            raise SignInError(
                f"the answer belongs to another sign-in (its state differs): {_AGAIN}"
            )
        if "error" in answer:
            raise _refused(answer)
        if answer.get("iss", self.provider.settings.issuer) != self.provider.settings.issuer:
            raise SignInError(f"the answer comes from another provider: {_AGAIN}")
        if not answer.get("code"):
            raise SignInError(f"the identity provider sent no code: {_AGAIN}")
        tokens = self._redeemed(answer["code"], attempt)
        claims = self._proven(tokens, attempt)
        return self._person(claims, str(tokens.get("access_token", "")))

    def leaving(self) -> str | None:
        """Where to go to sign out at the provider, too; None where that is not wanted, or the
        provider does not tell.
        """
        if not self.provider.settings.end_session:
            return None
        try:
            address = self.provider.told().get("end_session_endpoint")
        except SignInError:
            return None
        if not isinstance(address, str) or safe_parts(address) is None:
            return None
        told = {
            "client_id": self.provider.settings.client_id,
            "post_logout_redirect_uri": f"{self.home}/signin",
        }
        return str(httpx.URL(address).copy_merge_params(told))

    def _client(self) -> OAuth2Client:
        own = self.provider.settings
        return OAuth2Client(
            session=self.provider.client,
            client_id=own.client_id,
            scope=" ".join(own.scopes),
            redirect_uri=f"{self.home}/signin/callback",
            code_challenge_method="S256",
        )

    def _redeemed(self, code: str, attempt: Attempt) -> Mapping[str, Any]:
        """The tokens for a code, which the provider gives once, to who has the verifier."""
        told, own = self.provider.told(), self.provider.settings
        secret = own.client_secret.get_secret_value() if own.client_secret else ""
        ways = told.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        basic = bool(secret) and "client_secret_basic" in ways
        sent = {"code": code, "code_verifier": attempt.verifier}
        if not basic:
            sent |= {"client_id": own.client_id, **({"client_secret": secret} if secret else {})}
        auth = httpx.BasicAuth(own.client_id, secret) if basic else _NoAuth()
        try:
            given = self._client().fetch_token(
                str(told["token_endpoint"]), auth=auth, grant_type="authorization_code", **sent
            )
        except AuthlibBaseError as error:
            log.warning("sign_in_code_refused", error=error.error)
            raise SignInError(
                f'the identity provider does not take the code ("{str(error.error)[:60]}"):'
                f" {_AGAIN}; where it stays so, compare client_id and client_secret of [auth.oidc]"
            ) from error
        except (httpx.HTTPError, ValueError) as error:
            raise fault(f"{told['token_endpoint']} gives no token") from error
        if not isinstance(given, dict) or not isinstance(given.get("id_token"), str):
            raise fault('it gives no ID token; "openid" must be among the scopes')
        return given

    def _proven(self, tokens: Mapping[str, Any], attempt: Attempt) -> Mapping[str, Any]:
        """The claims of the ID token, once signature, issuer, audience, times and nonce fit."""
        own = self.provider.settings
        signed = self._signed(str(tokens["id_token"]))
        claims = CodeIDToken(
            signed.claims,
            signed.header,
            options={
                "iss": {"essential": True, "value": own.issuer},
                "aud": {"essential": True, "value": own.client_id},
                "exp": {"essential": True},
                "iat": {"essential": True},
                "sub": {"essential": True},
            },
            params={
                "nonce": attempt.nonce,
                "client_id": own.client_id,
                "access_token": tokens.get("access_token"),
            },
        )
        try:
            claims.validate(now=int(time.time()), leeway=_SKEW_S)
        except JoseError as error:
            raise _unproven(error) from error
        return dict(claims)

    def _signed(self, token: str) -> jwt.Token:
        """With a key that the provider has now: it may have changed them since we asked."""
        try:
            return jwt.decode(token, self.provider.keys(), algorithms=_ALGORITHMS)
        except (JoseError, ValueError):
            keys = self.provider.keys(anew=True)
        try:
            return jwt.decode(token, keys, algorithms=_ALGORITHMS)
        except (JoseError, ValueError) as error:
            raise _unproven(error) from error

    def _person(self, claims: Mapping[str, Any], access_token: str) -> Person:
        own = self.provider.settings
        told = dict(claims)
        if found(told, own.claim) is None or found(told, own.account) is None:
            told = {**self._more(str(claims["sub"]), access_token), **told}
        account = self._name(told)
        role = own.roles.role_of(_groups(told, own.claim)) or own.default_role
        if role is None:
            raise SignInError(
                f"the identity provider knows {account}, who has no role here: an admin puts them"
                f' into a group that `roles` of [auth.oidc] names (claim "{own.claim}")',
                status=403,
            )
        return Person(account, role)

    def _more(self, subject: str, access_token: str) -> Mapping[str, Any]:
        """What the provider tells besides the ID token, where it has an address for that."""
        address = self.provider.told().get("userinfo_endpoint")
        if not access_token or not isinstance(address, str):
            return {}
        told = self.provider.read(address, token=access_token)
        if told.get("sub") != subject:
            raise SignInError(f"the identity provider tells of another person: {_AGAIN}")
        return told

    def _name(self, told: Mapping[str, Any]) -> str:
        claim = self.provider.settings.account
        name = found(told, claim)
        if claim == "email" and told.get("email_verified") is False:
            raise SignInError(
                "the identity provider has not verified your e-mail address: verify it there, then"
                f" {_AGAIN}",
                status=403,
            )
        plain = isinstance(name, str) and name.strip() == name and name.isprintable()
        if not plain or not 0 < len(str(name)) <= _LONGEST_NAME or str(name).startswith(TOKEN):
            raise SignInError(
                f'the identity provider tells no usable "{claim}": name another claim as `account`'
                " in [auth.oidc], or ask for its scope",
                status=403,
            )
        return str(name)


class _NoAuth(httpx.Auth):
    """What proves the client is in the body."""


def found(told: Mapping[str, Any], claim: str) -> Any:
    """A claim by its name, or by the path to it with dots; None where it is not told."""
    if claim in told:
        return told[claim]
    value: Any = told
    for part in claim.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value


def _groups(told: Mapping[str, Any], claim: str) -> frozenset[str]:
    value = found(told, claim)
    if value is None and claim in (told.get("_claim_names") or {}):
        raise SignInError(
            f'the identity provider does not tell "{claim}", for there are too many: let it tell'
            " only those of this application, or map roles there and name that claim",
            status=403,
        )
    if isinstance(value, str):
        return frozenset({value})
    return (
        frozenset(one for one in value if isinstance(one, str))
        if isinstance(value, list)
        else (frozenset())
    )


def _refused(answer: Mapping[str, str]) -> SignInError:
    words = answer.get("error_description") or answer["error"]
    return SignInError(f'the identity provider refused: "{words[:200]}"', status=403)


def _unproven(error: Exception) -> SignInError:
    """The reason is for whoever runs the server; a visitor can only try again."""
    log.warning("sign_in_token_refused", error=repr(error)[:300])
    kind = getattr(error, "error", type(error).__name__)
    claim = getattr(error, "claim", "")
    return SignInError(
        f"the identity provider's token does not hold ({kind}{f' {claim}' if claim else ''}):"
        f" {_AGAIN}; where it stays so, the server's log says more"
    )
