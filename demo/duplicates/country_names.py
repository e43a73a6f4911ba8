"""Countries: their cities, streets, telephone numbers, mail providers, trades and legal forms."""

from dataclasses import dataclass

from demo.duplicates import chinese_names, western_names
from demo.duplicates.western_names import Tongue

Forms = tuple[tuple[str, float, tuple[str, ...]], ...]


@dataclass(frozen=True, eq=False)
class City:
    """A city; in a pattern of postal codes `#` is a digit and `@` a letter."""

    name: str
    region: str
    postal: str
    area: str
    weight: float
    districts: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Land:
    """A country and how its people write things.

    Attributes:
        code: ISO 3166 code.
        spellings: how the country is written by some.
        tongue: its names; None in China.
        calling: calling code of the telephone.
        trunk: what a national number begins with.
        digits: how long telephone numbers are, without calling code and trunk.
        mobiles: beginnings of mobile numbers.
        cities: its cities.
        streets: beginnings and endings of street names.
        number_first: whether the house number stands before the street.
        providers: mail providers.
        top: top-level domain of its companies.
        forms: legal forms: as written, share, other spellings.
        trades: what companies do.
    """

    code: str
    spellings: tuple[str, ...]
    tongue: Tongue | None
    calling: str
    trunk: str
    digits: int
    mobiles: tuple[str, ...]
    cities: tuple[City, ...]
    streets: tuple[tuple[str, ...], tuple[str, ...]]
    number_first: bool
    providers: tuple[str, ...]
    top: str
    forms: Forms
    trades: tuple[str, ...]
    joiner: str = "&"


def _cities(text: str) -> tuple[City, ...]:
    found = []
    for line in text.strip().splitlines():
        name, region, postal, area, weight, *districts = line.split("|")
        found.append(City(name, region, postal, area, float(weight), tuple(" ".join(districts).split())))
    return tuple(found)


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.replace("_", " ") for word in text.split())


