"""Refuses what another site makes a signed-in browser send.

A form carries a token that names its user, signed with the key of this Airflow and good for a day; and the browser
must say that the request comes from a page of this host. Either one missing, nothing is done.
"""

from typing import Any
from urllib.parse import urlsplit

from fastapi import HTTPException, Request, status
from itsdangerous import BadSignature, URLSafeTimedSerializer

from crm_migration.web.access import own_hosts, secret

SALT = "crm_migration.web.forgery"
SECONDS = 24 * 3600
FIELD = "token"


def token_for(user: Any) -> str:
    """Return the token that forms of this user carry."""
    return URLSafeTimedSerializer(secret(), salt=SALT).dumps(str(user.get_id()))


def refuse_forged(request: Request, user: Any, token: str) -> None:
    """Let a request that changes something pass.

    Raises:
        HTTPException: 403, where it does not come from one of our own pages, or its token is none of this user's.
    """
    if not _from_here(request) or not _of(user, token):
        raise HTTPException(status.HTTP_403_FORBIDDEN, "the form is not from this page, or too old: load it again")


def _from_here(request: Request) -> bool:
    if request.headers.get("sec-fetch-site", "same-origin") != "same-origin":
        return False
    origin = request.headers.get("origin") or request.headers.get("referer") or ""
    hosts = own_hosts() | {request.headers.get("host", "").lower()}
    try:
        return urlsplit(origin).netloc.lower() in hosts - {""}
    except ValueError:
        return False


def _of(user: Any, token: str) -> bool:
    try:
        named = URLSafeTimedSerializer(secret(), salt=SALT).loads(token, max_age=SECONDS)
    except BadSignature:
        return False
    return bool(named == str(user.get_id()))
