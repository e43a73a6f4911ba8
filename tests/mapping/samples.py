"""A whole mapping as text, and short ways to write and read variants of it."""

from pathlib import Path

import pytest

from crm_migration.errors import MappingInvalid
from crm_migration.mapping.reader import LoadedMapping, read_mapping

CRM = """\
version: "1"
description: Accounts and contacts of the old CRM
source:
  name: old_crm
  connection: old_crm_db
  timezone: Europe/Berlin
  country: DE
target:
  name: new_crm
  connection: new_crm_db
  schema: public
schedule: "30 2 * * 1-5"
entities:
  account:
    table: firms
    key: firm_id
    watermark: changed_at
    filters:
      - name: test rows
        column: status
        not_equals: ["9"]
    target:
      object: accounts
      external_id: legacy_id
    fields:
      legacy_id: {kind: text, from: firm_id, required: true, max_length: 20}
      name: {kind: name, from: title, required: true, max_length: 100}
      country: {kind: country, from: land}
      rating:
        kind: choice
        from: rating
        values: {"1": hot, "2": warm, "3": cold}
        max_length: 10
      revenue: {kind: money, from: revenue, precision: 14, scale: 2, decimal_mark: ",", thousands: "."}
      active: {kind: boolean, from: active, true: ["1"], false: ["0"]}
      origin: {kind: constant, value: old}
      parent_id: {kind: reference, from: parent, to: account, on_missing_parent: "null"}
    expectations:
      - type: expect_column_values_to_be_in_set
        kwargs: {column: rating, value_set: [hot, warm, cold], mostly: 0.99}
  contact:
    table: people
    key: [person_id, tenant]
    target:
      object: contacts
      external_id: legacy_id
    fields:
      legacy_id: {kind: text, from: [person_id, tenant], separator: "|", required: true, max_length: 40}
      first_name: {kind: name, from: first, max_length: 60}
      email:
        kind: email
        from: mail
        max_length: 254
        required: false
      born: {kind: date, from: birthday, formats: ["%d.%m.%Y"]}
      changed_at: {kind: datetime, from: changed}
      street: {kind: address, part: street, from: street, max_length: 100}
      city: {kind: address, part: city, from: city, max_length: 100}
      owner_id: {kind: owner, from: rep, object: users, by: email}
      account_id: {kind: reference, from: firm_id, to: account, required: true}
    match:
      keys:
        - name: same mailbox
          fields: [email]
          similar: {fields: [first_name], at_least: 0.8}
          ignore: ["info@*"]
      guards: {given_name: first_name}
      survivorship:
        recency: changed_at
        default: most_recent
        fields: {first_name: longest}
        groups: [[street, city]]
    acceptance:
      - name: contacts with an account
        sql: SELECT 1
        at_least_rows: 1
"""


def write(folder: Path, text: str | bytes) -> Path:
    path = folder / "crm.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))
    return path


def changed(*changes: tuple[str, str], text: str = CRM) -> str:
    """Return the sample with each first text replaced by the second; each must be there exactly once."""
    for old, new in changes:
        assert text.count(old) == 1, f"{old!r} is there {text.count(old)} times"
        text = text.replace(old, new)
    return text


def read(folder: Path, text: str | bytes) -> LoadedMapping:
    return read_mapping(write(folder, text))


def problems(folder: Path, text: str | bytes) -> list[str]:
    """Return the problems of a mapping without the file's name; none if it is whole."""
    path = write(folder, text)
    found: list[str] = []
    try:
        read_mapping(path)
    except MappingInvalid as invalid:
        found = invalid.problems
    else:
        return []
    foreign = [problem for problem in found if not problem.startswith(f"{path}:")]
    if foreign or not found:
        pytest.fail(f"expected one or more problems, each with the file's name, found {found}")
    return [problem.removeprefix(f"{path}:") for problem in found]
