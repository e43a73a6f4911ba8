"""Languages as BCP 47 tags (RFC 5646): language, script and region, each in its customary case."""

from functools import cache

import polars as pl

from crm_migration.clean.column import Cleaned, Column, Context, judged, over_distinct, translated
from crm_migration.clean.country import plain
from crm_migration.clean.language_names import LANGUAGES
from crm_migration.mapping.model import Language

_TAG = r"^([A-Za-z]{2,3})(?:[-_]([A-Za-z]{4}))?(?:[-_]([A-Za-z]{2}|[0-9]{3}))?(?:[.@].*)?$"


def clean_language(column: Column, spec: Language, _context: Context) -> Cleaned:
    """Return tags such as `de`, `en-GB`, `zh-Hans-CN`, from tags, locale names, ISO 639 codes and names.

    A language that neither the spec nor the table knows is invalid for `language`.
    """
    return judged(column.text, over_distinct(column.text, lambda distinct: _tags(distinct, spec)), "language")


def _tags(distinct: pl.Series, spec: Language) -> pl.Series:
    spelled = dict(zip(plain(pl.Series(list(spec.values), dtype=pl.String)), spec.values.values(), strict=True))
    named = translated(plain(distinct), {**_names(), **spelled})
    return named.fill_null(_composed(distinct))


def _composed(text: pl.Series) -> pl.Series:
    """Return the tag that a language code, a script and a region make up; null if the language is unknown."""
    parts = text.str.extract_groups(_TAG)
    language, script, region = (parts.struct.field(name) for name in parts.struct.fields)
    code = translated(language.str.to_lowercase(), _names())
    tags = pl.DataFrame({"code": code, "script": script.str.to_titlecase(), "region": region.str.to_uppercase()})
    joined = pl.when(pl.col("code").is_not_null()).then(pl.concat_str(pl.all(), separator="-", ignore_nulls=True))
    return tags.select(joined).to_series()


@cache
def _names() -> dict[str, str]:
    names, tags = [], []
    for line in LANGUAGES.strip().splitlines():
        tag, codes, rest = line.split(" ", 2)
        for name in (tag, *codes.split(","), *rest.split("|")):
            names.append(name)
            tags.append(tag)
    return dict(zip(plain(pl.Series(names)), tags, strict=True))
