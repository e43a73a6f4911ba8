"""Rules for a mapping whose records go into files for an import wizard: there is nobody to ask for ids and users."""

from collections.abc import Iterator

from crm_migration.mapping.faults import Fault, quoted, unknown_name
from crm_migration.mapping.fields import File
from crm_migration.mapping.model import Entity, Mapping, Owner, Reference

IDENTITY = "id"
"""The column of the ledger's copy that identifies a record; it holds the external id."""


def wizard_faults(mapping: Mapping) -> Iterator[Fault]:
    """Yield what keeps a mapping of kind `import_files` from being handed over."""
    if mapping.target.kind != "import_files":
        return
    objects = {entity.target.object for entity in mapping.entities.values()}
    for name in mapping.target.import_files.objects:
        if name not in objects:
            place = ("target", "import_files", "objects", name)
            fault = unknown_name(place, "an object that an entity writes", name, objects)
            yield Fault(place, fault.text, at_key=True)
        else:
            yield from _files(mapping, name)
    keys: dict[str, str] = {}
    for name, entity in mapping.entities.items():
        yield from _entity(name, entity)
        key = keys.setdefault(entity.target.object, entity.target.external_id)
        if key != entity.target.external_id:
            text = (
                f"expected {quoted(key)}, by which the wizard finds the records of {quoted(entity.target.object)} as "
            )
            text += f"another entity has it, found {quoted(entity.target.external_id)}"
            yield Fault(("entities", name, "target", "external_id"), text, depends=(("target", "kind"),))


def _files(mapping: Mapping, target_object: str) -> Iterator[Fault]:
    """Yield what keeps the files of an object from being put beside its records."""
    settings = mapping.target.import_files.objects[target_object]
    place = ("target", "import_files", "objects", target_object)
    entities = [entity for entity in mapping.entities.values() if entity.target.object == target_object]
    fields = {name: spec for entity in entities for name, spec in entity.fields.items()}
    named = [] if settings.file_name is None else [("file_name", settings.file_name)]
    for key, field in [*named, *(("file_owner", field) for field in settings.file_owner)]:
        if field not in fields:
            yield unknown_name((*place, key), f"a field of {quoted(target_object)}", field, fields)
        elif not any(isinstance(spec, File) for spec in fields.values()):
            yield Fault((*place, key), "expected a field of kind 'file' beside it, found none", at_key=True)
    for field in settings.file_owner:
        spec = fields.get(field)
        to = spec.entities if isinstance(spec, Reference) else ()
        if spec is not None and len({mapping.entities[one].target.object for one in to}) != 1:
            text = f"expected references to records of one object each, found {quoted(field)}"
            yield Fault((*place, "file_owner"), text)


def _entity(name: str, entity: Entity) -> Iterator[Fault]:
    kind, target = (("target", "kind"),), entity.target
    if target.id != IDENTITY:
        text = f"expected {IDENTITY!r}, or nothing, since a record of import files is known by its external id; found "
        yield Fault(("entities", name, "target", "id"), f"{text}{quoted(target.id)}", depends=kind)
    if IDENTITY in {target.external_id, target.deleted_flag, *entity.fields}:
        text = (
            f"expected no field named {IDENTITY!r}, which the ledger's copy of the records needs, found one; call it "
        )
        text += "otherwise, and give it its header with labels in target.import_files.objects"
        yield Fault(("entities", name, "fields", IDENTITY), text, at_key=True, depends=kind)
    for field, spec in entity.fields.items():
        if isinstance(spec, Owner):
            text = "expected a field that needs no look at the CRM's users, found 'owner'; write what the wizard takes "
            text += "for a user, such as an address, by a choice or a text"
            yield Fault(("entities", name, "fields", field, "kind"), text, depends=kind)
