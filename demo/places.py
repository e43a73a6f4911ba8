"""Countries of the demo: cities, postal codes, telephone numbers, spellings, currency.

Every telephone number these plans yield is valid in its country (a test asks the phonenumbers library).
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class City:
    """A city: its name and state as stored, the pattern of its postal codes, its area code without trunk digit."""

    name: str
    state: str
    postal: str
    area: str
    longer: str = ""
    """A mark for each digit that local numbers have more than the country's usual length."""


@dataclass(frozen=True)
class Country:
    """A country and how its people write things."""

    code: str
    weight: float
    locale: str
    currency: str
    spellings: tuple[str, ...]
    cities: tuple[City, ...]
    mobile_prefixes: tuple[str, ...]
    mobile_formats: tuple[str, ...]
    local_digits: int
    landline_formats: tuple[str, ...]
    streets: tuple[str, ...]
    street_pattern: str

    def local_length(self, city: City) -> int:
        """Return the number of digits after the city's area code."""
        return self.local_digits - len(city.area) + len(city.longer)

    def landlines(self, city: City) -> list[str]:
        """Return the patterns of a landline number in the city; `A` is the area code and `S` the local part."""
        local = "#" * self.local_length(city)
        area = "#" * len(city.area)
        halves = f"{local[:-4]}-{local[-4:]}"
        return [text.replace("H", halves).replace("A", area).replace("S", local) for text in self.landline_formats]


def _cities(text: str) -> tuple[City, ...]:
    return tuple(City(*line.split("|")) for line in text.strip().splitlines())


def _crossed(heads: str, tails: str) -> tuple[str, ...]:
    return tuple(head + tail for head in heads.split() for tail in tails)


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.replace("_", " ") for word in text.split())


_GERMAN_STREETS = _words(
    "Lindenweg Hauptstraße Bahnhofstraße Goethestraße Schillerplatz Gartenstraße Industriestraße Mühlenweg"
    " Kirchgasse Rosenallee Am_Markt Ringstraße Bergstraße Uferpromenade"
)
_GERMAN_LANDLINES = (
    "+49AS",
    "+49 A S",
    "+49 (0)A H",
    "0A/S",
    "(0A) H",
    "0049 A S",
    "0A S ext. 12",
    "+49 A S x7",
)


def _german(calling: str) -> tuple[str, ...]:
    return tuple(text.replace("49", calling) for text in _GERMAN_LANDLINES)


