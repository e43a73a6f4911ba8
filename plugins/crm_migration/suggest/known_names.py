"""What columns and tables of CRM systems are called: data only, English first, then what other languages write.

PHRASES rewrites runs of words, longest first, after each word was put in the singular; what comes out are the words
that names are compared by. SCRIPTS does the same for scripts that put no blanks between words.
"""

PHRASES_TEXT = """
created: date entered|entered date|entered on|create date|created date|date created|creation date|created on|created at
created: create time|created time|creation time|entry date|insert date|inserted at|date added|erstellt am|angelegt am
created: fecha creacion|date creation|erstelldatum|anlagedatum
updated: date modified|modified date|modified on|modified at|last modified date|last modified|last update|last updated
updated: updated at|updated on|date updated|update time|updated time|modify time|modified time|changed at|changed on
updated: change date|last changed|last modified at|system modstamp|geaendert am|geändert am|aenderungsdatum
owner: assigned user id|assigned user|assigned to id|assigned to|owner id|owner user id|account manager|account owner
owner: sale rep|sales rep|responsible|responsible user|zustaendig|zuständig|betreuer|record owner|contact owner
mailing: primary address|mailing address|mail address|home address|postal address
billing: billing address|invoice address|bill to|rechnungsadresse|bill address
shipping: shipping address|delivery address|ship to|lieferadresse
postalcode: postcode|zipcode
postalcode: postal code|post code|zip code|zip|plz|zip postal code|code postal|codigo postal|postleitzahl
street: street address|address street|address line|address line 1|strasse|straße|rue|calle|street line
city: town|ort|stadt|ville|ciudad|locality|place
state: province|region|bundesland|county|state province|provincia
country: land|nation|pays|pais|país|country name
phone: phone office|phone work|office phone|work phone|business phone|main phone|phone main|telephone|tel|phone number
phone: telephone number|telefon|telefonnummer|teléfono|telefono|téléphone|phone primary|primary phone|company phone
mobile: mobile phone|phone mobile|cell phone|phone cell|cell|cellphone|mobile number|handy|mobil|mobiltelefon|portable
homephone: home phone|phone home|private phone
fax: fax number|phone fax|telefax|fax phone
email: email adresse|emailadresse
email: email address|e mail|e mail address|mail|primary email|email primary|work email|correo|courriel|mailadresse
firstname: first name|given name|forename|vorname|prenom|prénom|fname|christian name|nombre
lastname: last name|surname|family name|nachname|nom de famille|lname|apellido|apellidos
salutation: anrede|courtesy title|name prefix|honorific|form of address
title: job title|position|job position|function|job function|berufsbezeichnung
website: web site|url|homepage|home page|web|site|web address|webseite|internet
description: background info|background|about
description: comment|remark|memo|bemerkung|notiz|notizen|note text|beschreibung|details
stage: sale stage|sales stage|stage name|deal stage|phase|opportunity stage|pipeline stage
amount: deal value|opportunity amount|betrag|summe|montant|importe|deal amount|total amount
close date: date closed|closed date|closing date|close on|expected close date|expected close|closed at|abschlussdatum
probability: likelihood|win probability|wahrscheinlichkeit
start: start date|date start|start at|start on|start time|begin|begin date|begin at|beginn|started at|date started
end: end date|date end|end at|end on|end time|due date|date due|due on|finish|finish date|ende|ended at|due
subject: betreff|topic|objet|asunto|headline
employee: number of employee|employee count|headcount|no of employee|mitarbeiter|staff size|employee number
annual revenue: revenue|turnover|umsatz|yearly revenue|annual turnover
birthdate: birthday|birth date|date of birth|dob|geburtsdatum|birth day
tax number: vat id|vat number|tax id|tax no|vat|ust id|ustid|steuernummer|vat no|vatin
account number: customer no|customer number|client number|account no|kundennummer|kunde nr
language: preferred language|locale|sprache
currency: currency code|currency iso code|iso currency|waehrung|währung
lead source: source of lead|lead origin|herkunft
optout: opt out|opted out|unsubscribed|has opted out of email|email opt out|no email
donotcall: do not call|dont call|no call|do not phone
report to: manager|supervisor|vorgesetzter|reports to
type: category|kind|kategorie|typ|art
number: no|nr|num|nummer
id: identifier|uuid|guid|uid
deleted: is deleted|deleted flag|is removed|removed|geloescht|gelöscht
status: state of|zustand
industry: branche|sector
budget: planned budget|budget amount
account: company|firm|organization|organisation|customer|client|kunde|firma|unternehmen|empresa|entreprise|societe
account: kunden|firmen|clientes|clients|konten|konto
contact: kontakte|ansprechpartnerin|contactos|personen
account: account name|customer name|company name|firmenname|kundenname
contact: person|kontakt|ansprechpartner|contacto|persona|individual
lead: prospect|interessent
opportunity: deal|opp|verkaufschance|oportunidad|sale opportunity
campaign: kampagne|campana|marketing campaign
activity: aktivitaet|aktivität|actividad|interaction|engagement
call: phone call|telephone call|anruf
meeting: appointment|termin|event|visit|calendar event
task: todo|to do|aufgabe|follow up
note: notiz eintrag
member: participant|recipient|attendee
user: benutzer|usuario|login
name: bezeichnung|label|nom
"""
SCRIPTS = {
    "创建时间": "created",
    "创建日期": "created",
    "建立时间": "created",
    "修改时间": "updated",
    "更新时间": "updated",
    "最后修改": "updated",
    "负责人": "owner",
    "所有者": "owner",
    "客户名称": "account name",
    "公司名称": "account name",
    "客户编号": "account number",
    "客户": "account",
    "公司": "account",
    "企业": "account",
    "联系人": "contact",
    "人员": "contact",
    "线索": "lead",
    "商机": "opportunity",
    "市场活动": "campaign",
    "活动": "activity",
    "任务": "task",
    "会议": "meeting",
    "通话": "call",
    "手机号码": "mobile",
    "手机号": "mobile",
    "手机": "mobile",
    "联系电话": "phone",
    "电话号码": "phone",
    "电话": "phone",
    "传真": "fax",
    "电子邮箱": "email",
    "电子邮件": "email",
    "邮箱": "email",
    "邮件": "email",
    "邮政编码": "postalcode",
    "邮编": "postalcode",
    "详细地址": "street",
    "地址": "street",
    "街道": "street",
    "城市": "city",
    "省份": "state",
    "省": "state",
    "国家": "country",
    "备注": "description",
    "描述": "description",
    "说明": "description",
    "金额": "amount",
    "销售阶段": "stage",
    "阶段": "stage",
    "概率": "probability",
    "预计成交日期": "close date",
    "成交日期": "close date",
    "结单日期": "close date",
    "来源": "source",
    "状态": "status",
    "类型": "type",
    "类别": "type",
    "行业": "industry",
    "网站": "website",
    "网址": "website",
    "职位": "title",
    "职务": "title",
    "部门": "department",
    "称谓": "salutation",
    "姓名": "name",
    "名称": "name",
    "姓": "lastname",
    "名": "firstname",
    "主题": "subject",
    "编号": "number",
    "生日": "birthdate",
    "语言": "language",
    "货币": "currency",
    "币种": "currency",
    "员工数": "employee",
    "日期": "date",
    "会社名": "account name",
    "会社": "account",
    "取引先": "account",
    "氏名": "name",
    "住所": "street",
    "メール": "email",
    "担当者": "contact",
}
WEAK = {
    "id": 0.3,
    "name": 0.5,
    "number": 0.5,
    "code": 0.5,
    "date": 0.3,
    "time": 0.3,
    "at": 0.2,
    "on": 0.2,
    "flag": 0.3,
    "is": 0.2,
    "key": 0.3,
    "primary": 0.6,
    "main": 0.4,
    "value": 0.5,
    "text": 0.4,
    "field": 0.2,
    "system": 0.2,
    "record": 0.4,
    "address": 0.6,
    "a": 0.1,
    "the": 0.1,
    "of": 0.1,
    "export": 0.1,
    "extract": 0.1,
    "list": 0.1,
    "data": 0.1,
    "table": 0.1,
    "tbl": 0.1,
    "sheet": 0.1,
    "file": 0.1,
    "copy": 0.1,
    "report": 0.2,
    "associated": 0.3,
    "related": 0.3,
}
"""How much a word tells, where it tells less than others."""
RELATED = {
    frozenset({"subject", "name"}): 0.75,
    frozenset({"subject", "title"}): 0.7,
    frozenset({"account", "name"}): 0.55,
    frozenset({"mobile", "phone"}): 0.5,
    frozenset({"stage", "status"}): 0.6,
    frozenset({"amount", "value"}): 0.75,
    frozenset({"amount", "total"}): 0.7,
    frozenset({"amount", "price"}): 0.6,
}
"""Words that stand for each other at times."""
IRREGULAR = {
    "people": "person",
    "addresses": "address",
    "addr": "address",
    "addrs": "address",
    "statuses": "status",
    "campaigns": "campaign",
}
ADDRESS_PARTS = frozenset({"street", "city", "state", "postalcode", "country"})
SUBTYPES = {"activity": frozenset({"call", "meeting", "task", "note", "email"})}
"""Tables that feed one object of a target, each with a type of its own."""
BROADER = {"account": frozenset({"contact", "lead"}), "lead": frozenset({"contact"})}
"""What a table's word may mean besides: a list of customers may be one of persons."""
CHOICE_WORDS = frozenset(
    {"type", "stage", "status", "source", "industry", "rating", "priority", "tier", "role", "gender", "segment"}
) | {"direction", "reason", "level", "group", "class", "ownership", "salutation", "resolution", "channel", "phase"}
MONEY_WORDS = frozenset({"amount", "revenue", "budget", "price", "cost", "total", "value", "salary", "fee", "sum"})
EXTERNAL_WORDS = frozenset({"legacy", "external", "ext", "source", "import", "foreign", "origin", "migration", "old"})
COUNT_WORDS = frozenset({"count", "total", "sum", "amount", "position", "sequence", "duration", "rank"})
TYPE_WORDS = frozenset({"type", "module", "table", "class", "object", "model", "entity"})
