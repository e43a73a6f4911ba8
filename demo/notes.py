"""Free text of the demo: descriptions, subjects, titles, as a legacy CRM stores them.

Line breaks, tabs, HTML entities, emoji and CJK text are meant: they must arrive unharmed.
"""

DESCRIPTIONS = (
    "Met at the trade fair.\nWants a quote by the end of the quarter.",
    "Wichtiger Kunde \u2013 bitte nur vormittags anrufen.\r\nR\u00fcckruf vereinbart.",
    "Prefers e-mail &amp; Teams; phone only in emergencies.",
    "\u8054\u7cfb\u4eba\u5728\u5317\u4eac\u529e\u516c\u5ba4\u3002\n\u5408\u540c\u5df2\u7b7e\u7f72\uff0c\u7b49\u5f85\u4ed8\u6b3e\u3002",
    "Renewal due \U0001f504 next spring. Discount agreed: 12,5 %",
    "Items:\t3 \u00d7 pump\t2 \u00d7 valve\nDelivery:\tDresden",
    "Said: &quot;call me after the holidays&quot;.",
    "Ne pas d\u00e9ranger pendant l&#039;\u00e9t\u00e9 \u2600\ufe0f",
    "\u62c5\u5f53\u8005\u304c\u5909\u66f4\u306b\u306a\u308a\u307e\u3057\u305f\u3002\u65b0\u3057\u3044\u62c5\u5f53\u8005\u306b\u9023\u7d61\u3057\u3066\u304f\u3060\u3055\u3044\u3002",
    "Gro\u00dfauftrag m\u00f6glich \U0001f680; Entscheider ist der Einkauf.",
    "C:\\angebote\\2021\\entwurf.docx, see also 100% of folder \\\\nas01",
    "=SUM(A1:A3) was pasted here by mistake; +49 in front of each number, too.",
    "Long history. " + "Contacted several times without an answer; try again after the reorganisation. " * 12,
    "\U0001f468\u200d\U0001f469\u200d\U0001f467 family business, third generation\n\n\nsee the notes of the last visit",
    "NULL",
    "Pays late (30 days &gt; terms), keep an eye on it.",
)
SUBJECTS = (
    "Follow-up call", "Angebot besprechen", "Send brochure &amp; price list", "Kick-off meeting", "产品演示", "Renewal check",
    "Reklamation Lieferung", "Rappel client", "打ち合わせ", "Contract review \U0001f4dd", "Visit on site", "Budget 2022 &quot;final&quot;",
    "Ask for references", "Einladung zur Messe", "Quarterly review", "R\u00fcckruf erbeten", "Prepare workshop",
)  # fmt: skip
TITLES = (
    "CEO", "Managing Director", "Head of Sales", "Gesch\u00e4ftsf\u00fchrer", "Buyer", "Eink\u00e4uferin", "CTO", "Project Manager",
    "Office Manager", "Sales &amp; Marketing Manager", "Engineer", "\u603b\u7ecf\u7406", "\u91c7\u8d2d\u7ecf\u7406", "\u55b6\u696d\u90e8\u9577",
    "Responsable des achats", "Controller", "",
)  # fmt: skip
DEPARTMENTS = (
    "Sales",
    "Einkauf",
    "IT",
    "R&amp;D",
    "Finance",
    "HR",
    "\u5e02\u573a\u90e8",
    "Production",
    "Marketing",
    "",
)
PRODUCTS = (
    "Pumps", "Wartungsvertrag", "ERP rollout", "License renewal", "\u4e91\u670d\u52a1\u5668", "Valves &amp; fittings", "Schulung",
    "Packaging line", "Spare parts", "Service desk", "Data migration", "Sensors", "Support Gold",
)  # fmt: skip
NEXT_STEPS = ("Send offer", "Call the buyer", "Wait for budget", "Visit", "Draft contract", "")
CAMPAIGN_NAMES = (
    "Spring Mailing", "Messe Hannover", "Product Launch", "Kundentag", "Newsletter", "Black Friday", "\u6625\u8282\u4fc3\u9500",
    "Webinar Series", "Salon de Lyon", "Win-back", "\u590f\u306e\u30ad\u30e3\u30f3\u30da\u30fc\u30f3", "Trade &amp; Save",
)  # fmt: skip
EMPTY_PHONES = ("n/a", "siehe oben", "12345", "unbekannt", "-")
BAD_EMAILS = (
    "n/a",
    "keine",
    "jane.doe@",
    "@example",
    "john doe at example",
    "a..b@mailhaus.example",
    "x@y@postbox.example",
)
BAD_DATES = ("2021-02-31", "31.02.2020", "2023-13-05", "2022-00-17", "soon")
BAD_AMOUNTS = ("n/a", "99999999999999.99", "twelve thousand", "1234567890123456789")
BAD_BIRTHDATES = ("31.02.1980", "1975-13-01", "unknown")
