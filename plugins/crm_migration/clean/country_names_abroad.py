"""Names of countries in other languages than their own, as the Unicode CLDR has them (Unicode License V3).

German, French, Spanish, Italian, Portuguese, Dutch, Polish, Swedish, Danish, Turkish, Russian, Chinese (simplified and
traditional), Japanese and Korean; one line each: alpha-2, then the names that the other table lacks.
"""

# ruff: noqa: E501 a country is one line

ABROAD = """
AG Antigua und Barbuda|Antigua-et-Barbuda|Antigua y Barbuda|Antigua e Barbuda|Antigua en Barbuda|Antigua i Barbuda|Antigua och Barbuda|Antigua og Barbuda|Antigua ve Barbuda|Антигуа и Барбуда|安提瓜和巴布达|安地卡及巴布達|アンティグア・バーブーダ|앤티가 바부다
AQ Antarktis|Antarctique|Antártida|Antartide|Antarktyda|Antarktika|Антарктида|南极洲|南極洲|南極|남극 대륙
AS Amerikanisch-Samoa|Samoa américaines|Samoa Americana|Samoa Americane|Amerikaans-Samoa|Samoa Amerykańskie|Amerikanska Samoa|Amerikansk Samoa|Amerikan Samoası|Американское Самоа|美属萨摩亚|美屬薩摩亞|米領サモア|아메리칸 사모아
AX Ålandinseln|Îles Åland|Islas Aland|Isole Åland|Ilhas Aland|Wyspy Alandzkie|Åland Adaları|Аландские о-ва|奥兰群岛|奧蘭群島|オーランド諸島|올란드 제도
BQ Karibische Niederlande|Pays-Bas caribéens|Caribe neerlandés|Caraibi Olandesi|Países Baixos Caribenhos|Caribisch Nederland|Niderlandy Karaibskie|Karibiska Nederländerna|De tidligere Nederlandske Antiller|Karayip Hollandası|Бонэйр, Синт-Эстатиус и Саба|荷属加勒比区|荷蘭加勒比區|オランダ領カリブ|네덜란드령 카리브
BV Bouvetinsel|Île Bouvet|Isla Bouvet|Isola Bouvet|Ilha Bouvet|Bouveteiland|Wyspa Bouveta|Bouvetön|Bouvetøen|Bouvet Adası|о-в Буве|布韦岛|布威島|ブーベ島|부베섬
BW Botsuana|Botsvana|Ботсвана|波札那|ボツワナ|보츠와나
CC Kokosinseln|Îles Cocos|Islas Cocos|Isole Cocos (Keeling)|Ilhas Cocos (Keeling)|Cocoseilanden|Wyspy Kokosowe|Kokosöarna|Cocosøerne|Cocos (Keeling) Adaları|Кокосовые о-ва|科科斯（基林）群岛|科克斯（基靈）群島|ココス(キーリング)諸島|코코스 제도
CD Kongo-Kinshasa|República Democrática del Congo|Demokratyczna Republika Konga|Kongo - Kinşasa|Конго - Киншаса|刚果（金）|剛果（金夏沙）|コンゴ民主共和国(キンシャサ)|콩고-킨샤사
CF Zentralafrikanische Republik|República Centroafricana|Repubblica Centrafricana|República Centro-Africana|Centraal-Afrikaanse Republiek|Republika Środkowoafrykańska|Centralafrikanska republiken|Den Centralafrikanske Republik|Orta Afrika Cumhuriyeti|Центрально-Африканская Республика|中非共和国|中非共和國|中央アフリカ共和国|중앙 아프리카 공화국
CG Kongo-Brazzaville|República do Congo|Kongo|Kongo - Brazavil|Конго - Браззавиль|刚果（布）|剛果（布拉薩）|コンゴ共和国(ブラザビル)|콩고-브라자빌
CK Cookinseln|Îles Cook|Islas Cook|Isole Cook|Ilhas Cook|Cookeilanden|Wyspy Cooka|Cooköarna|Cookøerne|Cook Adaları|о-ва Кука|库克群岛|庫克群島|クック諸島|쿡 제도
CX Weihnachtsinsel|Île Christmas|Isla de Navidad|Isola Christmas|Ilha Christmas|Christmaseiland|Wyspa Bożego Narodzenia|Julön|Juleøen|Christmas Adası|о-в Рождества|圣诞岛|聖誕島|クリスマス島|크리스마스섬
DJ Dschibuti|Yibuti|Gibuti|Djibuti|Dżibuti|Cibuti|Джибути|吉布提|吉布地|ジブチ|지부티
EH Westsahara|Sahara occidental|Sahara Occidentale|Saara Ocidental|Westelijke Sahara|Sahara Zachodnia|Västsahara|Vestsahara|Batı Sahra|Западная Сахара|西撒哈拉|西サハラ|서사하라
FJ Fidschi|Fidji|Fiyi|Figi|Fidżi|Фиджи|斐濟|フィジー|피지
FK Falklandinseln|Îles Malouines|Islas Malvinas|Isole Falkland|Ilhas Malvinas|Falklandeilanden|Falklandy|Falklandsöarna|Falklandsøerne|Falkland Adaları|Фолклендские о-ва|福克兰群岛|福克蘭群島|フォークランド諸島|포클랜드 제도
FM Mikronesien|Micronésie|Mikronezja|Mikronezya|Федеративные Штаты Микронезии|密克罗尼西亚|密克羅尼西亞|ミクロネシア連邦|미크로네시아
FO Färöer|Îles Féroé|Islas Feroe|Isole Fær Øer|Ilhas Faroé|Faeröer|Wyspy Owcze|Färöarna|Færøerne|Faroe Adaları|Фарерские о-ва|法罗群岛|法羅群島|フェロー諸島|페로 제도
GA Gabun|Gabão|Габон|加蓬|加彭|ガボン|가봉
GF Französisch-Guayana|Guayana Francesa|Guyana Francese|Guiana Francesa|Frans-Guyana|Gujana Francuska|Franska Guyana|Fransk Guyana|Fransız Guyanası|Французская Гвиана|法属圭亚那|法屬圭亞那|仏領ギアナ|프랑스령 기아나
GL Grönland|Groenland|Groenlandia|Grenlandia|Гренландия|格陵兰|格陵蘭|グリーンランド|그린란드
GQ Äquatorialguinea|Guinée équatoriale|Guinea Equatoriale|Guiné Equatorial|Equatoriaal-Guinea|Gwinea Równikowa|Ekvatorialguinea|Ækvatorialguinea|Ekvator Ginesi|Экваториальная Гвинея|赤道几内亚|赤道幾內亞|赤道ギニア|적도 기니
GS Südgeorgien und die Südlichen Sandwichinseln|Géorgie du Sud-et-les Îles Sandwich du Sud|Islas Georgia del Sur y Sandwich del Sur|Georgia del Sud e Sandwich Australi|Ilhas Geórgia do Sul e Sandwich do Sul|Zuid-Georgia en Zuidelijke Sandwicheilanden|Georgia Południowa i Sandwich Południowy|Sydgeorgien och Sydsandwichöarna|South Georgia og De Sydlige Sandwichøer|Güney Georgia ve Güney Sandwich Adaları|Южная Георгия и Южные Сандвичевы о-ва|南乔治亚和南桑威奇群岛|南喬治亞與南三明治群島|サウスジョージア・サウスサンドウィッチ諸島|사우스조지아 사우스샌드위치 제도
HK Sonderverwaltungsregion Hongkong|R.A.S. chinoise de Hong Kong|RAE de Hong Kong (China)|RAS di Hong Kong|Hong Kong, RAE da China|Hongkong SAR van China|SRA Hongkong (Chiny)|Hongkong SAR|SAR Hongkong|Çin Hong Kong ÖİB|Гонконг (САР)|中国香港特别行政区|中國香港特別行政區|中華人民共和国香港特別行政区|홍콩(중국 특별행정구)
HM Heard und McDonaldinseln|Îles Heard-et-MacDonald|Islas Heard y McDonald|Isole Heard e McDonald|Ilhas Heard e McDonald|Heard en McDonaldeilanden|Wyspy Heard i McDonalda|Heardön och McDonaldöarna|Heard Island og McDonald Islands|Heard Adası ve McDonald Adaları|о-ва Херд и Макдональд|赫德岛和麦克唐纳群岛|赫德島及麥唐納群島|ハード島・マクドナルド諸島|허드 맥도널드 제도
IO Britisches Territorium im Indischen Ozean|Territoire britannique de l’océan Indien|Territorio Británico del Océano Índico|Territorio Britannico dell’Oceano Indiano|Território Britânico do Oceano Índico|Brits Indische Oceaanterritorium|Brytyjskie Terytorium Oceanu Indyjskiego|Brittiska territoriet i Indiska oceanen|Det Britiske Territorium i Det Indiske Ocean|Britanya Hint Okyanusu Toprakları|Британская территория в Индийском океане|英属印度洋领地|英屬印度洋領地|英領インド洋地域|영국령 인도양 지역
JM Jamaika|Jamaïque|Giamaica|Jamajka|Ямайка|牙買加|ジャマイカ|자메이카
KM Komoren|Comoras|Comore|Comoren|Komory|Komorerna|Comorerne|Komorlar|Коморы|科摩罗|葛摩|コモロ|코모로
KN St. Kitts und Nevis|Saint-Christophe-et-Niévès|San Cristóbal y Nieves|Saint Kitts e Nevis|São Cristóvão e Névis|Saint Kitts en Nevis|Saint Kitts i Nevis|S:t Kitts och Nevis|Saint Kitts og Nevis|Saint Kitts ve Nevis|Сент-Китс и Невис|圣基茨和尼维斯|聖克里斯多福及尼維斯|セントクリストファー・ネーヴィス|세인트키츠 네비스
KY Kaimaninseln|Îles Caïmans|Islas Caimán|Isole Cayman|Ilhas Cayman|Kaaimaneilanden|Kajmany|Caymanöarna|Caymanøerne|Cayman Adaları|о-ва Кайман|开曼群岛|開曼群島|ケイマン諸島|케이맨 제도
MH Marshallinseln|Îles Marshall|Islas Marshall|Isole Marshall|Ilhas Marshall|Marshalleilanden|Wyspy Marshalla|Marshallöarna|Marshalløerne|Marshall Adaları|Маршалловы о-ва|马绍尔群岛|馬紹爾群島|マーシャル諸島|마셜 제도
MO Sonderverwaltungsregion Macau|R.A.S. chinoise de Macao|RAE de Macao (China)|RAS di Macao|Macau, RAE da China|Macau SAR van China|SRA Makau (Chiny)|SAR Macao|Çin Makao ÖİB|Макао (САР)|中国澳门特别行政区|中國澳門特別行政區|中華人民共和国マカオ特別行政区|마카오(중국 특별행정구)
MP Nördliche Marianen|Îles Mariannes du Nord|Islas Marianas del Norte|Isole Marianne Settentrionali|Ilhas Marianas do Norte|Noordelijke Marianen|Mariany Północne|Nordmarianerna|Nordmarianerne|Kuzey Mariana Adaları|Северные Марианские о-ва|北马里亚纳群岛|北馬利安納群島|北マリアナ諸島|북마리아나제도
MR Mauretanien|Mauretania|Moritanya|Мавритания|毛里塔尼亚|茅利塔尼亞|モーリタニア|모리타니
NC Neukaledonien|Nueva Caledonia|Nuova Caledonia|Nova Caledônia|Nieuw-Caledonië|Nowa Kaledonia|Nya Kaledonien|Ny Kaledonien|Yeni Kaledonya|Новая Каледония|新喀里多尼亚|新喀里多尼亞|ニューカレドニア|뉴칼레도니아
NF Norfolkinsel|Île Norfolk|Isla Norfolk|Isola Norfolk|Ilha Norfolk|Norfolk|Norfolkön|Norfolk Adası|о-в Норфолк|诺福克岛|諾福克島|ノーフォーク島|노퍽섬
PF Französisch-Polynesien|Polinesia Francesa|Polinesia Francese|Frans-Polynesië|Polinezja Francuska|Franska Polynesien|Fransk Polynesien|Fransız Polinezyası|Французская Полинезия|法属波利尼西亚|法屬玻里尼西亞|仏領ポリネシア|프랑스령 폴리네시아
PG Papua-Neuguinea|Papouasie-Nouvelle-Guinée|Papúa Nueva Guinea|Papua Nuova Guinea|Papua-Nova Guiné|Papoea-Nieuw-Guinea|Papua-Nowa Gwinea|Papua Nya Guinea|Papua Ny Guinea|Papua Yeni Gine|Папуа — Новая Гвинея|巴布亞紐幾內亞|パプアニューギニア|파푸아뉴기니
PM St. Pierre und Miquelon|Saint-Pierre-et-Miquelon|San Pedro y Miquelón|Saint-Pierre e Miquelon|São Pedro e Miquelão|Saint-Pierre en Miquelon|Saint-Pierre i Miquelon|S:t Pierre och Miquelon|Saint Pierre og Miquelon|Saint Pierre ve Miquelon|Сен-Пьер и Микелон|圣皮埃尔和密克隆群岛|聖皮埃與密克隆群島|サンピエール島・ミクロン島|생피에르 미클롱
PN Pitcairninseln|Îles Pitcairn|Islas Pitcairn|Isole Pitcairn|Ilhas Pitcairn|Pitcairneilanden|Pitcairnöarna|Pitcairn Adaları|о-ва Питкэрн|皮特凯恩群岛|皮特肯群島|ピトケアン諸島|핏케언 제도
PS Palästinensische Autonomiegebiete|Territoires palestiniens|Territorios Palestinos|Territori Palestinesi|Palestijnse gebieden|Terytoria Palestyńskie|Palestinska territorierna|De palæstinensiske områder|Filistin Bölgeleri|Палестинские территории|巴勒斯坦领土|巴勒斯坦自治區|パレスチナ自治区|팔레스타인 지구
SB Salomonen|Îles Salomon|Islas Salomón|Isole Salomone|Ilhas Salomão|Salomonseilanden|Wyspy Salomona|Salomonöarna|Salomonøerne|Solomon Adaları|Соломоновы о-ва|所罗门群岛|索羅門群島|ソロモン諸島|솔로몬 제도
SJ Spitzbergen und Jan Mayen|Svalbard et Jan Mayen|Svalbard y Jan Mayen|Svalbard e Jan Mayen|Spitsbergen en Jan Mayen|Svalbard i Jan Mayen|Svalbard och Jan Mayen|Svalbard og Jan Mayen|Svalbard ve Jan Mayen|Шпицберген и Ян-Майен|斯瓦尔巴和扬马延|挪威屬斯瓦巴及尖棉|スバールバル諸島・ヤンマイエン島|스발바르제도-얀마웬섬
SS Südsudan|Soudan du Sud|Sudán del Sur|Sud Sudan|Sudão do Sul|Zuid-Soedan|Sudan Południowy|Sydsudan|Güney Sudan|Южный Судан|南苏丹|南蘇丹|南スーダン|남수단
ST São Tomé und Príncipe|Sao Tomé-et-Principe|Santo Tomé y Príncipe|Sao Tomé en Principe|Wyspy Świętego Tomasza i Książęca|São Tomé och Príncipe|São Tomé og Príncipe|Sao Tome ve Principe|Сан-Томе и Принсипи|圣多美和普林西比|聖多美普林西比|サントメ・プリンシペ|상투메 프린시페
TC Turks- und Caicosinseln|Îles Turques-et-Caïques|Islas Turcas y Caicos|Isole Turks e Caicos|Ilhas Turcas e Caicos|Turks- en Caicoseilanden|Turks i Caicos|Turks- och Caicosöarna|Turks- og Caicosøerne|Turks ve Caicos Adaları|Тёркс и Кайкос|特克斯和凯科斯群岛|土克斯及開科斯群島|タークス・カイコス諸島|터크스 케이커스 제도
TF Französische Süd- und Antarktisgebiete|Terres australes françaises|Territorios Australes Franceses|Terre Australi Francesi|Territórios Franceses do Sul|Franse Gebieden in de zuidelijke Indische Oceaan|Francuskie Terytoria Południowe i Antarktyczne|Franska sydterritorierna|De Franske Besiddelser i Det Sydlige Indiske Ocean og Antarktis|Fransız Güney Toprakları|Французские Южные территории|法属南部领地|法屬南部屬地|仏領極南諸島|프랑스령 남방 지역
TT Trinidad und Tobago|Trinité-et-Tobago|Trinidad y Tobago|Trinidad e Tobago|Trinidad en Tobago|Trynidad i Tobago|Trinidad och Tobago|Trinidad og Tobago|Trinidad ve Tobago|Тринидад и Тобаго|特立尼达和多巴哥|千里達及托巴哥|トリニダード・トバゴ|트리니다드 토바고
UM Amerikanische Überseeinseln|Îles mineures éloignées des États-Unis|Islas menores alejadas de EE. UU.|Isole Minori Esterne degli Stati Uniti|Ilhas Menores Distantes dos EUA|Kleine afgelegen eilanden van de Verenigde Staten|Dalekie Wyspy Mniejsze Stanów Zjednoczonych|USA:s yttre öar|Amerikanske oversøiske øer|ABD Küçük Harici Adaları|Внешние малые о-ва (США)|美国本土外小岛屿|美國本土外小島嶼|合衆国領有小離島|미국령 해외 제도
VA Vatikanstadt|État de la Cité du Vatican|Ciudad del Vaticano|Cidade do Vaticano|Vaticaanstad|Watykan|Vatikanstaten|Vatikan|Ватикан|梵蒂岡|バチカン市国|바티칸 시국
VC St. Vincent und die Grenadinen|Saint-Vincent-et-les Grenadines|San Vicente y las Granadinas|Saint Vincent e Grenadine|São Vicente e Granadinas|Saint Vincent en de Grenadines|Saint Vincent i Grenadyny|S:t Vincent och Grenadinerna|Saint Vincent og Grenadinerne|Saint Vincent ve Grenadinler|Сент-Винсент и Гренадины|圣文森特和格林纳丁斯|聖文森及格瑞那丁|セントビンセント及びグレナディーン諸島|세인트빈센트그레나딘
VG Britische Jungferninseln|Îles Vierges britanniques|Islas Vírgenes Británicas|Isole Vergini Britanniche|Ilhas Virgens Britânicas|Britse Maagdeneilanden|Brytyjskie Wyspy Dziewicze|Brittiska Jungfruöarna|De Britiske Jomfruøer|Britanya Virjin Adaları|Виргинские о-ва (Великобритания)|英属维尔京群岛|英屬維京群島|英領ヴァージン諸島|영국령 버진아일랜드
VI Amerikanische Jungferninseln|Îles Vierges des États-Unis|Islas Vírgenes de EE. UU.|Isole Vergini Americane|Ilhas Virgens Americanas|Amerikaanse Maagdeneilanden|Wyspy Dziewicze Stanów Zjednoczonych|Amerikanska Jungfruöarna|De Amerikanske Jomfruøer|ABD Virjin Adaları|Виргинские о-ва (США)|美属维尔京群岛|美屬維京群島|米領ヴァージン諸島|미국령 버진아일랜드
WF Wallis und Futuna|Wallis-et-Futuna|Wallis y Futuna|Wallis e Futuna|Wallis en Futuna|Wallis i Futuna|Wallis- och Futunaöarna|Wallis og Futuna|Wallis ve Futuna|Уоллис и Футуна|瓦利斯和富图纳|瓦利斯群島和富圖那群島|ウォリス・フツナ|왈리스-푸투나 제도
AD Andorre|Andora|Андорра|安道爾|アンドラ|안도라
AE Émirats arabes unis|Emiratos Árabes Unidos|Emirati Arabi Uniti|Emirados Árabes Unidos|Verenigde Arabische Emiraten|Zjednoczone Emiraty Arabskie|Förenade Arabemiraten|De Forenede Arabiske Emirater|Birleşik Arap Emirlikleri|ОАЭ|阿拉伯聯合大公國|アラブ首長国連邦|아랍에미리트
AL Albanie|Arnavutluk|Албания|阿爾巴尼亞|アルバニア|알바니아
AM Arménie|Ermenistan|Армения|亞美尼亞|アルメニア|아르메니아
AZ Azerbaïdjan|Azerbaiyán|Azerbaigian|Azerbaijão|Azerbeidzjan|Azerbejdżan|Azerbajdzjan|Aserbajdsjan|Azerbaycan|Азербайджан|亞塞拜然|アゼルバイジャン|아제르바이잔
BA Bosnie-Herzégovine|Bosnia y Herzegovina|Bosnia ed Erzegovina|Bósnia e Herzegovina|Bosnië en Herzegovina|Bośnia i Hercegowina|Bosnien och Hercegovina|Bosnien-Hercegovina|Bosna-Hersek|Босния и Герцеговина|波斯尼亚和黑塞哥维那|波士尼亞與赫塞哥維納|ボスニア・ヘルツェゴビナ|보스니아 헤르체고비나
BB Barbade|Барбадос|巴巴多斯|巴貝多|バルバドス|바베이도스
BG Bulgarie|Bulgarije|Bułgaria|Bulgaristan|Болгария|保加利亞|ブルガリア|불가리아
BH Bahreïn|Baréin|Bahrajn|Bahreyn|Бахрейн|バーレーン|바레인
BM Bermudes|Bermudas|Bermudy|Бермудские о-ва|百慕大|百慕達|バミューダ|버뮤다
BO Bolivie|Boliwia|Bolivya|Боливия|玻利維亞|ボリビア|볼리비아
BT Bhoutan|Bután|Butão|Бутан|ブータン|부탄
BY Biélorussie|Bielorrusia|Bielorussia|Bielorrússia|Białoruś|白俄羅斯|ベラルーシ|벨라루스
CL Chili|Cile|Şili|Чили|チリ|칠레
CO Colombie|Kolumbia|Kolombiya|Колумбия|哥倫比亞|コロンビア|콜롬비아
CV Cap-Vert|Capo Verde|Kaapverdië|Republika Zielonego Przylądka|Kap Verde|Кабо-Верде|佛得角|維德角|カーボベルデ|카보베르데
CY Chypre|Chipre|Cipro|Cypr|Cypern|Кипр|賽普勒斯|キプロス|키프로스
CZ Tchéquie|Chequia|Cechia|Tchéquia|Tsjechië|Czechy|Tjeckien|Tjekkiet|Çekya|Чехия|チェコ|체코
DM Dominique|Dominika|Доминика|多米尼克|ドミニカ国|도미니카
DO République dominicaine|Repubblica Dominicana|Dominicaanse Republiek|Dominikana|Dominikanska republiken|Den Dominikanske Republik|Dominik Cumhuriyeti|Доминиканская Республика|多米尼加共和国|多明尼加共和國|ドミニカ共和国|도미니카 공화국
EC Équateur|Equador|Ekwador|Ekvador|Эквадор|厄瓜多|エクアドル|에콰도르
EE Estonie|Estonya|Эстония|愛沙尼亞|エストニア|에스토니아
EG Égypte|Egipto|Egitto|Egito|Egipt|Egypten|Mısır|Египет|エジプト|이집트
ER Érythrée|Eritreia|Erytrea|Eritre|Эритрея|厄立特里亚|厄利垂亞|エリトリア|에리트리아
ET Éthiopie|Etiopía|Etiopien|Etiyopya|Эфиопия|衣索比亞|エチオピア|에티오피아
FI Finlande|Finlandia|Finlandiya|Финляндия|芬蘭|フィンランド|핀란드
GD Grenade|Granada|Гренада|格林纳达|格瑞那達|グレナダ|그레나다
GE Géorgie|Gruzja|Gürcistan|Грузия|喬治亞|ジョージア|조지아
GG Guernesey|Гернси|根西岛|根息|ガーンジー|건지
GM Gambie|Gambiya|Гамбия|冈比亚|甘比亞|ガンビア|감비아
GR Grèce|Grecia|Griekenland|Grecja|Grekland|Grækenland|Yunanistan|Греция|希臘|ギリシャ|그리스
GW Guinée-Bissau|Guinea-Bisáu|Gwinea Bissau|Gine-Bissau|Гвинея-Бисау|几内亚比绍|幾內亞比索|ギニアビサウ|기니비사우
HR Croatie|Croacia|Croazia|Kroatië|Chorwacja|Hırvatistan|Хорватия|克羅埃西亞|クロアチア|크로아티아
HU Hongrie|Hungría|Ungheria|Hongarije|Węgry|Ungern|Macaristan|Венгрия|ハンガリー|헝가리
ID Indonésie|Indonezja|Endonezya|Индонезия|インドネシア|인도네시아
IM Île de Man|Isla de Man|Isola di Man|Ilha de Man|Wyspa Man|Man Adası|о-в Мэн|马恩岛|曼島|マン島|맨섬
IS Islande|Islandia|Islanda|IJsland|İzlanda|Исландия|冰島|アイスランド|아이슬란드
JO Jordanie|Jordania|Giordania|Ürdün|Иордания|約旦|ヨルダン|요르단
KG Kirghizstan|Kirguistán|Kirghizistan|Quirguistão|Kirgizië|Kirgistan|Kirgizistan|Kırgızistan|Киргизия|吉爾吉斯|キルギス|키르기스스탄
KH Cambodge|Camboya|Cambogia|Camboja|Cambodja|Kambodża|Kambodja|Kamboçya|Камбоджа|カンボジア|캄보디아
KP Corée du Nord|Corea del Norte|Corea del Nord|Coreia do Norte|Noord-Korea|Korea Północna|Kuzey Kore|КНДР|北韓|北朝鮮
KR Corée du Sud|Corea del Sur|Corea del Sud|Coreia do Sul|Zuid-Korea|Korea Południowa|Sydkorea|Güney Kore|Республика Корея|南韓
KW Koweït|Koeweit|Kuwejt|Kuveyt|Кувейт|クウェート|쿠웨이트
LC Sainte-Lucie|Santa Lucía|S:t Lucia|Сент-Люсия|圣卢西亚|聖露西亞|セントルシア|세인트루시아
LT Lituanie|Lituania|Litouwen|Litwa|Litvanya|Литва|リトアニア|리투아니아
LV Lettonie|Letonia|Lettonia|Letland|Łotwa|Letonya|Латвия|拉脫維亞|ラトビア|라트비아
LY Libye|Libia|Libië|Ливия|利比亞|リビア|리비아
MD Moldavie|Moldavia|Mołdawia|Moldavien|Молдова|摩爾多瓦|モルドバ|몰도바
MK Macédoine du Nord|Macedonia del Norte|Macedonia del Nord|Macedônia do Norte|Noord-Macedonië|Macedonia Północna|Nordmakedonien|Kuzey Makedonya|Северная Македония|北馬其頓|北マケドニア|북마케도니아
MM Myanmar (Birmanie)|Myanmar (Birmania)|Mianmar (Birmânia)|Myanmar (Birma)|Mjanma (Birma)|Мьянма (Бирма)|緬甸|ミャンマー (ビルマ)|미얀마
MN Mongolie|Mongoliet|Moğolistan|Монголия|モンゴル|몽골
MT Malte|Мальта|馬爾他|マルタ|몰타
MY Malaisie|Malasia|Maleisië|Malezja|Malezya|Малайзия|馬來西亞|マレーシア|말레이시아
NA Namibie|Namibya|Намибия|納米比亞|ナミビア|나미비아
NZ Nouvelle-Zélande|Nueva Zelanda|Nuova Zelanda|Nova Zelândia|Nieuw-Zeeland|Nowa Zelandia|Nya Zeeland|Yeni Zelanda|Новая Зеландия|紐西蘭|ニュージーランド|뉴질랜드
PE Pérou|Перу|秘魯|ペルー|페루
PR Porto Rico|Portorico|Portoryko|Porto Riko|Пуэрто-Рико|プエルトリコ|푸에르토리코
PW Palaos|Палау|帕劳|帛琉|パラオ|팔라우
RS Serbie|Sérvia|Servië|Sırbistan|Сербия|塞爾維亞|セルビア|세르비아
SA Arabie saoudite|Arabia Saudí|Arabia Saudita|Saoedi-Arabië|Arabia Saudyjska|Saudiarabien|Suudi Arabistan|Саудовская Аравия|沙烏地阿拉伯|サウジアラビア|사우디아라비아
SD Soudan|Sudão|Soedan|Судан|蘇丹|スーダン|수단
SG Singapour|Сингапур|シンガポール|싱가포르
SH Sainte-Hélène|Santa Elena|Sant’Elena|Santa Helena|Sint-Helena|Wyspa Świętej Heleny|S:t Helena|о-в Св. Елены|圣赫勒拿|聖赫勒拿島|セントヘレナ|세인트헬레나
SI Slovénie|Eslovenia|Słowenia|Slovenien|Slovenya|Словения|斯洛維尼亞|スロベニア|슬로베니아
SK Slovaquie|Eslovaquia|Slovacchia|Slowakije|Słowacja|Slovakien|Slovakiet|Slovakya|Словакия|スロバキア|슬로바키아
SM Saint-Marin|Сан-Марино|聖馬利諾|サンマリノ|산마리노
SO Somalie|Somali|Сомали|索馬利亞|ソマリア|소말리아
SX Saint-Martin (partie néerlandaise)|Синт-Мартен|荷属圣马丁|荷屬聖馬丁|シント・マールテン|신트마르턴
SY Syrie|Siria|Suriye|Сирия|敘利亞|シリア|시리아
TH Thaïlande|Tailandia|Thailandia|Tajlandia|Tayland|Таиланд|タイ|태국
TJ Tadjikistan|Tayikistán|Tagikistan|Tadjiquistão|Tadzjikistan|Tadżykistan|Tadsjikistan|Tacikistan|Таджикистан|塔吉克|タジキスタン|타지키스탄
TL Timor oriental|Timor Est|Oost-Timor|Timor Wschodni|Östtimor|Восточный Тимор|东帝汶|東帝汶|東ティモール|동티모르
TZ Tanzanie|Tanzanya|Танзания|坦尚尼亞|タンザニア|탄자니아
UG Ouganda|Oeganda|Уганда|烏干達|ウガンダ|우간다
UZ Ouzbékistan|Uzbequistão|Oezbekistan|Özbekistan|烏茲別克|ウズベキスタン|우즈베키스탄
ZM Zambie|Zambiya|Замбия|尚比亞|ザンビア|잠비아
AF Afganistán|Afeganistão|Афганистан|アフガニスタン|아프가니스탄
AI Anguila|Ангилья|安圭拉|安奎拉|アンギラ|앵귈라
BD Bangladés|Bangladesz|Бангладеш|バングラデシュ|방글라데시
BE Bélgica|Belgio|Belgia|Belçika|Бельгия|比利時|ベルギー|벨기에
BL San Bartolomé|São Bartolomeu|S:t Barthélemy|Сен-Бартелеми|圣巴泰勒米|聖巴瑟米|サン・バルテルミー|생바르텔레미
BZ Belice|Белиз|伯利兹|貝里斯|ベリーズ|벨리즈
CM Camerún|Camarões|Kameroen|Камерун|喀麥隆|カメルーン|카메룬
CW Curazao|Кюрасао|库拉索|庫拉索|キュラソー|퀴라소
DK Dinamarca|Danimarca|Denemarken|Dania|Danimarka|Дания|丹麥|デンマーク|덴마크
DZ Argelia|Algerije|Algieria|Algeriet|Cezayir|Алжир|阿爾及利亞|アルジェリア|알제리
GP Guadalupe|Guadalupa|Gwadelupa|Гваделупа|瓜德罗普|瓜地洛普|グアドループ|과들루프
IE Irlanda|Ierland|Irlandia|Ирландия|愛爾蘭|アイルランド|아일랜드
KZ Kazajistán|Kazakistan|Cazaquistão|Kazachstan|Kazakstan|Kasakhstan|哈薩克|カザフスタン|카자흐스탄
LB Líbano|Lübnan|Ливан|レバノン|레바논
LS Lesoto|Лесото|莱索托|賴索托|レソト|레소토
LU Luxemburgo|Lussemburgo|Luksemburg|Люксембург|盧森堡|ルクセンブルク|룩셈부르크
MF San Martín|São Martinho|Сен-Мартен|法属圣马丁|法屬聖馬丁|サン・マルタン|생마르탱
MQ Martinica|Martynika|Martinik|Мартиника|马提尼克|馬丁尼克|マルティニーク|마르티니크
MU Mauricio|Маврикий|模里西斯|モーリシャス|모리셔스
MV Maldivas|Maldive|Maldiven|Malediwy|Maldiverna|Maldiverne|Maldivler|Мальдивы|馬爾地夫|モルディブ|몰디브
MW Malaui|Malavi|Малави|马拉维|馬拉威|マラウイ|말라위
NO Noruega|Norvegia|Noorwegen|Norwegia|Norveç|Норвегия|ノルウェー|노르웨이
PH Filipinas|Filippine|Filipijnen|Filipiny|Filippinerna|Filippinerne|Filipinler|Филиппины|菲律賓|フィリピン|필리핀
QA Catar|Катар|卡達|カタール|카타르
RO Rumanía|Romênia|Roemenië|Rumunia|Rumænien|Romanya|Румыния|羅馬尼亞|ルーマニア|루마니아
SE Suecia|Svezia|Zweden|Szwecja|İsveç|Швеция|スウェーデン|스웨덴
SL Sierra Leona|Serra Leoa|Сьерра-Леоне|塞拉利昂|獅子山|シエラレオネ|시에라리온
SZ Esuatini|Essuatíni|Esvatini|Эсватини|斯威士兰|史瓦帝尼|エスワティニ|에스와티니
TN Túnez|Tunesië|Tunezja|Tunisien|Tunus|Тунис|突尼西亞|チュニジア|튀니지
TR Turquía|Turchia|Turkije|Turcja|Turkiet|Tyrkiet|Турция|トルコ|튀르키예
UA Ucrania|Ucraina|Oekraïne|Ukraina|Ukrayna|烏克蘭|ウクライナ|우크라이나
ZA Sudáfrica|África do Sul|Zuid-Afrika|Republika Południowej Afryki|Sydafrika|Güney Afrika|Южно-Африканская Республика|南アフリカ|남아프리카
ZW Zimbabue|Zimbabve|Зимбабве|辛巴威|ジンバブエ|짐바브웨
BR Brasile|Brazilië|Brazylia|Brezilya|Бразилия|ブラジル|브라질
CI Costa d’Avorio|Costa do Marfim|Ivoorkust|Elfenbenskusten|Elfenbenskysten|Кот-д’Ивуар|科特迪瓦|象牙海岸|コートジボワール|코트디부아르
CN Cina|Chiny|Kina|Çin|Китай|중국
GB Regno Unito|Verenigd Koninkrijk|Wielka Brytania|Storbritannien|Birleşik Krallık|Великобритания|영국
GI Gibilterra|Cebelitarık|Гибралтар|直布罗陀|直布羅陀|ジブラルタル|지브롤터
IL Israele|Izrael|İsrail|Израиль|イスラエル|이스라엘
MA Marocco|Marrocos|Maroko|Marocko|Fas|Марокко|モロッコ|모로코
MX Messico|Meksyk|Meksika|Мексика|メキシコ|멕시코
MZ Mozambico|Mozambik|Мозамбик|莫三比克|モザンビーク|모잠비크
NL Paesi Bassi|Países Baixos|Holandia|Nederländerna|Nederlandene|Hollanda|Нидерланды|オランダ|네덜란드
PT Portogallo|Portugalia|Portekiz|Португалия|ポルトガル|포르투갈
RE Riunione|Reunião|Реюньон|留尼汪|留尼旺|レユニオン|레위니옹
TD Ciad|Chade|Tsjaad|Czad|Çad|Чад|乍得|查德|チャド|차드
BF Burquina Faso|Буркина-Фасо|布基纳法索|布吉納法索|ブルキナファソ|부르키나파소
CH Suíça|Zwitserland|Szwajcaria|İsviçre|Швейцария|スイス|스위스
DE Alemanha|Almanya|Германия|독일
ES Espanha|Spanje|Hiszpania|İspanya|Испания|スペイン|스페인
FR França|Francja|Frankrike|Frankrig|Fransa|Франция|프랑스
GH Gana|Гана|迦納|ガーナ|가나
GN Guiné|Gwinea|Gine|Гвинея|几内亚|幾內亞|ギニア|기니
GY Guiana|Gujana|Гайана|圭亚那|蓋亞那|ガイアナ|가이아나
IQ Iraque|Ирак|イラク|이라크
IR Irã|Иран|イラン|이란
JP Japão|Japonia|Japonya|Япония|일본
KE Quênia|Кения|肯亞|ケニア|케냐
KI Quiribati|Кирибати|基里巴斯|吉里巴斯|キリバス|키리바시
OM Omã|Umman|Оман|オマーン|오만
PK Paquistão|Пакистан|パキスタン|파키스탄
PY Paraguai|Paragwaj|Парагвай|パラグアイ|파라과이
SC Seicheles|Seszele|Seychellerna|Seychellerne|Seyşeller|Сейшельские о-ва|塞席爾|セーシェル|세이셸
TM Turcomenistão|Туркменистан|土庫曼|トルクメニスタン|투르크메니스탄
UY Uruguai|Urugwaj|Уругвай|烏拉圭|ウルグアイ|우루과이
VN Vietnã|Wietnam|Вьетнам|ベトナム|베트남
YE Iêmen|Йемен|葉門|イエメン|예멘
AR Argentinië|Argentyna|Arjantin|Аргентина|アルゼンチン|아르헨티나
AT Oostenrijk|Österrike|Østrig|Avusturya|Австрия|奧地利|オーストリア|오스트리아
RU Rusland|Rosja|Ryssland|Rusya|ロシア|러시아
US США|Verenigde Staten|Stany Zjednoczone|Amerika Birleşik Devletleri|Соединенные Штаты|アメリカ合衆国|미국
BS Bahamy|Bahamalar|Багамы|巴哈马|巴哈馬|バハマ|바하마
CR Kostaryka|Kosta Rika|Коста-Рика|哥斯大黎加|コスタリカ|코스타리카
GT Gwatemala|Гватемала|瓜地馬拉|グアテマラ|과테말라
IN Indie|Hindistan|Индия|インド|인도
IT Włochy|İtalya|Италия|義大利|이탈리아
MC Monako|Монако|摩納哥|モナコ|모나코
ME Czarnogóra|Karadağ|Черногория|蒙特內哥羅|モンテネグロ|몬테네그로
NI Nikaragua|Никарагуа|ニカラグア|니카라과
SV Salwador|Сальвадор|薩爾瓦多|エルサルバドル|엘살바도르
TW Tajwan|Tayvan|Тайвань|대만
VE Wenezuela|Венесуэла|委內瑞拉|ベネズエラ|베네수엘라
XK Kosowo|科索沃|コソボ|코소보
YT Majotta|Майотта|马约特|馬約特島|マヨット|마요트
TK Tokelauöarna|Токелау|托克劳|托克勞群島|トケラウ|토켈라우
AU Avustralya|Австралия|オーストラリア|오스트레일리아
LR Liberya|Либерия|利比里亚|賴比瑞亞|リベリア|라이베리아
NE Nijer|Нигер|尼日尔|尼日|ニジェール|니제르
NG Nijerya|Нигерия|奈及利亞|ナイジェリア|나이지리아
PL Polonya|Польша|波蘭|ポーランド|폴란드
AO Ангола|アンゴラ|앙골라
AW Аруба|阿鲁巴|荷屬阿魯巴|アルバ|아루바
BI Бурунди|布隆迪|蒲隆地|ブルンジ|부룬디
BJ Бенин|贝宁|貝南|ベナン|베냉
BN Бруней|汶萊|ブルネイ|브루나이
CA Канада|カナダ|캐나다
CU Куба|キューバ|쿠바
GU Гуам|关岛|關島|グアム|괌
HN Гондурас|宏都拉斯|ホンジュラス|온두라스
HT Гаити|海地|ハイチ|아이티
JE Джерси|泽西岛|澤西島|ジャージー|저지
LA Лаос|寮國|ラオス|라오스
LI Лихтенштейн|列支敦斯登|リヒテンシュタイン|리히텐슈타인
LK Шри-Ланка|斯里蘭卡|スリランカ|스리랑카
MG Мадагаскар|馬達加斯加|マダガスカル|마다가스카르
ML Мали|马里|馬利|マリ|말리
MS Монтсеррат|蒙特塞拉特|蒙哲臘|モントセラト|몬트세라트
NP Непал|尼泊爾|ネパール|네팔
NR Науру|瑙鲁|諾魯|ナウル|나우루
NU Ниуэ|纽埃|紐埃島|ニウエ|니우에
PA Панама|巴拿馬|パナマ|파나마
RW Руанда|盧安達|ルワンダ|르완다
SN Сенегал|塞內加爾|セネガル|세네갈
SR Суринам|苏里南|蘇利南|スリナム|수리남
TG Того|多哥|トーゴ|토고
TO Тонга|汤加|東加|トンガ|통가
TV Тувалу|图瓦卢|吐瓦魯|ツバル|투발루
VU Вануату|瓦努阿图|萬那杜|バヌアツ|바누아투
WS Самоа|萨摩亚|薩摩亞|サモア|사모아
"""