DE = Country(
    "DE", 0.34, "de", "EUR", ("DE", "Germany", "Deutschland", "GERMANY", "germany", "de"),
    _cities("""
Berlin|Berlin|101##|30
Hamburg|Hamburg|200##|40
München|Bayern|803##|89
Köln|Nordrhein-Westfalen|506##|221
Frankfurt am Main|Hessen|603##|69
Dresden|Sachsen|010##|351
Würzburg|Bayern|970##|931
Göttingen|Niedersachsen|370##|551
"""),
    _words("1511 1512 1514 1515 1516 1517 1520 1522 1523 1525 1570 1573 1575 1577 1578 1590"),
    ("+49###########", "+49 ### ########", "0049 ### ########", "0###/########", "0### #### ####", "(0###) ####-####"),
    10, _german("49"), _GERMAN_STREETS, "{street} {number}",
)  # fmt: skip
AT = Country(
    "AT", 0.05, "de", "EUR", ("AT", "Austria", "Österreich", "AUSTRIA"),
    _cities("""
Wien|Wien|10#0|1
Graz|Steiermark|80##|316
Linz|Oberösterreich|40##|732
Salzburg|Salzburg|50##|662
Innsbruck|Tirol|60##|512
"""),
    _words("664 676 699 650 660"),
    ("+43##########", "+43 ### #######", "0043 ### #######", "0###/#######", "0### ### ####"),
    9, _german("43"), _GERMAN_STREETS, "{street} {number}",
)  # fmt: skip
CH = Country(
    "CH", 0.05, "de", "CHF", ("CH", "Switzerland", "Schweiz", "Suisse", "SWITZERLAND"),
    _cities("""
Zürich|ZH|80##|44
Bern|BE|30##|31
Basel|BS|40##|61
Genève|GE|12##|22
St. Gallen|SG|90##|71
"""),
    _words("76 77 78 79"),
    ("+41#########", "+41 ## ### ## ##", "0041 ## #######", "0## ### ## ##", "0##/#######"),
    9, ("+41AS", "+41 A S", "0A H", "0041 A S", "0A S ext. 5"), _GERMAN_STREETS, "{street} {number}",
)  # fmt: skip
US = Country(
    "US", 0.18, "en", "USD", ("US", "USA", "United States", "U.S.A.", "usa", "United States of America"),
    _cities("""
New York|NY|100##|212
San Francisco|CA|941##|415
Chicago|IL|606##|312
Boston|MA|021##|617
Seattle|WA|981##|206
Austin|TX|787##|512
Denver|CO|802##|303
"""),
    _crossed("212 415 312 617 206 512 303", "23456789"),
    ("+1##########", "+1 ###-###-####", "(###) ###-####", "###.###.####", "1-###-###-####", "##########"),
    10, ("+1AS", "+1 (A) H", "(A) H", "A-H", "1-A-H", "(A) H x204", "A-H ext. 31"),
    _words("Oak_Street Maple_Avenue Main_Street Market_Street Park_Boulevard Lakeview_Drive Elm_Court Harbor_Way"
          " Sunset_Lane Washington_Avenue King&#039;s_Road Pine_Street"), "{number} {street}",
)  # fmt: skip
GB = Country(
    "GB", 0.08, "en", "GBP", ("GB", "UK", "United Kingdom", "Great Britain", "U.K.", "united kingdom"),
    _cities("""
London|Greater London|EC1A #BB|20
Manchester||M1 #AE|161
Birmingham|West Midlands|B3 #HJ|121
Leeds||LS1 #UR|113
Edinburgh|Scotland|EH1 #YZ|131
Bristol||BS1 #TR|117
"""),
    _words("7411 7455 7512 7533 7733 7788 7811 7891 7912 7985"),
    ("+44##########", "+44 #### ######", "0044 #### ######", "0#### ######", "(0####) ######"),
    10, ("+44AS", "+44 A S", "0A H", "(0A) H", "0044 A S", "0A S ext. 44"),
    _words("High_Street Station_Road Church_Lane Victoria_Road Mill_Lane Queen&#039;s_Gate Albion_Place"
          " Bridge_Street Castle_Hill Orchard_Close"), "{number} {street}",
)  # fmt: skip
FR = Country(
    "FR", 0.08, "fr", "EUR", ("FR", "France", "FRANCE", "france", "Frankreich"),
    _cities("""
Paris|Île-de-France|750##|14
Lyon|Auvergne-Rhône-Alpes|690##|47
Marseille|Provence-Alpes-Côte d&#039;Azur|130##|49
Lille|Hauts-de-France|590##|32
Bordeaux|Nouvelle-Aquitaine|330##|55
Nantes|Pays de la Loire|440##|24
"""),
    _words("61 62 60 64 66 67 68"),
    ("+33#########", "+33 # ## ## ## ##", "0033 # ## ## ## ##", "0# ## ## ## ##", "0#.##.##.##.##", "+33 (0)# ## ## ## ##"),
    9, ("+33AS", "+33 A S", "0A S", "0A-S", "0033 A S", "0A S ext. 3"),
    _words("rue_de_la_République avenue_Victor_Hugo rue_des_Lilas boulevard_Voltaire place_de_l&#039;Église"
          " rue_du_Moulin quai_des_Brumes allée_des_Tilleuls rue_Pasteur"), "{number}, {street}",
)  # fmt: skip
CN = Country(
    "CN", 0.16, "zh", "CNY", ("CN", "China", "中国", "P.R. China", "CHINA", "中华人民共和国"),
    _cities("""
北京|北京市|1000##|10
上海|上海市|2000##|21
广州|广东省|5100##|20
深圳|广东省|5180##|755|+
杭州|浙江省|3100##|571|+
成都|四川省|6100##|28
武汉|湖北省|4300##|27
"""),
    _words("138 139 150 158 159 186 187 188 135 136 137"),
    ("+86###########", "+86 ### #### ####", "0086 ###########", "###########", "### #### ####", "###-####-####"),
    10, ("+86AS", "+86 A S", "0A-S", "(0A) S", "0086 A S", "0A-S ext. 801"),
    _words("中山路 人民大道 解放路 建设路 长江路 科技园路 和平街 文化路 世纪大道 滨江路"), "{street}{number}号",
)  # fmt: skip
JP = Country(
    "JP", 0.06, "ja", "JPY", ("JP", "Japan", "日本", "JAPAN", "japan"),
    _cities("""
東京|東京都|100-00##|3
大阪|大阪府|530-00##|6
名古屋|愛知県|460-00##|52
横浜|神奈川県|220-00##|45
福岡|福岡県|810-00##|92
神戸|兵庫県|650-00##|78
京都|京都府|600-80##|75
"""),
    _crossed("90 80 70", "123456789"),
    ("+81##########", "+81 ##-####-####", "0##-####-####", "0##########", "0## #### ####"),
    9, ("+81AS", "+81 A-H", "0A-H", "(0A) H", "0AS"),
    _words("丸の内 中央通り 本町 栄町 桜通り 青葉台 港町 千代田 大手町"), "{street}{number}番地",
)  # fmt: skip

COUNTRIES: tuple[Country, ...] = (DE, US, CN, FR, GB, JP, AT, CH)