_GERMAN_STREETS = (
    _words(
        "Linden Bahnhof Garten Schul Berg Kirch Wald Ring Haupt Mühl Wiesen Rosen Birken Eichen Buchen Tannen Goethe"
        " Schiller Mozart Beethoven Bach Haydn Schubert Brahms Lessing Kant Bismarck Kaiser König Burg Schloss Markt"
        " Industrie Gewerbe Hafen Ufer Brunnen Park Feld Sonnen Nord Süd Ost West Amsel Drossel Finken Lerchen Ahorn"
        " Kastanien Flieder Tulpen Nelken Kloster Post Rathaus Friedhof Sport Turm Steiner Dorf Hof"
    ),
    ("straße", "weg", "gasse", "allee", "platz", "ring", "str."),
)
_GERMAN_TRADES = _words(
    "Logistik Maschinenbau Technik Software Druck Bau Elektro Energie Handel Consulting Feinkost Möbel Verlag Textil"
    " Kunststoffe Getränke Metallbau Immobilien Transporte Systeme Engineering Medien Pharma"
    " Medizintechnik Haustechnik"
    " Installationen Werbung IT-Service Gartenbau Fenster Dach Stahlbau Holzbau Reinigung Sicherheit Personal"
)
DE = Land(
    "DE", ("DE", "Deutschland", "Germany", "D"), western_names.GERMAN, "49", "0", 10,
    _words("151 152 157 160 162 163 170 171 172 173 174 175 176 177 178 179"),
    _cities("""
Berlin|Berlin|1####|30|366
Hamburg|Hamburg|2####|40|185
München|Bayern|80###|89|149
Köln|Nordrhein-Westfalen|50###|221|107
Frankfurt am Main|Hessen|60###|69|76
Stuttgart|Baden-Württemberg|70###|711|63
Düsseldorf|Nordrhein-Westfalen|40###|211|62
Leipzig|Sachsen|04###|341|60
Dortmund|Nordrhein-Westfalen|44###|231|59
Essen|Nordrhein-Westfalen|45###|201|58
Bremen|Bremen|28###|421|57
Dresden|Sachsen|01###|351|56
Hannover|Niedersachsen|30###|511|54
Nürnberg|Bayern|90###|911|51
Mannheim|Baden-Württemberg|68###|621|31
Karlsruhe|Baden-Württemberg|76###|721|31
Augsburg|Bayern|86###|821|30
Freiburg im Breisgau|Baden-Württemberg|79###|761|23
Kiel|Schleswig-Holstein|24###|431|25
Regensburg|Bayern|93###|941|15
Göttingen|Niedersachsen|37###|551|12
Ulm|Baden-Württemberg|89###|731|13
Passau|Bayern|94###|851|5
Bad Tölz|Bayern|83###|8041|2
"""),
    _GERMAN_STREETS, False,
    _words("gmx.de web.de gmail.com t-online.de gmx.net freenet.de outlook.de yahoo.de icloud.com hotmail.com"), "de",
    (
        ("GmbH", 0.7, ("GmbH", "G.m.b.H.", "Gesellschaft mit beschränkter Haftung", "gmbh", "")),
        ("AG", 0.08, ("AG", "Aktiengesellschaft", "A.G.")),
        ("GmbH & Co. KG", 0.14, ("GmbH & Co KG", "GmbH u. Co. KG", "GmbH&Co.KG", "")),
        ("e.K.", 0.05, ("e. K.", "eK", "")),
        ("UG (haftungsbeschränkt)", 0.03, ("UG", "UG haftungsbeschränkt")),
    ),
    _GERMAN_TRADES,
)  # fmt: skip
AT = Land(
    "AT", ("AT", "Österreich", "Austria", "A"), western_names.GERMAN, "43", "0", 10,
    _words("664 676 699 650 660 680 681"),
    _cities("""
Wien|Wien|1##0|1|193
Graz|Steiermark|80##|316|29
Linz|Oberösterreich|40##|732|21
Salzburg|Salzburg|50##|662|16
Innsbruck|Tirol|60##|512|13
Klagenfurt|Kärnten|90##|463|10
Wels|Oberösterreich|46##|7242|6
Dornbirn|Vorarlberg|68##|5572|5
"""),
    _GERMAN_STREETS, False, _words("gmx.at gmail.com aon.at hotmail.com icloud.com chello.at outlook.com"), "at",
    (
        ("GmbH", 0.8, ("GmbH", "Ges.m.b.H.", "Gesellschaft m.b.H.", "GesmbH", "")),
        ("AG", 0.08, ("AG", "Aktiengesellschaft")),
        ("KG", 0.07, ("KG", "Kommanditgesellschaft", "")),
        ("e.U.", 0.05, ("e. U.", "eU", "")),
    ),
    _GERMAN_TRADES,
)  # fmt: skip
CH = Land(
    "CH", ("CH", "Schweiz", "Switzerland", "Suisse"), western_names.GERMAN, "41", "0", 9, _words("76 77 78 79"),
    _cities("""
Zürich|ZH|80##|44|43
Genève|GE|12##|22|20
Basel|BS|40##|61|17
Bern|BE|30##|31|13
Luzern|LU|60##|41|8
"""),
    _GERMAN_STREETS, False, _words("bluewin.ch gmail.com gmx.ch hotmail.com icloud.com sunrise.ch"), "ch",
    (("AG", 0.6, ("AG", "A.G.", "")), ("GmbH", 0.4, ("GmbH", "Gmbh", ""))),
    _GERMAN_TRADES,
)  # fmt: skip
_ENGLISH_STREETS = (
    _words(
        "Oak Maple Main Market Park Lakeview Elm Harbor Sunset Washington Pine Cedar High Station Church"
        " Victoria Mill"
        " Queen's Albion Bridge Castle Orchard King's Spring Walnut Chestnut Franklin Lincoln Jefferson"
        " Madison Jackson"
        " Adams Monroe Highland Forest River Meadow Hill Valley Green North South East West Prospect Pleasant Union"
        " Center School Grove Broadway Cherry Willow Dogwood Hickory Laurel Magnolia Sycamore Birch Ridge Summit"
    ),
    (" Street", " Road", " Avenue", " Lane", " Drive", " Court", " Place", " Way"),
)
_ENGLISH_TRADES = _words(
    "Logistics Machinery Systems Software Printing Construction Electric Energy Trading Consulting Foods Furniture"
    " Publishing Textiles Plastics Beverages Metals Realty Transport Engineering Media Pharma Medical"
    " Plumbing Marketing"
    " IT_Services Landscaping Windows Roofing Steel Timber Cleaning Security Staffing Partners Solutions Industries"
)
US = Land(
    "US", ("US", "USA", "United States", "U.S.A."), western_names.ENGLISH, "1", "", 10, (),
    _cities("""
New York|NY|100##|212|834
Los Angeles|CA|900##|213|390
Chicago|IL|606##|312|270
Houston|TX|770##|713|230
Phoenix|AZ|850##|602|161
Philadelphia|PA|191##|215|160
San Antonio|TX|782##|210|143
San Diego|CA|921##|619|138
Dallas|TX|752##|214|130
Austin|TX|787##|512|96
San Francisco|CA|941##|415|87
Seattle|WA|981##|206|74
Denver|CO|802##|303|71
Boston|MA|021##|617|67
Nashville|TN|372##|615|69
Portland|OR|972##|503|65
Springfield|IL|627##|217|11
Springfield|MO|658##|417|17
Madison|WI|537##|608|27
Burlington|VT|054##|802|4
"""),
    _ENGLISH_STREETS, True,
    _words("gmail.com yahoo.com hotmail.com aol.com outlook.com icloud.com comcast.net"), "com",
    (
        ("Inc.", 0.4, ("Inc", "Incorporated", ", Inc.", "INC.", "")),
        ("LLC", 0.42, ("L.L.C.", ", LLC", "Limited Liability Company", "")),
        ("Corp.", 0.18, ("Corp", "Corporation", "CORP")),
    ),
    _ENGLISH_TRADES,
)  # fmt: skip
GB = Land(
    "GB", ("GB", "UK", "United Kingdom", "England"), western_names.ENGLISH, "44", "0", 10,
    _words("7400 7411 7455 7512 7533 7733 7788 7811 7891 7912 7985"),
    _cities("""
London|Greater London|EC#A #@@|20|890
Birmingham|West Midlands|B# #@@|121|114
Glasgow|Scotland|G# #@@|141|63
Manchester|Greater Manchester|M# #@@|161|55
Leeds|West Yorkshire|LS# #@@|113|53
Liverpool|Merseyside|L# #@@|151|50
Edinburgh|Scotland|EH# #@@|131|50
Bristol||BS# #@@|117|46
Cardiff|Wales|CF## #@@|2920|36
York|North Yorkshire|YO# #@@|1904|15
Bath|Somerset|BA# #@@|1225|9
"""),
    _ENGLISH_STREETS, True,
    _words("gmail.com hotmail.co.uk btinternet.com yahoo.co.uk sky.com outlook.com icloud.com"), "co.uk",
    (
        ("Ltd", 0.85, ("Ltd.", "Limited", "LTD", "")),
        ("PLC", 0.07, ("plc", "P.L.C.")),
        ("LLP", 0.08, ("L.L.P.", "llp", "")),
    ),
    _ENGLISH_TRADES,
)  # fmt: skip
FR = Land(
    "FR", ("FR", "France", "FRANCE"), western_names.FRENCH, "33", "0", 9, _words("61 62 64 66 67 68 76 77 78"),
    _cities("""
Paris|Île-de-France|750##|14|213
Marseille|Provence-Alpes-Côte d'Azur|130##|49|87
Lyon|Auvergne-Rhône-Alpes|690##|47|52
Toulouse|Occitanie|310##|56|50
Nice|Provence-Alpes-Côte d'Azur|060##|49|34
Nantes|Pays de la Loire|440##|24|32
Montpellier|Occitanie|340##|46|30
Strasbourg|Grand Est|670##|38|29
Bordeaux|Nouvelle-Aquitaine|330##|55|26
Lille|Hauts-de-France|590##|32|23
Rennes|Bretagne|350##|29|22
Saint-Étienne|Auvergne-Rhône-Alpes|420##|47|17
Dijon|Bourgogne-Franche-Comté|210##|38|16
"""),
    (
        _words("rue avenue boulevard allée place impasse chemin quai"),
        _words(
            "_de_la_République _Victor_Hugo _des_Lilas _Voltaire _de_l'Église _du_Moulin _Pasteur _Jean_Jaurès"
            " _de_la_Gare"
            " _du_Général_de_Gaulle _des_Écoles _de_la_Paix _Gambetta _de_la_Liberté _des_Tilleuls _du_Château"
            " _Saint-Michel"
            " _de_Verdun _Émile_Zola _des_Acacias _du_Stade _de_la_Fontaine _des_Roses _Carnot _Foch _du_Port"
            " _Molière"
            " _de_Paris _de_Lyon _des_Vignes _du_Parc _Marie_Curie _Jules_Ferry _Anatole_France _des_Peupliers"
        ),
    ),
    True, _words("orange.fr gmail.com wanadoo.fr free.fr laposte.net hotmail.fr sfr.fr yahoo.fr icloud.com"), "fr",
    (
        ("SARL", 0.45, ("S.A.R.L.", "Sarl", "sarl", "")),
        ("SAS", 0.4, ("S.A.S.", "Sas", "")),
        ("SA", 0.15, ("S.A.", "Société Anonyme")),
    ),
    _words(
        "Logistique Mécanique Technologies Logiciels Imprimerie Bâtiment Électricité Énergie Commerce"
        " Conseil Alimentation"
        " Meubles Édition Textile Plastiques Boissons Métaux Immobilier Transports Ingénierie Médias Pharma"
        " Santé Plomberie"
        " Communication Paysages Menuiserie Toiture Nettoyage Sécurité Intérim Traiteur Services"
    ), "et",
)  # fmt: skip
ES = Land(
    "ES", ("ES", "España", "Spain"), western_names.SPANISH, "34", "", 9, _words("60 61 62 63 64 65 66 67 68 69"),
    _cities("""
Madrid|Madrid|280##|91|333
Barcelona|Cataluña|080##|93|164
Valencia|Comunitat Valenciana|460##|96|80
Sevilla|Andalucía|410##|95|68
Zaragoza|Aragón|500##|976|67
Málaga|Andalucía|290##|952|58
Bilbao|País Vasco|480##|94|35
Alicante|Comunitat Valenciana|030##|965|34
Córdoba|Andalucía|140##|957|32
A Coruña|Galicia|150##|981|25
"""),
    (
        _words("Calle Avenida Plaza Paseo Camino Travesía C/ Ronda"),
        _words(
            "_Mayor _Real _de_la_Constitución _San_José _del_Carmen _de_España _Nueva _Sol _Cervantes _San_Juan _Goya"
            " _Velázquez _de_la_Libertad _Santa_Ana _Colón _del_Prado _de_los_Olivos _Gran_Vía _Andalucía _Castilla"
            " _San_Antonio _de_la_Iglesia _del_Mar _Miguel_Hernández _García_Lorca _Picasso _Rosales _Alcalá"
        ),
    ),
    False, _words("gmail.com hotmail.com hotmail.es yahoo.es outlook.es telefonica.net icloud.com"), "es",
    (
        ("S.L.", 0.8, ("SL", "S. L.", "Sociedad Limitada", "S.L.U.", "")),
        ("S.A.", 0.2, ("SA", "S. A.", "Sociedad Anónima")),
    ),
    _words(
        "Logística Maquinaria Sistemas Software Imprenta Construcciones Electricidad Energía Comercial Consultores"
        " Alimentación Muebles Editorial Textiles Plásticos Bebidas Metales Inmobiliaria Transportes"
        " Ingeniería Medios"
        " Farma Fontanería Publicidad Jardinería Ventanas Limpiezas Seguridad Servicios Hostelería"
    ), "y",
)  # fmt: skip
IT = Land(
    "IT", ("IT", "Italia", "Italy"), western_names.ITALIAN, "39", "", 10,
    _words("320 328 329 333 335 338 339 340 347 348 349"),
    _cities("""
Roma|Lazio|001##|06|275
Milano|Lombardia|201##|02|137
Napoli|Campania|801##|081|91
Torino|Piemonte|101##|011|84
Palermo|Sicilia|901##|091|63
Genova|Liguria|161##|010|56
Bologna|Emilia-Romagna|401##|051|39
Firenze|Toscana|501##|055|36
Verona|Veneto|371##|045|25
Bolzano|Trentino-Alto Adige|391##|0471|10
"""),
    (
        _words("Via Viale Corso Piazza Vicolo Largo"),
        _words(
            "_Roma _Garibaldi _Mazzini _Verdi _Dante _Cavour _Marconi _Matteotti _Vittorio_Emanuele"
            " _della_Libertà _Manzoni"
            " _Leopardi _dei_Mille _XX_Settembre _San_Marco _del_Popolo _Galilei _Colombo _Umberto_I"
            " _della_Repubblica"
            " _Michelangelo _Petrarca _Europa _Kennedy _delle_Rose _dei_Tigli _Fermi _Pascoli _Carducci"
        ),
    ),
    False, _words("gmail.com libero.it alice.it hotmail.it virgilio.it tiscali.it yahoo.it icloud.com"), "it",
    (
        ("S.r.l.", 0.7, ("Srl", "SRL", "S.R.L.", "s.r.l.", "")),
        ("S.p.A.", 0.15, ("SpA", "Spa", "S.P.A.")),
        ("S.n.c.", 0.15, ("Snc", "SNC", "")),
    ),
    _words(
        "Logistica Macchine Sistemi Software Stampa Costruzioni Elettrica Energia Commerciale Consulting"
        " Alimentari Mobili"
        " Edizioni Tessile Plastica Bevande Metalli Immobiliare Trasporti Engineering Media Farmaceutici"
        " Impianti Servizi"
        " Giardini Serramenti Pulizie Sicurezza Arredamenti Ristorazione"
    ), "e",
)  # fmt: skip
PL = Land(
    "PL", ("PL", "Polska", "Poland"), western_names.POLISH, "48", "", 9, _words("50 51 53 60 66 69 72 78 79 88"),
    _cities("""
Warszawa|mazowieckie|0#-###|22|186
Kraków|małopolskie|3#-###|12|80
Łódź|łódzkie|9#-###|42|66
Wrocław|dolnośląskie|5#-###|71|67
Poznań|wielkopolskie|6#-###|61|54
Gdańsk|pomorskie|8#-###|58|48
Szczecin|zachodniopomorskie|7#-###|91|39
Lublin|lubelskie|2#-###|81|33
"""),
    (
        ("ul. ", "al. ", "pl. ", "os. ", ""),
        _words(
            "Polna Leśna Słoneczna Krótka Szkolna Ogrodowa Lipowa Brzozowa Łąkowa Kwiatowa Kościelna Sosnowa"
            " Zielona Parkowa"
            " Akacjowa Kolejowa Mickiewicza Słowackiego Kościuszki Sienkiewicza Piłsudskiego Długa Dworcowa"
            " Warszawska"
            " Krakowska Poznańska Rynek Zamkowa Wolności Niepodległości Jana_Pawła_II Kopernika Chopina Reymonta"
        ),
    ),
    False, _words("wp.pl gmail.com onet.pl o2.pl interia.pl op.pl outlook.com"), "pl",
    (
        ("Sp. z o.o.", 0.8, ("sp. z o.o.", "Sp z oo", "Spółka z ograniczoną odpowiedzialnością", "")),
        ("S.A.", 0.2, ("SA", "Spółka Akcyjna")),
    ),
    _words(
        "Logistyka Maszyny Systemy Oprogramowanie Druk Budownictwo Elektro Energia Handel Doradztwo Żywność Meble"
        " Wydawnictwo Tekstylia Plastik Napoje Metal Nieruchomości Transport Inżynieria Media Farma"
        " Instalacje Reklama"
        " Ogrody Okna Dachy Stal Ochrona Serwis"
    ), "i",
)  # fmt: skip
CN = Land(
    "CN", ("CN", "中国", "China", "中华人民共和国"), None, "86", "0", 10,
    _words("130 131 133 135 136 137 138 139 150 151 152 156 158 159 177 180 185 186 187 188 189 199"),
    _cities(chinese_names.CITIES), (tuple(chinese_names.STREETS), ()), False,
    _words("qq.com 163.com 126.com sina.com foxmail.com gmail.com outlook.com"), "com.cn",
    chinese_names.FORMS, tuple(chinese_names.TRADES),
)  # fmt: skip
WESTERN: tuple[tuple[Land, float], ...] = (
    (DE, 26), (US, 22), (GB, 12), (FR, 10), (AT, 9), (ES, 7), (IT, 6), (CH, 5), (PL, 3)
)  # fmt: skip
"""Countries with their shares."""
