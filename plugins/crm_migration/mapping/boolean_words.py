"""Words for true and false that need no mention in a mapping; small letters, for case and width do not matter."""

TRUE_WORDS = (
    "1", "true", "t", "yes", "y", "on", "ja", "j", "wahr", "oui", "vrai", "si", "sí", "verdadero", "sim", "verdadeiro",
    "vero", "waar", "tak", "prawda", "ano", "да", "истина", "так", "evet", "kyllä", "igen", "igaz", "ναι", "是", "真",
    "对", "對", "有", "はい", "예", "네", "✓", "✔",
)  # fmt: skip
FALSE_WORDS = (
    "0", "false", "f", "no", "n", "off", "nein", "falsch", "non", "faux", "falso", "não", "nao", "nee", "onwaar",
    "nie", "fałsz", "ne", "нет", "ложь", "ні", "hayır", "ei", "nem", "hamis", "nej", "nei", "όχι", "否", "假", "不",
    "无", "無", "いいえ", "아니오", "아니요", "✗", "✘",
)  # fmt: skip
