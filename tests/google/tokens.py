"""The key of a service account, and the endpoint that changes what it signs into tokens."""

import json
from functools import cache
from urllib.parse import parse_qs

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from google.auth import jwt

from tests.google.shapes import Answer, Question, json_answer

HOST = "oauth2.googleapis.com"
PATH = "/token"
REAL_ADDRESS = f"https://{HOST}{PATH}"
ACCOUNT = "reader@stand-in.iam.gserviceaccount.com"
GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"


@cache
def key_pair() -> tuple[str, str]:
    """Return a private key and its public one, made for this process."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=1024)  # short: it is read in every test
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return private.decode(), public.decode()


def service_account_key(token_uri: str = REAL_ADDRESS) -> dict[str, str]:
    """Return the key file of the service account, as Google's console gives it."""
    return {
        "type": "service_account",
        "project_id": "stand-in",
        "private_key_id": "0123456789abcdef",
        "private_key": key_pair()[0],
        "client_email": ACCOUNT,
        "client_id": "100000000000000000001",
        "auth_uri": "https://accounts.google.com/o/oauth2/auth",
        "token_uri": token_uri,
        "universe_domain": "googleapis.com",
    }


class Tokens:
    """Which tokens are out, and for which scopes."""

    def __init__(self, addresses: tuple[str, ...]) -> None:
        self.addresses = addresses
        self.given: dict[str, frozenset[str]] = {}
        self.expired: set[str] = set()

    def answer(self, question: Question) -> Answer:
        """Return a token for a signed wish, or the error that Google's endpoint gives."""
        form = {name: values[0] for name, values in parse_qs(question.body.decode()).items()}
        if form.get("grant_type") != GRANT:
            return self._refused("unsupported_grant_type", "Invalid grant_type")
        try:
            wish = jwt.decode(form.get("assertion", ""), certs=key_pair()[1], audience=list(self.addresses))
        except ValueError:
            return self._refused("invalid_grant", "Invalid JWT Signature.")
        if wish.get("iss") != ACCOUNT:
            return self._refused("invalid_grant", "Invalid grant: account not found")
        token = f"ya29.stand-in-{len(self.given)}"
        self.given[token] = frozenset(str(wish.get("scope", "")).split())
        return json_answer({"access_token": token, "expires_in": 3599, "token_type": "Bearer"})

    def expire_all(self) -> None:
        """Make every token that is out worthless, as a revoked key does."""
        self.expired |= set(self.given)

    def scopes(self, authorization: str) -> frozenset[str] | None:
        """Return what a request's token allows, None where it has none that holds."""
        token = authorization.removeprefix("Bearer ")
        return None if token in self.expired else self.given.get(token)

    def _refused(self, error: str, described: str) -> Answer:
        body = json.dumps({"error": error, "error_description": described}).encode()
        return Answer(400, body, {"Content-Type": "application/json; charset=utf-8"})
