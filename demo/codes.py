"""The legacy CRM's code lists: each code with its meaning in the target, and how often it occurs.

A blank code is how the legacy CRM says that nothing was chosen. `BAD_CODE` is in no list.
"""

BAD_CODE = "XX9"

INDUSTRIES = {
    "TECH": "technology", "MFG": "manufacturing", "RETL": "retail", "FIN": "finance", "HLTH": "healthcare",
    "EDU": "education", "GOV": "government", "LOGI": "logistics", "ENER": "energy", "CONS": "construction",
}  # fmt: skip
ACCOUNT_TYPES = {
    "CUST": "customer",
    "PROS": "prospect",
    "PART": "partner",
    "SUPP": "supplier",
    "COMP": "competitor",
}
TIERS = {"A": "gold", "B": "silver", "C": "bronze"}
LEAD_SOURCES = {
    "WEB": "web", "COLD": "cold_call", "REF": "referral", "EXPO": "trade_show", "PTNR": "partner", "MAIL": "mailing",
    "SELF": "self_generated", "OTH": "other",
}  # fmt: skip
LEAD_STATUSES = {
    "NEW": "new", "ASSG": "assigned", "INPR": "in_progress", "CONV": "converted", "RECY": "recycled", "DEAD": "dead",
}  # fmt: skip
STAGES = {
    "PROS": "prospecting", "QUAL": "qualification", "NEED": "needs_analysis", "PROP": "proposal",
    "NEGO": "negotiation", "WON": "closed_won", "LOST": "closed_lost",
}  # fmt: skip
STAGE_PROBABILITY = {
    "PROS": 10,
    "QUAL": 20,
    "NEED": 25,
    "PROP": 65,
    "NEGO": 80,
    "WON": 100,
    "LOST": 0,
    BAD_CODE: 50,
}
OPPORTUNITY_TYPES = {"NEWB": "new_business", "EXST": "existing_business"}
ACTIVITY_TYPES = {"call": "call", "meeting": "meeting", "task": "task", "note": "note"}
ACTIVITY_STATUSES = {
    "PLND": "planned", "HELD": "held", "NOTH": "not_held", "NEW": "not_started", "INPR": "in_progress",
    "DONE": "completed", "DEFR": "deferred",
}  # fmt: skip
CAMPAIGN_STATUSES = {"PLAN": "planning", "ACTV": "active", "INAC": "inactive", "COMP": "complete"}
CAMPAIGN_TYPES = {"EML": "email", "TEL": "telesales", "POST": "mail", "EXPO": "event", "WEB": "web"}
MEMBER_STATUSES = {
    "SENT": "sent",
    "OPEN": "opened",
    "CLCK": "clicked",
    "RESP": "responded",
    "BNCE": "bounced",
}
LANGUAGES = {"de": "de_DE", "en": "en_US", "fr": "fr_FR", "zh": "zh_CN", "ja": "ja_JP"}
"""Locale to the value of contacts_cstm.preferred_language_c."""
SALUTATIONS = {
    "de": ("Herr", "Frau"), "en": ("Mr.", "Ms."), "fr": ("M.", "Mme"), "zh": ("先生", "女士"), "ja": ("様", "様"),
}  # fmt: skip
"""By locale, for men and for women; "Dr." and a blank occur too."""
