"""The report's vocabulary: what codes, checks and steps are called, and what a person can do about them."""

from collections.abc import Mapping

from crm_migration.report.model import ModelUsed, SourceDocument

REASONS: dict[str, tuple[str, str]] = {
    "required": ("A required value is missing", "Fill it in at the source, or give the field a default."),
    "length": (
        "The value is longer than the target can hold",
        "Shorten it, or let the mapping truncate the field.",
    ),
    "email": ("Not an e-mail address", "Correct the address, or let the mapping empty the field."),
    "phone": ("Not a telephone number", "Correct the number or the row's country."),
    "date": ("Not a date in a declared format", "Correct the date, or declare its format in the mapping."),
    "datetime": ("Not a moment in a declared format", "Correct it, or declare its format in the mapping."),
    "integer": ("Not a whole number in range", "Correct the number, or the mapping's range."),
    "decimal": ("Not an exact number of the declared precision", "Correct it, or widen precision and scale."),
    "boolean": ("Neither true nor false", "List the spelling in the mapping."),
    "choice": ("No target value for this code", "Add the code to the field's value map."),
    "country": ("Not a known country", "Add the spelling to the field's value map."),
    "language": ("Not a known language", "Add the spelling to the field's value map."),
    "url": ("Not a web address", "Correct the address, or let the mapping empty the field."),
    "owner": (
        "The owner is not a user of the target",
        "Create the user in the target, or name a default owner.",
    ),
    "nul": ("The text contains a NUL byte", "Remove the byte at the source."),
    "zero_date": ("The date is all zeros", "Correct the date, or let the mapping empty the field."),
    "encoding": ("The text is not readable in its encoding", "Repair the text at the source."),
    "ragged": ("The line has too few or too many fields", "Repair the line, or declare separator and quote."),
    "quote": ("A quotation mark is left open", "Repair the line, or declare the quote in the mapping."),
    "too_long": ("The row is longer than may be read", "Look for a quotation mark that is left open."),
    "too_large": ("The record is larger than may be read", "Split it, or ask for another export."),
    "too_deep": ("The record is nested too deeply", "Ask for a flatter export."),
    "not_json": ("The line is no JSON", "Repair the line, or ask for a new export."),
    "not_an_object": ("The record is no object", "Set read.json.records to the path of the records."),
    "duplicate_key": ("The record names a field twice", "Repair the record at the source."),
    "not_a_number": ("The record holds NaN or Infinity", "Repair the number at the source."),
    "error_cell": ("A cell holds an error such as #DIV/0!", "Repair the formula in the sheet."),
    "file_missing": ("The file is not in its folder", "Put it there, or correct the path at the source."),
    "file_too_large": (
        "The file is larger than the mapping allows",
        "Raise the field's max_bytes, or move it by hand.",
    ),
    "file_unreadable": ("The file cannot be read", "Repair it, or give leave to read it."),
    "file_outside": ("The path leads out of the folder of files", "Correct the path at the source."),
    "key_missing": ("The row has no key", "Give the row a key at the source."),
    "key_duplicate": ("Several rows share one key", "Make the key unique at the source."),
    "unclassified": (
        "No entity's rule takes the row",
        "Let the 'when' of an entity take such rows, or leave them out by a filter.",
    ),
    "missing_parent": ("The record it refers to is not there", "Load or repair the parent row first."),
    "refused_by_target": (
        "The target refused the record",
        "Read the target's reason with the rejected rows.",
    ),
    "left_by_an_earlier_run": (
        "A killed run created the record, and nothing stands behind it",
        "Repeat that run, or roll it back.",
    ),
    "edited_in_target": (
        "A user edited the record in the target",
        "Decide which edit counts; see on_target_change.",
    ),
    "deleted_in_target": ("The record was deleted in the target", "Restore it there, or filter the row."),
    "exists_in_target": (
        "The target holds the record, from elsewhere",
        "Allow updates in the mapping, or filter.",
    ),
    "not_in_target": ("There is no such record to update", "Load it first, or allow inserts in the mapping."),
    "referred_to_in_target": (
        "Other records of the target refer to it",
        "Delete or repoint those; the next run deletes it.",
    ),
    "changed_since_backup": ("The record was changed while the run was under way", "The next run looks at it again."),
    "flagged_in_target": ("Somebody had flagged the record already", "Nothing; the flag stays theirs."),
    "survivor_rejected": (
        "The record it was merged into was rejected",
        "Repair the surviving row; this one follows.",
    ),
}

