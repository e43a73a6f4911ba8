"""Strong keys: the one text per row that says who it is, equal for two rows only if they are one customer."""

import re

import polars as pl

from crm_migration.mapping.model import Compare, StrongKey
from crm_migration.match.companies import base_name
from crm_migration.match.folding import blank_to_null, caseless

# The country's code may be missing on one side: a number is told by its last digits.
PHONE_DIGITS = 9
_PART = "\x1f"
# Hosts where many customers live side by side: the customer is the label in front, or nobody.
_HOSTING = (
    "wixsite|wordpress|blogspot|weebly|squarespace|myshopify|jimdo|jimdofree|webflow|netlify|herokuapp|github|gitlab|"
    "business"
)
_SECOND_LEVEL = "co|com|org|net|ac|gov|gob|gouv|edu|or|ne|go|nom|ltd|plc|mil|sch|asn|id|in|info|biz"
_REGISTRABLE = rf"([^.]+\.(?:{_SECOND_LEVEL})\.[a-z]{{2}}|[^.]+\.(?:{_HOSTING})\.[a-z]+|[^.]+\.[^.\d][^.]*)$"
_SHARED_HOST_NAMES = """
gmail.com googlemail.com yahoo.com yahoo.co.uk yahoo.de yahoo.fr yahoo.es yahoo.it yahoo.co.jp
ymail.com rocketmail.com hotmail.com hotmail.co.uk hotmail.de hotmail.fr hotmail.it hotmail.es
live.com live.de live.fr live.nl live.co.uk outlook.com outlook.de outlook.fr msn.com aol.com
icloud.com me.com mac.com proton.me protonmail.com pm.me zoho.com mail.com email.com gmx.de gmx.net
gmx.at gmx.ch gmx.com web.de t-online.de freenet.de arcor.de online.de 1und1.de mail.ru inbox.ru
list.ru bk.ru yandex.ru yandex.com ya.ru rambler.ru qq.com foxmail.com 163.com 126.com yeah.net
sina.com sina.cn sohu.com aliyun.com 139.com 189.cn 21cn.com tom.com naver.com daum.net hanmail.net
orange.fr wanadoo.fr free.fr laposte.net sfr.fr neuf.fr libero.it virgilio.it tiscali.it alice.it
tin.it btinternet.com sky.com talktalk.net virginmedia.com ntlworld.com comcast.net verizon.net
att.net sbcglobal.net bellsouth.net cox.net charter.net earthlink.net shaw.ca rogers.com bigpond.com
optusnet.com.au uol.com.br bol.com.br terra.com.br ig.com.br bluewin.ch telenet.be skynet.be
ziggo.nl kpnmail.nl planet.nl home.nl wp.pl o2.pl onet.pl interia.pl seznam.cz centrum.cz
rediffmail.com facebook.com fb.com linkedin.com twitter.com x.com instagram.com youtube.com youtu.be
xing.com tiktok.com pinterest.com weibo.com wechat.com weixin.qq.com taobao.com tmall.com 1688.com
alibaba.com amazon.com amazon.de ebay.com ebay.de etsy.com google.com goo.gl bit.ly linktr.ee
yelp.com tripadvisor.com wixsite.com wix.com wordpress.com blogspot.com weebly.com squarespace.com
myshopify.com jimdo.com jimdofree.com webflow.io netlify.app herokuapp.com github.io github.com
gitlab.io gitlab.com business.site sites.google.com example.com example.org example.net
localhost.localdomain
"""
_SHARED_HOSTS = _SHARED_HOST_NAMES.split()


def digits(text: pl.Expr) -> pl.Expr:
    """Return the ASCII digits of `text`, wide ones made plain; none is null."""
    return blank_to_null(text.str.normalize("NFKC").str.replace_all(r"[^0-9]+", ""))


def alphanumeric(text: pl.Expr) -> pl.Expr:
    """Return the letters and digits of `text` without regard to case; none is null."""
    return blank_to_null(caseless(text).str.replace_all(r"[^\p{L}\p{N}\p{M}]+", ""))


def domain(text: pl.Expr) -> pl.Expr:
    """Return the part of a web or e-mail address that its holder registered.

    Mail providers, networks and shops that host everybody identify nobody and give null.
    """
    host = caseless(text).str.replace(r"^(?:[a-z][a-z0-9+.\-]*://|mailto:|//)", "")
    host = host.str.replace(r"[/?#\\\s,;].*$", "").str.replace(r"^.*@", "").str.replace(r":\d*$", "")
    host = host.str.strip_chars(".").str.replace(r"^www\d*\.", "")
    return host.str.extract(_REGISTRABLE, 1).replace(_SHARED_HOSTS, [None])


_COMPARE = {
    "exact": caseless, "digits": digits, "alphanumeric": alphanumeric, "domain": domain, "company": base_name
}  # fmt: skip


def normalised(text: pl.Expr, compare: Compare) -> pl.Expr:
    """Return `text` as the key's `compare` sees it; null where nothing comparable is left."""
    return _COMPARE[compare](text)


def _regex(pattern: str) -> str:
    special = {"*": ".*", "?": "."}
    return "".join(special.get(letter, re.escape(letter)) for letter in pattern.strip().casefold())


def _ignored(key: StrongKey, field: str) -> pl.Expr:
    anywhere = f"^(?s:{'|'.join(map(_regex, key.ignore))})$"
    text = pl.col(field).cast(pl.String)
    seen = [caseless(text)] if key.compare == "exact" else [caseless(text), normalised(text, key.compare)]
    return pl.any_horizontal(value.str.contains(anywhere).fill_null(value=False) for value in seen)


def key_value(key: StrongKey) -> pl.Expr:
    """Return the row's value of a strong key: null when a field is empty, or `ignore` names its value."""
    parts = [normalised(pl.col(field).cast(pl.String), key.compare) for field in key.fields]
    value = pl.concat_str(parts, separator=_PART)
    if not key.ignore:
        return value
    return pl.when(~pl.any_horizontal(_ignored(key, field) for field in key.fields)).then(value)
