"""Legal forms of companies by country, written as they look after folding.

Folded: small letters, no accents, no dots, "&" as "and". The list is our own: cleanco and rigour miss or mangle
what their makers did not think of, Chinese forms above all.
"""

LEGAL_FORMS: dict[str, tuple[str, ...]] = {
    "AE": ("fze", "fzco", "fz llc", "llc", "pjsc"),
    "AT": ("gesmbh", "gmbh", "ag", "kg", "og", "eu"),
    "AU": ("pty", "pty ltd", "proprietary limited"),
    "BE": ("bvba", "sprl", "bv", "srl", "nv", "sa", "nvsa", "sanv", "vof"),
    "BG": ("ood", "eood", "ad", "ead", "оод", "еоод", "ад", "еад"),
    "BR": ("ltda", "eireli", "sa"),
    "CH": ("ag", "sa", "gmbh", "sarl", "sagl"),
    "CL": ("spa", "eirl", "ltda"),
    "CZ": ("sro", "spol s ro", "as"),
    "DE": (
        "gmbh", "mbh", "ggmbh", "ag", "kg", "kgaa", "ohg", "ug",
        "haftungsbeschrankt", "gbr", "ek", "eg", "ev", "se",
        "partg", "gesellschaft mit beschrankter haftung", "aktiengesellschaft", "kommanditgesellschaft",
    ),
    "DK": ("aps", "as", "ivs"),
    "EE": ("ou",),
    "ES": ("sl", "slu", "sa", "sau", "slne", "sociedad limitada", "sociedad anonima"),
    "FI": ("oy", "oyj", "ab", "tmi", "ky"),
    "FR": ("sa", "sarl", "sas", "sasu", "eurl", "sci", "snc", "scop", "societe anonyme"),
    "GB": ("ltd", "limited", "plc", "llp", "cic"),
    "GR": ("ae", "epe", "ike", "αε", "επε", "ικε"),
    "HR": ("doo", "dd", "jdoo"),
    "HU": ("kft", "zrt", "nyrt", "bt"),
    "ID": ("tbk", "persero"),
    "IE": ("dac", "clg", "ltd", "teoranta"),
    "IN": ("pvt", "pvt ltd", "private limited", "llp"),
    "IS": ("hf", "ehf"),
    "IT": ("spa", "srl", "srls", "sas", "snc", "sapa", "scarl"),
    "JP": ("kk", "gk", "kabushiki kaisha", "godo kaisha"),
    "LT": ("uab",),
    "LU": ("sarl", "sa rl", "sa", "scs"),
    "LV": ("sia",),
    "MX": ("sa de cv", "sab de cv", "sapi de cv", "s de rl de cv", "sa", "sc"),
    "MY": ("sdn", "bhd", "sdn bhd", "berhad"),
    "NL": ("bv", "nv", "vof", "cv"),
    "NO": ("as", "asa", "ans"),
    "PE": ("sac", "saa", "eirl"),
    "PL": (
        "sp z oo", "sp z o o", "spz oo", "sp zoo", "spzoo", "spolka z ograniczona odpowiedzialnoscia", "sa", "sp k",
        "sp j",
    ),
    "PT": ("lda", "sa", "sgps", "unipessoal"),
    "RO": ("srl", "sa", "pfa"),
    "RU": (
        "joint stock company", "open joint stock company", "public joint stock company",
        "jsc", "ojsc", "cjsc", "pjsc",
        "ooo", "oao", "zao", "pao", "ооо", "оао", "зао", "пао", "ао",
    ),
    "SE": ("ab", "publ", "hb", "kb"),
    "SG": ("pte", "pte ltd"),
    "SK": ("sro", "as"),
    "TH": ("pcl", "public company limited"),
    "TR": ("as", "ltd sti", "anonim sirketi", "limited sirketi"),
    "UA": ("тов", "ат", "прат", "тзов"),
    "US": (
        "inc", "incorporated", "corp", "corporation", "llc", "lc", "lp",
        "llp", "pllc", "pc", "co", "company", "coltd",
        "limited liability company",
    ),
    "ZA": ("pty", "pty ltd", "cc"),
}  # fmt: skip
IN_FRONT = (
    "pt", "cv", "ooo", "oao", "zao", "pao", "ооо", "оао", "зао",
    "пао", "ао", "тов", "uab", "sia", "the", "jsc", "ojsc", "cong ty tnhh",
)  # fmt: skip
CHINESE_FORMS = (
    "股份有限公司", "有限责任公司", "有限責任公司", "有限公司", "股份公司", "集团公司",
    "集團公司", "集团", "集團", "股份",
)  # fmt: skip
EITHER_END = (
    "株式会社", "株式會社", "有限会社", "合同会社", "合資会社", "주식회사", "유한회사",
)  # fmt: skip