CHECKS: dict[str, str] = {
    "expect_column_values_to_not_be_null": "is never empty",
    "expect_column_values_to_be_unique": "is unique",
    "expect_column_values_to_be_in_set": "holds only allowed values",
    "expect_column_values_to_match_regex": "has the right form",
    "expect_column_values_to_be_between": "lies in range",
    "expect_column_value_lengths_to_be_between": "has an allowed length",
    "expect_column_values_to_be_of_type": "has the right type",
    "expect_column_to_exist": "exists",
    "rows_cleaned_once": "every extracted row was cleaned once",
    "rows_accounted_for": "every row has one outcome",
    "records_in_crosswalk": "every record is in the crosswalk",
    "records_in_target": "every record is in the target",
    "records_once": "every record is there once",
    "merged_rows_resolve": "every merged row leads to its record",
    "required_filled": "is always filled",
    "external_id_once": "stands for one record each",
    "reference_resolves": "leads to a record that is there",
    "fill_rate": "share of records with a value",
    "fingerprint": "every record is what was meant",
    "field_differs": "holds what was meant",
    "fingerprint_not_comparable": "records that cannot be compared",
    "edited_in_target": "records edited in the target since",
    "deleted_in_target": "records deleted in the target since",
    "deleted_records_gone": "records whose rows are gone are deleted",
    "flagged_records_flagged": "is set where the rows are gone",
    "changed_at_source": "rows changed at the source since",
    "drawn_against_source": "drawn at random: equals the source",
    "drawn_against_staged": "drawn at random: equals what was extracted",
    "rows": "number of records",
    "sum": "sum",
    "minimum": "lowest value",
    "maximum": "highest value",
    "source_sum": "sum of the cleaned rows",
    "source_minimum": "lowest value of the cleaned rows",
    "source_maximum": "highest value of the cleaned rows",
    "read_back": "the records could be read back",
    "suite": "the expectations could be checked",
    "queries": "the queries could be run",
    "found_by": "finds the record when searched for",
    "approved": "the sample was approved",
    "rejected": "the sample was rejected",
}

# Reviewed pairs: what the guard saw.
REVIEWS: dict[str, str] = {
    "given_name": "The given names differ",
    "max_cluster": "Too many rows would become one record",
    "key_value_shared_by_many": "Too many records share the value",
    "both_exist": "Both are records of the target already",
    "conflict_in_cluster": "Another member of the group forbids it",
    "contradiction": "Said to be one customer, but others said to be two stand between",
    "below_merge": "Alike, but not alike enough to merge unasked",
    "company_name": "The companies' names differ",
    "other_place": "The same name at another place",
    "name_only": "Nothing but the name agrees",
    "weak_name": "The names agree in part only",
    "birth_date": "The dates of birth differ",
}
DIGEST_SHOWN = 12
CROWDED = "key_value_shared_by_many"

# What merged a row, where it is not a key of the mapping.
MERGED_BY: dict[str, str] = {"decision": "a person's decision", "model": "the model"}

STEPS: dict[str, str] = {
    "preflight": "Preflight",
    "extract_prepare": "Divide the extract",
    "extract_part": "Extract part",
    "extract": "Extract",
    "clean_part": "Clean part",
    "clean": "Clean",
    "match_prepare": "Prepare the match",
    "match_chunk": "Score chunk",
    "match": "Match",
    "backup": "Back up",
    "sample": "Choose sample",
    "load": "Load",
    "link": "Link references",
    "source_deletes": "Follow deletions",
    "load_sample": "Load sample",
    "validate_sample": "Validate sample",
    "describe_sample": "Describe sample",
    "validate_full": "Validate",
    "plan": "Plan",
    "report": "Report",
}

OUTCOME_HELP: dict[str, str] = {
    "inserted": "new records in the target",
    "updated": "records of the target that were changed",
    "unchanged": "already in the target, exactly so",
    "merged": "joined with another row into one record",
    "rejected": "kept out, with a reason",
    "filtered": "left out by a rule of the mapping",
}

# What became of records because rows of theirs were gone from the source, or there again.
GONE: dict[str, tuple[str, str]] = {
    "deleted": ("Deleted in the target", "would be deleted"),
    "flagged": ("Flagged in the target", "would be flagged"),
    "reinserted": ("Inserted again: a row is back", "would be inserted again"),
    "unflagged": ("Flag cleared: a row is back", "flag would be cleared"),
    "kept": ("Kept", "would be kept"),
    "noted": ("Noted: the record stays", "would be noted"),
}

