"""The line with a saved model: the mapping of the line with a model for both entities, and their training."""

from pathlib import Path
from typing import Any

import yaml

from crm_migration.job import Job
from crm_migration.match.learning import learn
from crm_migration.match.model import model_path
from crm_migration.staging import RunFolder, TableWriter, open_table

TRAINED_ROWS = 200_000
_MODELS: dict[str, dict[str, Any]] = {
    "account": {
        "kind": "company",
        "fields": {
            "company": "name", "website": "website", "email": "email", "phone": "phone", "street": "billing_street",
            "postal_code": "billing_postal_code", "city": "billing_city",
        },
    },
    "contact": {
        "kind": "person",
        "fields": {
            "given_name": "first_name", "family_name": "last_name", "email": "email", "phone": ["mobile", "phone"],
            "street": "mailing_street", "postal_code": "mailing_postal_code", "city": "mailing_city",
            "birth_date": "birthdate",
        },
    },
}  # fmt: skip


def write_mapping(line: Path, folder: Path) -> Path:
    """Write the mapping in `line` into `folder`, with a model for each entity, and return where it is."""
    mapping = yaml.safe_load(line.read_text(encoding="utf-8"))
    for entity, model in _MODELS.items():
        mapping["entities"][entity]["match"]["model"] = model
    folder.mkdir()
    written = folder / line.name
    written.write_text(yaml.safe_dump(mapping, sort_keys=False, allow_unicode=True), encoding="utf-8")
    return written


def train(job: Job) -> None:
    """Save beside the job's mapping a model for each entity, trained on up to 200,000 of the rows it has cleaned.

    Raises:
        RuntimeError: these are too few to learn from.
    """
    sample = RunFolder(job.staging, job.mapping.source.name, f"{job.run_id}-sample")
    for entity in job.order:
        clean = open_table(job.folder, entity, "clean")
        with TableWriter(sample, entity, "clean") as writer:
            rows = 0
            for part in clean.frames():
                writer.write(part.head(TRAINED_ROWS - rows))
                rows += part.height
                if rows >= TRAINED_ROWS:
                    break
            writer.finish()
        learned = learn(job.mapping, entity, sample)
        if learned.model is None:
            raise RuntimeError(f"{entity}: no model learned of {learned.rows} rows: {', '.join(learned.missing)}")
        learned.model.write(model_path(job.loaded.path, entity))
