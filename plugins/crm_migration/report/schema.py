"""The JSON report's schema, kept beside the code so that a change of the format shows in a review.

Run as a module to write it anew after the model changed on purpose.
"""

import json
from pathlib import Path

from crm_migration.report.model import Report

SCHEMA_FILE = Path(__file__).with_name("report.schema.json")


def json_schema() -> str:
    """Return the JSON schema (2020-12) of `report.json`."""
    schema = Report.model_json_schema(mode="serialization")
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    return json.dumps(head | schema, indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    SCHEMA_FILE.write_text(json_schema(), encoding="utf-8")