# Level of the funnel, what became of the rows that left before it, and the state whose colour they have.
STAGES: dict[str, tuple[str, str, str]] = {
    "extracted": ("Extracted rows", "", ""),
    "kept": ("After filters", "filtered", "filtered"),
    "clean": ("Clean rows", "rejected", "rejected"),
    "records": ("After merging", "merged", "merged"),
    "written": ("In the target", "rejected while loading", "rejected"),
}

# Steps whose figure is not a number of rows.
NOT_ROWS = ("preflight", "validate_sample", "validate_full", "report")

# Details of a document that tell a person how it was read.
UNDERSTOOD = ("form", "encoding", "delimiter", "sheet", "records")

VALIDATIONS: dict[str, str] = {
    "completeness": "Completeness",
    "accuracy": "Accuracy",
    "validity": "Validity",
    "acceptance": "Acceptance",
}


def reason_title(reason: str) -> str:
    """Return a reason code in words."""
    return REASONS[reason][0] if reason in REASONS else spaced(reason)


def gone_title(action: str, reason: str | None, *, planned: bool) -> str:
    """Return in words what became of a record whose row is gone, or would become of it."""
    done, would = GONE[action]
    told = would[:1].upper() + would[1:] if planned else done
    return f"{told}: {reason_title(reason)[:1].lower()}{reason_title(reason)[1:]}" if reason else told


def reason_advice(reason: str) -> str:
    """Return what a person can do about a reason code; empty when it is not one of ours."""
    return REASONS[reason][1] if reason in REASONS else ""


def check_title(name: str) -> str:
    """Return an expectation type, or the name of a check, in words."""
    known = CHECKS.get(name)
    return known[:1].upper() + known[1:] if known else spaced(name.removeprefix("expect_"))


def check_phrase(field: str | None, name: str) -> str | None:
    """Return what a check says about `field`, to follow its name; None when it is not one of ours."""
    return CHECKS.get(name) if field else None


def review_title(reason: str) -> str:
    """Return why a guard kept a pair apart, in words."""
    return REVIEWS.get(reason) or spaced(reason)


def merged_by(key: str) -> str:
    """Return in words what merged a row: a key by its name, or a person, or the model."""
    return MERGED_BY.get(key, key)


def model_used(model: ModelUsed) -> str:
    """Return in one sentence which model matching asked, and what came of it."""
    if model.sha256 is None:
        return (
            "No model: there were too few rows, or too few filled fields, to learn from. The strong keys decided alone."
        )
    origin = "saved beside the mapping" if model.origin == "saved" else "trained in this run"
    told = [f"Model {model.sha256[:DIGEST_SHOWN]}, {origin}"]
    if model.scored_pairs is not None:
        told.append(f"{plural(model.scored_pairs, 'pair')} scored")
    if model.prior:
        told.append(f"about 1 in {round(1 / model.prior):,} pairs at random expected to be one customer")
    told.append(f"{plural(model.merged, 'row')} merged by it")
    if model.labels:
        told.append(f"thresholds from {plural(model.labels, 'judged pair')}")
    return "; ".join(told) + "."


def step_title(step: str) -> str:
    """Return a step of the line in words."""
    return numbered(step, STEPS) or spaced(step)


def numbered(step: str, titles: Mapping[str, str]) -> str | None:
    """Return the title of a step, of a mapped one with its number (`clean_part_3`); None where there is none."""
    name, _, number = step.rpartition("_")
    if number.isdecimal() and name in titles:
        return f"{titles[name]} {number}"
    return titles.get(step)


def understood(document: SourceDocument) -> str:
    """Return how a document was read: `delimited, encoding gb18030, delimiter ;`."""
    known = [f"{key} {document.details[key]}" for key in UNDERSTOOD if document.details.get(key) not in (None, [])]
    return ", ".join([document.format or "format not told", *known])


def spaced(code: str) -> str:
    """Return a code as words, with a capital letter: `load_full` as `Load full`."""
    words = code.replace("_", " ").strip()
    return words[:1].upper() + words[1:]


def plural(count: int, one: str, many: str | None = None) -> str:
    """Return `count` with its noun: `1 row`, `1,204 rows`."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"
