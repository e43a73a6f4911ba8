"""Why a task failed after its source was read, in Simplified Chinese, by the English form of each sentence."""

from crm_migration.web.chinese_faults import of_a_place

ANSWERS: dict[str, str] = {
    "the system is busy": "系统繁忙",
    "the service is away for a moment": "服务暂时不可用",
    "too many calls of one interface": "对同一接口的调用过多",
    "the token has expired": "令牌已过期",
    "the token is not valid": "令牌无效",
    "the day's quota of calls is used up": "当日调用配额已用尽",
    "no quota of calls has been bought": "未购买调用配额",
    "there is no such interface": "没有该接口",
    "offset out of range, or a parameter is missing": "offset 超出范围，或缺少参数",
    "an employee does not exist": "员工不存在",
}
"""What codes of Fxiaoke's interface mean."""
_WHOLE: dict[str, str] = {
    "refused with {told:answered}{trace:trace}": "被拒绝，{told}{trace}",
    "no answer ({error})": "没有应答（{error}）",
    "an answer with HTTP status {status} instead of 200": "HTTP 状态 {status}，而非 200",
    "an answer that is not JSON, or breaks off": "不是 JSON 或中断的内容",
    "an answer without an errorCode": "没有 errorCode 的内容",
    # Cleaning, drift and staging.
    "source '{source}': expected the users of target table '{table}' by '{column}' to be looked up before cleaning; "
    "run the step that describes the target first": (
        "数据源 '{source}'：清洗之前应先按 '{column}' 查找目标表 '{table}' 的用户；请先运行描述目标的步骤"
    ),
    "source '{source}', entity '{entity}', field '{field}': {count} value(s) cannot be read, the first in the row with "
    "key '{key}'; correct them at the source, or set the field's on_invalid to reject or null": (
        "数据源 '{source}'，实体 '{entity}'，字段 '{field}'：{count} 个值无法读取，首个在键为 '{key}' 的行；"
        "请在源中更正，或将该字段的 on_invalid 设为 reject 或 null"
    ),
    "format of a date: {fault}; correct it in the mapping": "日期格式：{fault}；请在映射中更正",
    "expected the folder of the files of a field of paths to be opened, found none": "路径字段的文件夹未打开",
    "expected column {column} in every file, found none in {files}": "每个文件都应有列 {column}，{files} 中却没有",
    "expected {before} the last load, found {now}; accept it with 'evolve' for one run, or go on without it with "
    "'discard'": "与上次加载不同：应为 {before}，现为 {now}；请在一次运行中以 'evolve' 接受，或以 'discard' 略过",
    "expected the columns of the last load, found none named {columns}; accept it with 'evolve' for one run, or go on "
    "without it with 'discard'": (
        "上次加载的列 {columns} 已不存在；请在一次运行中以 'evolve' 接受，或以 'discard' 略过"
    ),
    "staging: no room to write {path} ({error}); nothing of it was kept. Free some space and clear the task, or point "
    "CRM_MIGRATION_STAGING elsewhere and start a new run": (
        "暂存：没有空间写入 {path}（{error}）；没有保留任何内容。请释放空间并清除任务，或将 "
        "CRM_MIGRATION_STAGING 指向别处并开始新的运行"
    ),
    "staging {folder}: {free} MiB free, expected at least {least} MiB; free some space, or point CRM_MIGRATION_STAGING "
    "elsewhere": (
        "暂存 {folder}：剩余 {free} MiB，至少应有 {least} MiB；请释放空间，或将 CRM_MIGRATION_STAGING 指向别处"
    ),
    "run {run} has been loaded; a plan would replace its staging: choose another run id": (
        "运行 {run} 已加载，计划会覆盖其暂存：请另选运行编号"
    ),
    # The ledger and loads.
    "expected to load into this target, found run {run} loading into it for {seconds} s; the task will try again. If "
    "that run is stuck, end it: its lease is free {lease} s later": (
        "运行 {run} 正在加载该目标，已有 {seconds} 秒；任务会再次尝试。如果那次运行卡住，请结束它：其租约在 {lease} "
        "秒后释放"
    ),
    "this attempt holds fencing token {token}, but {holder} has taken over; nothing was written. Let the newer attempt "
    "finish": "本次尝试持有防护令牌 {token}，但 {holder} 已接管；没有写入任何内容。请等待较新的尝试完成",
    "ledger: lineage: expected every record to be a JSON object, found another text among {rows} records; restore the "
    "ledger's lineage table from its backup": (
        "台账：lineage 的每条记录应为 JSON 对象，{rows} 条记录中却有其他文本；请用备份恢复台账的 lineage 表"
    ),
    "more than {limit} of the rows that were loaded before are gone from the source; nothing was written. "
    "{listed:sentences}. Check that the source is whole, or raise tolerances.deleted_share knowingly": (
        "以前加载的行中有超过 {limit} 已从源中消失，没有写入任何内容。{listed}。请检查源是否完整，或有意识地调高 "
        "tolerances.deleted_share"
    ),
    "not every row is accounted for; see the report": "并非每一行都有去向；请查看报告",
    "the CRM refused to undo {count} record(s): {keys}": "CRM 拒绝撤销 {count} 条记录：{keys}",
    "later runs have written to the same records; roll back {runs} first": (
        "后来的运行写过相同的记录；请先回滚 {runs}"
    ),
    "{count} record(s) of run {run} were edited in the target since: {keys}. Undo would lose these edits; repeat with "
    "force to do it all the same": (
        "运行 {run} 的 {count} 条记录此后在目标系统中被修改：{keys}。撤销会丢失这些修改；若仍要撤销，请使用 force 重复"
    ),
    "run {run} cannot be undone while other records need what it loaded: {reason:sentence}. Remove or repoint those "
    "records, then repeat; nothing was changed": (
        "其他记录还需要运行 {run} 加载的内容，无法撤销：{reason}。请删除或改指这些记录后重复；没有更改任何内容"
    ),
    "{fault:sentence}; repair the file, or download it again": "{fault}；请修复文件，或重新下载",
    # The target's tables and the import files.
    "expected the API name of an active object of the company, found {name}; correct the entity's `target.object`, or "
    "let the connection's user see the object": (
        "应为企业中已启用对象的 API 名称，却是 {name}；请更正实体的 `target.object`，或让连接的用户可见该对象"
    ),
    "results: expected the wizard's result files, found none; name them": "应有导入向导的结果文件，却没有；请指明",
    "files: expected names of files in the folder of the connection {name}, found that no. {number} is none; put the "
    "wizard's file there and name it": (
        "应为连接 {name} 的文件夹中的文件名，第 {number} 个却不是；请将导入向导的文件放入其中并指明"
    ),
    "notify: expected Airflow's mail provider for 'via: smtp', found none installed; install "
    "apache-airflow-providers-smtp, or use 'via: webhook'": (
        "notify：'via: smtp' 需要 Airflow 的邮件组件，却未安装；请安装 apache-airflow-providers-smtp，或使用 "
        "'via: webhook'"
    ),
    "run {run} has loaded corrected rows of run {original}, which still lists those that it rejected: ask for the "
    "workbook of {same}, or repair the file that was uploaded once more": (
        "运行 {run} 重新加载了运行 {original} 的行，被拒绝的行仍列在后者中：请下载 {same} 的工作簿，或再次修复已上传"
        "的文件"
    ),
}
_OF_A_PLACE: dict[str, str] = {
    "expected column(s) {columns} in the staged 'extract' table; the mapping has changed since it was written: clear "
    "the extract task and run it again": (
        "暂存的 'extract' 表应有列 {columns}；映射在写入之后已修改：请清除抽取任务并重新运行"
    ),
    "expected column(s) {columns} in the target's {table}; the table has changed since it was loaded: restore it, or "
    "correct the mapping": "目标系统的 {table} 应有列 {columns}；该表在加载之后已修改：请恢复，或更正映射",
    "expected the column {column}, which target_review.changed names, found none; correct the mapping": (
        "没有 target_review.changed 所指的列 {column}；请更正映射"
    ),
    "expected the id of a new run, found one that is complete; nothing was read or written. Choose another run id, or "
    "none": "应为新的运行编号，该编号的运行却已完成；没有读取或写入任何内容。请另选编号，或留空",
    "expected the id of a new run, found one that has been rolled back; nothing was read or written. Choose another "
    "run id, or none": "应为新的运行编号，该编号的运行却已回滚；没有读取或写入任何内容。请另选编号，或留空",
    "no finished '{step}' table at {path}; clear the task that writes it (step '{same}') and run it again": (
        "{path} 处没有完成的 '{step}' 表；请清除写入它的任务（步骤 '{same}'）并重新运行"
    ),
    "a part named by the manifest is missing: {part}; clear the task that writes it and run it again": (
        "清单所列的部分缺失：{part}；请清除写入它的任务并重新运行"
    ),
    "a part named by the manifest is missing; clear the task that writes this table and run it again": (
        "清单所列的部分缺失；请清除写入该表的任务并重新运行"
    ),
    "no report at {path}; check the run id and CRM_MIGRATION_STAGING": (
        "{path} 处没有报告；请检查运行编号和 CRM_MIGRATION_STAGING"
    ),
    "no question about the sample in {path}; clear 'describe_sample' and run it again": (
        "{path} 中没有关于样本的询问；请清除 'describe_sample' 并重新运行"
    ),
    "expected a run that the ledger knows, found none of this id; look its id up in Airflow's grid or in the run's "
    "report": "台账中没有该编号的运行；请在 Airflow 的网格或运行的报告中查找编号",
    "expected at most {most} rejected rows, which a sheet holds, found more; write them as CSV to look at them, and "
    "repair them at the source": ("一张工作表至多容纳 {most} 行被拒绝的行，却更多；请输出为 CSV 查看，并在源中修复"),
    "the review expected a target no worse than the one before, found otherwise; look at {page} and repair what it "
    "names in the target:": "审查发现目标系统比上次更差；请查看 {page}，并在目标系统中修复其所列内容：",
    # Backups and rollbacks.
    "the backup at {path} reads back {rows} of {of} rows or another hash; nothing was loaded. Check the staging "
    "storage and clear the backup task": (
        "{path} 处的备份读回 {of} 行中的 {rows} 行，或哈希不同；没有加载任何内容。请检查暂存存储并清除备份任务"
    ),
    "expected a file that a rollback can put back, of at most {most} bytes, found one of {size}; nothing was loaded. "
    "Raise the target's max_allowed_packet, then clear the backup task": (
        "文件至多 {most} 字节才能在回滚时还原，却有 {size}；没有加载任何内容。请调高目标系统的 max_allowed_packet，"
        "再清除备份任务"
    ),
    "expected the file that was there a moment ago, found another; nothing was loaded. Clear the backup task": (
        "文件刚刚发生了变化；没有加载任何内容。请清除备份任务"
    ),
    "expected a full backup of what {source} writes, found none below the staging folder; make one: crm-migration "
    "backup": "暂存文件夹下没有 {source} 所写内容的完整备份；请执行 crm-migration backup",
    "expected a number of days above 0, found {told}; correct the setting": "天数应大于 0，却是 {told}；请更正设置",
    "the backup at {path} is not the one that was taken; make another": "{path} 处的备份不是当时所做的；请重新备份",
    "the before-images of run {run} are gone from staging": "运行 {run} 的前映像已不在暂存中",
    "the before-images of records that run {run} flagged or deleted are gone from staging; nothing was changed": (
        "运行 {run} 标记或删除的记录的前映像已不在暂存中；没有更改任何内容"
    ),
    "expected each file of its before-images below {path}, found one gone or changed; nothing was changed. Bring the "
    "staged files back from a backup, then repeat": (
        "{path} 下应有其前映像的每个文件，却有缺失或被修改的；没有更改任何内容。请从备份恢复暂存文件后重复"
    ),
    # What the target answers.
    "connection lost or busy (SQLSTATE {state}); the task will try again": (
        "连接中断或繁忙（SQLSTATE {state}）；任务会再次尝试"
    ),
    "connection lost or busy (error {code}); the task will try again": "连接中断或繁忙（错误 {code}）；任务会再次尝试",
    "the target answered error {code}; check mapping and privileges": "目标系统应答错误 {code}；请检查映射和权限",
    "the target answered (SQLSTATE {state}); check mapping and privileges": (
        "目标系统应答 (SQLSTATE {state})；请检查映射和权限"
    ),
    "{said} (SQLSTATE {state}); check mapping and privileges": "{said} (SQLSTATE {state})；请检查映射和权限",
    "{said}; the task will try again": "{said}；任务会再次尝试",
    "{said}; check the mapping against the target's tables": "{said}；请对照目标系统的表检查映射",
    "the target answered {told:answered}; the task will try again": "目标系统应答 {told}；任务会再次尝试",
    "the target answered {told:answered}; it takes calls again from {until}": (
        "目标系统应答 {told}；{until} 起重新接受调用"
    ),
    "the target answered {told:answered}, for a token that it had just granted; check the app and its "
    "user{trace:trace}": ("目标系统对刚刚发放的令牌应答 {told}；请检查应用及其用户{trace}"),
    "the target answered {told:answered}; look the code up in the vendor's list of return codes, correct the app, its "
    "permissions or the mapping, and repeat the task{trace:trace}": (
        "目标系统应答 {told}；请在厂商的返回码列表中查找该代码，更正应用、其权限或映射，然后重复任务{trace}"
    ),
    "the target cannot be reached ({error})": "无法连接目标系统（{error}）",
    "{told:sentence} came back; the task will try again": "应答为 {told}；任务会再次尝试",
    "expected a dataList of records in the answer to a query, found none": "查询的应答中应有记录的 dataList，却没有",
    "expected a total in the answer to a query, found none": "查询的应答中应有 total，却没有",
    "expected its fields in the answer to describe, found none": "describe 的应答中应有其字段，却没有",
    "expected records in the order of their {id}, found another": "记录应按 {id} 的顺序，却是其他顺序",
    "expected the API name of a field, found {name}": "应为字段的 API 名称，却是 {name}",
    "the answers to {count} new records were lost again and again; the task will try again": (
        "{count} 条新记录的应答一再丢失；任务会再次尝试"
    ),
    "the answers to {count} calls were lost again and again; the task will try again": (
        "{count} 次调用的应答一再丢失；任务会再次尝试"
    ),
    "{count} new records were refused after an answer about them had been lost, and are not to be found yet; the task "
    "will look again before it sends them again": (
        "{count} 条新记录在应答丢失后被拒绝，尚未找到；任务会先再次查找，然后重新发送"
    ),
    "expected {name} in the answer, found none; check the base URL and the app": (
        "应答中应有 {name}，却没有；请检查 base URL 和应用"
    ),
    "a field is mapped to another kind now, while changes of an earlier run have not reached the CRM; finish or roll "
    "back that run with the mapping it had": (
        "某个字段的类型已改，而先前运行的更改尚未到达 CRM；请用当时的映射完成或回滚那次运行"
    ),
    "expected {meant}, which identifies the records of {target}, found {found}; correct the mapping": (
        "应为标识 {target} 记录的 {meant}，却是 {found}；请更正映射"
    ),
    "expected a {kinds} database as target, found {kind}; name another connection in the mapping": (
        "目标数据库应为 {kinds} 之一，却是 {kind}；请在映射中改用其他连接"
    ),
    "no table {table} in schema {schema}; create it or correct 'target.object'": (
        "模式 {schema} 中没有表 {table}；请创建，或更正 'target.object'"
    ),
    "expected a connection to {kind} beside the ledger's database, found none; name it as target.connection": (
        "除台账的数据库外还应有到 {kind} 的连接，却没有；请以 target.connection 指明"
    ),
    "expected a ledger, found none; run the mapping first": "尚无台账；请先运行映射",
}
_OF_IMPORT_FILES: dict[str, str] = {
    "expected a folder of this machine for import files (type fs), found one by {kind}; name another connection as "
    "target.connection": "导入文件的文件夹应在本机（类型 fs），却是 {kind}；请以 target.connection 指明其他连接",
    "expected a folder that is there for import files, found none; create it, or correct the connection's path": (
        "导入文件的文件夹不存在；请创建，或更正连接的路径"
    ),
    "expected the before-images of {count} refused changes of run {run} in staging, found {found}; nothing was "
    "changed. Point CRM_MIGRATION_STAGING at the staging that the run was loaded with": (
        "暂存中应有运行 {run} 的 {count} 项被拒绝更改的前映像，却有 {found} 项；没有更改任何内容。请将 "
        "CRM_MIGRATION_STAGING 指向该运行加载时的暂存"
    ),
    "expected fields of the entity, found {found}; correct columns, labels or values": (
        "应为实体的字段，却是 {found}；请更正 columns、labels 或 values"
    ),
    "expected a header of its own for each field, found {header} twice; correct labels": (
        "每个字段应有自己的表头，{header} 却重复；请更正 labels"
    ),
    "expected at most {most} columns, which is what the import wizard takes, found {found}; map fewer fields or raise "
    "columns_per_file": "导入向导至多接受 {most} 列，却有 {found} 列；请减少映射的字段，或调高 columns_per_file",
    "expected headers in letters of {encoding}, found {found}; take another encoding": (
        "表头应使用 {encoding} 的字符，却有 {found}；请改用其他编码"
    ),
    "expected a manifest.json, found none; write the import files again": ("没有 manifest.json；请重新写出导入文件"),
    "expected records that fit into the wizard's files, found {count} that do not ({why}); raise the limits in "
    "target.import_files, and clear the task": (
        "记录应能放入导入向导的文件，却有 {count} 条不能（{why}）；请调高 target.import_files 的限制，并清除任务"
    ),
    "expected a file, found none; give the path of a file that is there": "文件不存在；请给出存在的文件的路径",
    "expected the columns of object {name} ({count}), found other ones ({found}); take a file as it was written": (
        "应为对象 {name} 的 {count} 列，却是其他的 {found} 列；请使用原样写出的文件"
    ),
    "expected a run that was loaded, found one that the ledger does not know": "应为已加载的运行，台账中却没有",
    "expected a run that was loaded, found one that was rolled back": "应为已加载的运行，却已回滚",
    "expected in staging what the run has handed over, found nothing; point CRM_MIGRATION_STAGING at the run's folder, "
    "or take a run that has written files": (
        "暂存中没有该运行交付的内容；请将 CRM_MIGRATION_STAGING 指向该运行的文件夹，或改用写出过文件的运行"
    ),
    "expected that the records stay refused that an earlier result says so of, found {count} that are loaded by now, "
    "or that no file mentions. They are handed over again to be created: delete in the CRM those that are there, and "
    "give all result files of the first import together, without those of a second one; nothing was changed": (
        "先前结果中被拒绝的记录应仍被拒绝，却有 {count} 条已加载或未被任何文件提及。它们会再次交付以便创建：请在 CRM "
        "中删除已存在的，并一次给出首次导入的全部结果文件，不含第二次的；没有更改任何内容"
    ),
    "expected refused records that no later run has changed, found {count}; read the results of the later run, or roll "
    "it back; nothing was changed": (
        "被拒绝的记录不应被后来的运行修改，却有 {count} 条；请读取后来运行的结果，或将其回滚；没有更改任何内容"
    ),
    "expected the results of one import, found external ids that may be of {names}; say which with --object and "
    "--action, or give the file the name of the import file": (
        "应为一次导入的结果，外部编号却可能属于 {names}；请用 --object 和 --action 指明，或让文件与导入文件同名"
    ),
    "expected the actions {actions}, found {count} records with another one": (
        "操作应为 {actions} 之一，却有 {count} 条记录是其他操作"
    ),
    "expected an external id ({name}) in every record, found {count} without one; give the entity a key that every row "
    "has": "每条记录应有外部编号 ({name})，却有 {count} 条没有；请为实体指定每行都有的键",
    "expected a target of kind 'import_files', which alone has result files, found {kind}; choose another mapping": (
        "只有 'import_files' 类型的目标才有结果文件，却是 {kind}；请选择其他映射"
    ),
    "expected a target of kind 'import_files', which alone has result files, found {kind}; name another mapping": (
        "只有 'import_files' 类型的目标才有结果文件，却是 {kind}；请选择其他映射"
    ),
}
_OF_NOTICES: dict[str, str] = {
    "expected the mail server to take the notice, found {error}; check the connection (type smtp, with from_email in "
    "its extra), and whether the server answers": (
        "邮件服务器没有接受通知（{error}）；请检查连接（类型 smtp，extra 中有 from_email）以及服务器是否应答"
    ),
    "expected a web address (type http, with a host), found type {kind}; correct the connection": (
        "应为网址（类型 http，含主机），却是类型 {kind}；请更正连接"
    ),
    "expected one of {forms} as 'form' in its extra, found another; correct it": (
        "extra 中的 'form' 应为 {forms} 之一；请更正"
    ),
    "expected the address to take the notice, found {found}; check the connection, and whether the address answers": (
        "该地址没有接受通知（{found}）；请检查连接以及该地址是否应答"
    ),
}

TASK_FAULTS: dict[str, str] = _WHOLE | of_a_place(_OF_A_PLACE | _OF_IMPORT_FILES | _OF_NOTICES)
