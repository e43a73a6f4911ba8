"""Why Google could not be read, in Simplified Chinese, by the English form of each sentence."""

from crm_migration.web.chinese_faults import of_a_place

_ANSWERS: dict[str, str] = {
    "a truncated answer": "不完整的应答",
    "a truncated answer ({error})": "不完整的应答（{error}）",
    "an answer of another shape": "形式不同的应答",
    "a refusal to go on in the middle": "拒绝从中间继续",
    "a list that says it is incomplete": "自称不完整的列表",
    "HTTP {status} for a token": "获取令牌时 HTTP {status}",
    "a truncated token": "不完整的令牌",
    "none on the connection ({error})": "连接中断（{error}）",
}
_OF_A_PLACE: dict[str, str] = {
    "expected an answer from Google, found {why:sentence}, asked {times:times}; the task can be repeated as it is": (
        "Google 没有正常应答：{why}，共请求 {times}；可原样重复该任务"
    ),
    "expected an answer from Google, found {why:sentence}, which asked to wait {seconds} seconds more, asked "
    "{times:times}; the task can be repeated as it is": (
        "Google 没有正常应答：{why}，并要求再等 {seconds} 秒，共请求 {times}；可原样重复该任务"
    ),
    "expected the bytes that Drive describes, found others in each of {times} attempts; repeat the task when nobody "
    "writes the file": "{times} 次获取的内容都与 Drive 的描述不符；请在无人写入该文件时重复任务",
    "expected at most {most} bytes, found more; split the file": "文件至多 {most} 字节，却更大；请拆分文件",
    "expected an answer of at most {most} bytes, found a larger one": "应答至多 {most} 字节，却更大",
    "expected an end of the list, found ever more pages; repeat the task": "列表没有结尾；请重复任务",
    "expected a folder, found a file of type {kind}; correct its id": (
        "应为文件夹，却是类型为 {kind} 的文件；请更正其 id"
    ),
    "expected it outside the bin, found it inside; restore it, or name another one": (
        "它在回收站中；请恢复，或改用其他的"
    ),
    "expected folders at most {most} deep, found deeper ones; name a folder further down": (
        "文件夹至多 {most} 层，却更深；请指明更下层的文件夹"
    ),
    "expected at most {most} files that fit {pattern}, found more; name a folder further down, or a narrower pattern": (
        "符合 {pattern} 的文件至多 {most} 个，却更多；请指明更下层的文件夹，或缩小 pattern"
    ),
    "expected an answer, found {told}; look at what stands between here and Google": (
        "没有正常应答，却是 {told}；请检查此处与 Google 之间的网络设备"
    ),
    "Google gives {account} no token; renew the key in the connection, and check this machine's clock": (
        "Google 不向 {account} 发放令牌；请更新连接中的密钥，并检查本机时钟"
    ),
    "Google gives {account} no token ({reasons}); renew the key in the connection, and check this machine's clock": (
        "Google 不向 {account} 发放令牌（{reasons}）；请更新连接中的密钥，并检查本机时钟"
    ),
    "Google's quota is used up, found {told}; repeat the task when it is refilled": (
        "Google 的配额已用尽（{told}）；请在配额恢复后重复任务"
    ),
    "the Google {api} API is switched off, found {told}; enable it for the project of {account}": (
        "Google {api} API 未启用（{told}）；请为 {account} 的项目启用"
    ),
    "Google does not accept the key of {account}, found {told}; renew the key": (
        "Google 不接受 {account} 的密钥（{told}）；请更新密钥"
    ),
    "cannot be read, found {told}: the organisation's rules forbid it; ask its administrator": (
        "无法读取（{told}）：组织的规则不允许；请联系其管理员"
    ),
    "cannot be read, found {told}: its owner forbids downloads; ask the owner to allow them": (
        "无法读取（{told}）：所有者禁止下载；请联系所有者允许下载"
    ),
    "cannot be read, found {told}: Google holds it for malware or spam; have a person look at it": (
        "无法读取（{told}）：Google 认为它是恶意软件或垃圾内容；请人工查看"
    ),
    "is not there or not shared, found {told}; correct its id, or share it, as viewer, with {account}": (
        "不存在或未共享（{told}）；请更正其 id，或以查看者身份共享给 {account}"
    ),
    "Google does not understand the question, found {told}; correct the id": (
        "Google 无法理解请求（{told}）；请更正 id"
    ),
    "expected an id of Google Drive (letters, digits, - and _), found something else; copy it from the address of the "
    "file or folder": "应为 Google Drive 的 id（字母、数字、- 和 _）；请从文件或文件夹的网址中复制",
    "expected a file's id of letters, digits, - and _, found another one": "文件的 id 应由字母、数字、- 和 _ 组成",
    "expected an `endpoint` such as http://127.0.0.1:8080, on this machine, found another address; leave it out to ask "
    "Google": "`endpoint` 应为本机地址，例如 http://127.0.0.1:8080；要访问 Google 请将其删除",
    "expected type {meant}, found {found}; correct the connection's type": (
        "类型应为 {meant}，却是 {found}；请更正连接的类型"
    ),
    "expected the key as a JSON object, found something else; paste it as it is": ("密钥应为 JSON 对象；请原样粘贴"),
    "expected a key whose token_uri is Google's, found another address; create a new key": (
        "密钥的 token_uri 应为 Google 的地址；请创建新密钥"
    ),
    "expected a whole number as `num_retries`, found something else; correct it": "`num_retries` 应为整数；请更正",
    "expected the JSON key of a service account, found one that cannot be used; create a new key and paste it as it "
    "is": "服务账号的 JSON 密钥无法使用；请创建新密钥并原样粘贴",
    "expected the key of a service account as `keyfile_dict` or `key_path` in its extra, found neither; add one": (
        "extra 中应有服务账号的密钥 `keyfile_dict` 或 `key_path`，却都没有；请添加其一"
    ),
    "expected a key file at `key_path`, found none that can be read ({error}); correct the path": (
        "`key_path` 处没有可读取的密钥文件（{error}）；请更正路径"
    ),
    "expected a Google Sheet as this program lands it, found another file; clear the run": (
        "应为本程序获取的 Google 表格，却是其他文件；请清除该运行"
    ),
    "expected a spreadsheet that stays as it is while it is fetched, found it edited in each of {times} attempts; "
    "repeat the task when it is left alone": "{times} 次获取期间表格都被修改；请在无人修改时重复任务",
    "expected a Google Sheet, found a file of type {kind}; read it as kind: google_drive, or save it as a Google "
    "Sheet": "应为 Google 表格，却是类型为 {kind} 的文件；请以 kind: google_drive 读取，或另存为 Google 表格",
    "expected the id of a Google Sheet as source.spreadsheet; add it": (
        "source.spreadsheet 应为 Google 表格的 id；请添加"
    ),
    "expected the id of a folder as source.folder; add it": "source.folder 应为文件夹的 id；请添加",
}

GOOGLE_FAULTS: dict[str, str] = _ANSWERS | of_a_place(_OF_A_PLACE)
