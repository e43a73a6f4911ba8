"""Where a run into a CRM behind an interface is disturbed, beside the points that it shares with every target."""

from tests.faults.place import Step

LOAD = "crm_migration.load"
API = f"{LOAD}.fxiaoke.api.FxiaokeApi"
CLIENT = f"{LOAD}.fxiaoke.client.FxiaokeClient"
REPLICA = f"{LOAD}.replica"
DELIVERY = f"{REPLICA}.deliver.Delivery"
CREATION = f"{REPLICA}.create.Creation"
INTENTS = f"{REPLICA}.intents.Intents"
TARGET = f"{REPLICA}.target.ReplicaTarget"
UNDO: Step = ("undo",)

CREATING = (
    f"before {API}.create",
    f"after {API}.create",
    f"before {API}.create 4",
    f"after {API}.create 4",
    f"after {INTENTS}.begin",
    f"after {CREATION}._note_sent",
    f"before {CREATION}._settle",
    f"after {CREATION}.run",
    f"before {INTENTS}.note",
    f"after {INTENTS}.note",
    f"after {TARGET}.prepared",
    f"before {TARGET}.delivered",
)
FIRST_LOAD: dict[Step, tuple[str, ...]] = {
    ("preflight",): (f"after {REPLICA}.tables.ReplicaTables._create",),
    ("backup",): (f"after {TARGET}.refresh",),
    ("load_sample",): (f"after {API}.create 3", f"after {TARGET}.delivered"),
    ("load_entity", "account"): CREATING,
    ("load_entity", "contact"): (
        f"after {API}.create 5",
        f"after {LOAD}.write._commit 2",
        f"before {LOAD}.load.finish_outcomes",
    ),
    ("link_references",): (
        f"before {API}.update",
        f"after {API}.update",
        f"after {API}.update 2",
        f"before {DELIVERY}._note_changed",
        f"after {LOAD}.link._link_part",
    ),
    UNDO: (
        f"before {API}.remove",
        f"after {API}.remove 40",
        f"before {API}.purge",
        f"after {API}.purge",
        f"after {LOAD}.rollback._undo_all",
    ),
}
"""Of the first load into an empty CRM."""

INNER: dict[Step, tuple[str, ...]] = {
    ("backup",): (f"before {TARGET}.refresh", f"after {TARGET}.refresh"),
    ("load_sample",): (
        f"after {API}.create",
        f"after {API}.update",
        f"after {TARGET}.begin",
        f"after {TARGET}.prepared",
        f"before {TARGET}.delivered",
        f"after {TARGET}.delivered",
    ),
    ("load_entity", "account"): (
        f"before {API}.create",
        f"before {API}.update",
        f"after {API}.update",
        f"after {DELIVERY}.changes",
        f"before {DELIVERY}._note_changed",
        f"after {DELIVERY}._note_changed",
        f"after {TARGET}.delivered",
    ),
    ("load_entity", "contact"): (f"after {API}.update", f"after {API}.update 3"),
    ("load_entity", "activity"): (
        *CREATING,
        f"before {DELIVERY}.bring_back",
        f"before {API}.recover",
        f"after {API}.recover",
        f"before {DELIVERY}._note_back",
        f"after {DELIVERY}.bring_back",
        f"after {REPLICA}.brought_back._keep",
        f"after {API}.update 4",
    ),
    ("link_references",): (f"before {TARGET}.deliver", f"after {TARGET}.deliver"),
    ("retire_records",): (
        f"before {API}.remove",
        f"after {API}.remove",
        f"after {API}.remove 3",
        f"before {DELIVERY}.all 2",
        f"after {DELIVERY}.all 2",
        f"after {TARGET}.deliver 2",
    ),
    UNDO: (
        f"after {TARGET}.undoing",
        f"before {DELIVERY}.all",
        f"before {API}.update",
        f"after {API}.update 3",
        f"after {API}.recover",
        f"before {API}.remove",
        f"after {API}.remove 4",
        f"before {DELIVERY}._purge",
        f"before {API}.purge",
        f"after {API}.purge",
        f"after {DELIVERY}.all",
    ),
}
"""Of a run into a CRM that holds what runs before have loaded."""

LOST: dict[Step, tuple[str, ...]] = {
    step: (
        f"before {CLIENT}._exchanged {call}",
        f"after {CLIENT}._exchanged {call}",
    )
    for step, call in (
        (("preflight",), 3),
        (("backup",), 2),
        (("load_sample",), 9),
        (("load_entity", "account"), 11),
        (("load_entity", "contact"), 13),
        (("link_references",), 12),
        (("retire_records",), 11),
        (UNDO, 20),
    )
}
"""Where the line to the CRM breaks, before a call is sent or when it has been carried out."""

LOOKED_UP: tuple[str, ...] = (
    f"before {REPLICA}.claims.Claims.settle",
    f"before {REPLICA}.claims.look_up",
    f"after {REPLICA}.claims.look_up",
    f"before {INTENTS}.find",
    f"after {REPLICA}.claims.Claims._note",
    f"after {TARGET}.begin",
    f"before {CREATION}._claim",
    f"after {CREATION}._claim",
    f"after {TARGET}._as_created",
    f"before {LOAD}.write._write_crosswalk",
    f"after {LOAD}.write._commit",
    f"before {DELIVERY}.changes",
)
"""Of the next attempt at a step that has died with records sent and not noted: it looks them up, and dies as well."""
