"""Settings say what does not fit, and presets what a CRM's wizard takes."""

import pytest
from pydantic import ValidationError

from crm_migration.errors import MappingFault
from crm_migration.mapping.import_files import ImportFiles
from tests.import_files.records import OBJECT, layout, settings


def test_a_preset_sets_defaults_and_the_mapping_goes_first():
    assert ImportFiles(preset="salesforce").columns_per_file == 90
    assert ImportFiles(preset="zoho").rows_per_file == 25_000
    assert ImportFiles(preset="fxiaoke").format == "xlsx"
    assert ImportFiles(preset="fxiaoke", format="csv").format == "csv"
    assert ImportFiles(preset="hubspot").readme == "file"


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({"date_format": "dd.mm.yyyy"}, "did you mean '%d.%m.%Y'"),
        ({"moment_format": "iso"}, "found the name of one"),
        ({"timezone": "Europe/Berlln"}, "did you mean 'Europe/Berlin'"),
        ({"true_word": "x", "false_word": "x"}, "expected different words"),
        ({"format": "xlsx", "bytes_per_file": 5000}, "expected bytes_per_file of at least"),
        ({"preset": "salesforce", "timezone": "Europe/Berlin"}, "expected the zone UTC"),
        ({"encoding": "utf-7"}, "Input should be"),
        ({"objects": {"A": {"labels": {"a": "=A1"}}}}, "expected a header"),
        ({"objects": {"A": {"values": {"a": {"1": "x", "2": "x"}}}}}, "found one label twice"),
    ],
)
def test_what_does_not_fit_is_said(given, found):
    with pytest.raises(ValidationError, match=found):
        ImportFiles.model_validate(given)


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({"objects": {OBJECT: {"columns": ["nmae"]}}}, r"expected fields of the entity, found \['nmae'\]"),
        ({"objects": {OBJECT: {"labels": {"name": "phone"}}}}, r"found \['phone'\] twice"),
        ({"encoding": "cp1252"}, "expected headers in letters of cp1252"),
    ],
)
def test_settings_that_do_not_fit_the_object(given, found):
    with pytest.raises(MappingFault, match=found):
        layout(settings(**given))
