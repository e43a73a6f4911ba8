"""Countries of ISO 3166-1 with their names: English, native, and those that people write.

One line each: alpha-2, alpha-3, then names separated by `|`. Case, accents, dots and a leading "the" do not
matter.
XK (Kosovo) is a user-assigned code in general use.
"""

# ruff: noqa: E501 a country is one line

COUNTRIES = """
AD AND Andorra|Principality of Andorra|安道尔
AE ARE United Arab Emirates|UAE|U.A.E.|Emirates|الإمارات العربية المتحدة|الإمارات|Vereinigte Arabische Emirate|阿联酋|阿拉伯联合酋长国|VAE
AF AFG Afghanistan|افغانستان|阿富汗
AG ATG Antigua and Barbuda|Antigua
AI AIA Anguilla
AL ALB Albania|Shqipëria|Shqipëri|Albanien|阿尔巴尼亚
AM ARM Armenia|Հայաստան|Hayastan|Armenien|亚美尼亚
AO AGO Angola|安哥拉
AQ ATA Antarctica
AR ARG Argentina|Argentine Republic|República Argentina|Argentinien|Argentine|阿根廷
AS ASM American Samoa
AT AUT Austria|Österreich|Oesterreich|Republik Österreich|Autriche|奥地利
AU AUS Australia|Commonwealth of Australia|Australien|Australie|澳大利亚|澳洲
AW ABW Aruba
AX ALA Åland Islands|Åland|Aland|Ahvenanmaa
AZ AZE Azerbaijan|Azərbaycan|Aserbaidschan|阿塞拜疆
BA BIH Bosnia and Herzegovina|Bosnia & Herzegovina|Bosnia|Bosna i Hercegovina|Bosnien und Herzegowina|Bosnien|波黑
BB BRB Barbados
BD BGD Bangladesh|বাংলাদেশ|Bangladesch|孟加拉国|孟加拉
BE BEL Belgium|België|Belgique|Belgien|Kingdom of Belgium|比利时
BF BFA Burkina Faso|Burkina
BG BGR Bulgaria|България|Bulgarien|保加利亚
BH BHR Bahrain|البحرين|巴林
BI BDI Burundi
BJ BEN Benin|Bénin
BL BLM Saint Barthélemy|Saint Barts
BM BMU Bermuda
BN BRN Brunei Darussalam|Brunei|文莱
BO BOL Bolivia|Plurinational State of Bolivia|Bolivia, Plurinational State of|Bolivien|玻利维亚
BQ BES Bonaire, Sint Eustatius and Saba|Bonaire|Caribbean Netherlands
BR BRA Brazil|Brasil|Brasilien|Brésil|Federative Republic of Brazil|巴西
BS BHS Bahamas|The Bahamas
BT BTN Bhutan|འབྲུག་ཡུལ|不丹
BV BVT Bouvet Island
BW BWA Botswana|博茨瓦纳
BY BLR Belarus|Беларусь|Белоруссия|Weißrussland|白俄罗斯
BZ BLZ Belize
CA CAN Canada|Kanada|加拿大
CC CCK Cocos (Keeling) Islands|Cocos Islands|Keeling Islands
CD COD Congo, Democratic Republic of the|Democratic Republic of the Congo|Congo, The Democratic Republic of the|DR Congo|DRC|D.R. Congo|Congo-Kinshasa|Congo (Kinshasa)|Zaire|République démocratique du Congo|RD Congo|RDC|Demokratische Republik Kongo|DR Kongo|刚果民主共和国
CF CAF Central African Republic|République centrafricaine
CG COG Congo|Republic of the Congo|Congo, Republic of the|Congo-Brazzaville|Congo (Brazzaville)|République du Congo|刚果共和国
CH CHE Switzerland|Schweiz|Suisse|Svizzera|Svizra|Swiss Confederation|Confoederatio Helvetica|Suiza|瑞士
CI CIV Côte d'Ivoire|Ivory Coast|Elfenbeinküste
CK COK Cook Islands
CL CHL Chile|智利
CM CMR Cameroon|Cameroun|Kamerun|喀麦隆
CN CHN China|People's Republic of China|PRC|P.R. China|P.R.C.|PR China|Mainland China|Zhongguo|中国|中國|中华人民共和国|中華人民共和國|中国大陆|Chine|VR China|Volksrepublik China
CO COL Colombia|Kolumbien|哥伦比亚
CR CRI Costa Rica|哥斯达黎加
CU CUB Cuba|Kuba|古巴
CV CPV Cabo Verde|Cape Verde
CW CUW Curaçao
CX CXR Christmas Island
CY CYP Cyprus|Κύπρος|Kıbrıs|Zypern|塞浦路斯
CZ CZE Czechia|Czech Republic|Česko|Česká republika|Tschechien|Tschechische Republik|捷克|捷克共和国
DE DEU Germany|Deutschland|Federal Republic of Germany|Bundesrepublik Deutschland|BRD|FRG|GER|Allemagne|Alemania|Germania|Duitsland|Tyskland|Niemcy|德国|德國|ドイツ
DJ DJI Djibouti
DK DNK Denmark|Danmark|Kingdom of Denmark|Dänemark|丹麦
DM DMA Dominica
DO DOM Dominican Republic|República Dominicana|Dominikanische Republik|多米尼加
DZ DZA Algeria|الجزائر|Algérie|Algerien|阿尔及利亚
EC ECU Ecuador|厄瓜多尔
EE EST Estonia|Eesti|Estland|爱沙尼亚
EG EGY Egypt|مصر|Arab Republic of Egypt|Ägypten|埃及
EH ESH Western Sahara
ER ERI Eritrea
ES ESP Spain|España|Kingdom of Spain|Spanien|Espagne|Spagna|西班牙
ET ETH Ethiopia|ኢትዮጵያ|Äthiopien|埃塞俄比亚
FI FIN Finland|Suomi|Finnland|芬兰
FJ FJI Fiji|斐济
FK FLK Falkland Islands (Malvinas)|Falkland Islands|Malvinas
FM FSM Micronesia|Federated States of Micronesia|Micronesia, Federated States of
FO FRO Faroe Islands|Føroyar|Faeroe Islands
FR FRA France|French Republic|République française|Frankreich|Francia|Frankrijk|法国|法國|フランス
GA GAB Gabon
GB GBR United Kingdom|United Kingdom of Great Britain and Northern Ireland|UK|U.K.|Great Britain|Britain|G.B.|England|Scotland|Wales|Northern Ireland|Großbritannien|Vereinigtes Königreich|Royaume-Uni|Reino Unido|英国|英國|イギリス
GD GRD Grenada
GE GEO Georgia|საქართველო|Sakartvelo|Georgien|格鲁吉亚
GF GUF French Guiana|Guyane française
GG GGY Guernsey
GH GHA Ghana|加纳
GI GIB Gibraltar
GL GRL Greenland|Kalaallit Nunaat|Grønland
GM GMB Gambia|The Gambia
GN GIN Guinea|Guinée
GP GLP Guadeloupe
GQ GNQ Equatorial Guinea|Guinea Ecuatorial
GR GRC Greece|Ελλάδα|Ελλάς|Hellas|Hellenic Republic|Griechenland|EL|希腊
GS SGS South Georgia & South Sandwich Islands|South Georgia and the South Sandwich Islands
GT GTM Guatemala|危地马拉
GU GUM Guam
GW GNB Guinea-Bissau|Guiné-Bissau
GY GUY Guyana
HK HKG Hong Kong|Hong Kong SAR|Hong Kong SAR China|Hongkong|H.K.|香港|中国香港
HM HMD Heard & McDonald Islands|Heard Island and McDonald Islands
HN HND Honduras|洪都拉斯
HR HRV Croatia|Hrvatska|Kroatien|克罗地亚
HT HTI Haiti|Haïti|Ayiti
HU HUN Hungary|Magyarország|Ungarn|匈牙利
ID IDN Indonesia|Republic of Indonesia|Indonesien|印度尼西亚|印尼
IE IRL Ireland|Éire|Republic of Ireland|Eire|Irland|Irlande|爱尔兰
IL ISR Israel|ישראל|إسرائيل|以色列
IM IMN Isle of Man
IN IND India|Bharat|भारत|Republic of India|Indien|Inde|印度
IO IOT British Indian Ocean Territory
IQ IRQ Iraq|العراق|Irak|伊拉克
IR IRN Iran|Islamic Republic of Iran|Iran, Islamic Republic of|ایران|伊朗
IS ISL Iceland|Ísland|Island|冰岛
IT ITA Italy|Italia|Italien|Italie|Italian Republic|Repubblica Italiana|意大利|イタリア
JE JEY Jersey
JM JAM Jamaica|牙买加
JO JOR Jordan|الأردن|Jordanien|约旦
JP JPN Japan|日本|日本国|Nippon|Nihon|Japon|Giappone
KE KEN Kenya|Kenia|肯尼亚
KG KGZ Kyrgyzstan|Кыргызстан|Kirgisistan|吉尔吉斯斯坦
KH KHM Cambodia|កម្ពុជា|Kampuchea|Kambodscha|柬埔寨
KI KIR Kiribati
KM COM Comoros|Comores
KN KNA Saint Kitts and Nevis|St. Kitts & Nevis
KP PRK North Korea|Korea, Democratic People's Republic of|Democratic People's Republic of Korea|DPRK|Korea (North)|Nordkorea|북한|朝鲜|北韩
KR KOR South Korea|Korea, Republic of|Republic of Korea|Korea|ROK|Korea (South)|S. Korea|Südkorea|대한민국|한국|韩国|韓国|南韩|大韩民国|大韓民國
KW KWT Kuwait|الكويت|科威特
KY CYM Cayman Islands
KZ KAZ Kazakhstan|Қазақстан|Казахстан|Kasachstan|哈萨克斯坦
LA LAO Laos|Lao People's Democratic Republic|Lao PDR|ລາວ|老挝
LB LBN Lebanon|لبنان|Liban|Libanon|黎巴嫩
LC LCA Saint Lucia
LI LIE Liechtenstein|列支敦士登
LK LKA Sri Lanka|ශ්‍රී ලංකාව|Ceylon|斯里兰卡
LR LBR Liberia
LS LSO Lesotho
LT LTU Lithuania|Lietuva|Litauen|立陶宛
LU LUX Luxembourg|Lëtzebuerg|Luxemburg|Grand Duchy of Luxembourg|卢森堡
LV LVA Latvia|Latvija|Lettland|拉脱维亚
LY LBY Libya|ليبيا|Libyen|利比亚
MA MAR Morocco|المغرب|Maroc|Marokko|Marruecos|摩洛哥
MC MCO Monaco|摩纳哥
MD MDA Moldova|Republic of Moldova|Moldova, Republic of|Moldawien|Republik Moldau|摩尔多瓦
ME MNE Montenegro|Crna Gora|Црна Гора|黑山
MF MAF Saint Martin|Saint Martin (French part)
MG MDG Madagascar|Madagasikara|Madagaskar|马达加斯加
MH MHL Marshall Islands
MK MKD North Macedonia|Macedonia|Северна Македонија|Republic of Macedonia|Macedonia, the former Yugoslav Republic of|FYROM|Nordmazedonien|北马其顿
ML MLI Mali
MM MMR Myanmar|Myanmar (Burma)|Burma|မြန်မာ|缅甸
MN MNG Mongolia|Монгол Улс|Mongolei|蒙古
MO MAC Macao|Macau|Macao SAR|Macao SAR China|澳门|澳門|中国澳门
MP MNP Northern Mariana Islands
MQ MTQ Martinique
MR MRT Mauritania|موريتانيا|Mauritanie
MS MSR Montserrat
MT MLT Malta|马耳他
MU MUS Mauritius|Maurice|毛里求斯
MV MDV Maldives|Malediven|马尔代夫
MW MWI Malawi
MX MEX Mexico|México|Méjico|United Mexican States|Mexiko|Mexique|墨西哥
MY MYS Malaysia|马来西亚
MZ MOZ Mozambique|Moçambique|Mosambik|莫桑比克
NA NAM Namibia|纳米比亚
NC NCL New Caledonia|Nouvelle-Calédonie
NE NER Niger
NF NFK Norfolk Island
NG NGA Nigeria|尼日利亚
NI NIC Nicaragua|尼加拉瓜
NL NLD Netherlands|The Netherlands|Nederland|Holland|Niederlande|Pays-Bas|Países Bajos|Kingdom of the Netherlands|荷兰|荷蘭
NO NOR Norway|Norge|Noreg|Norwegen|Norvège|挪威
NP NPL Nepal|नेपाल|尼泊尔
NR NRU Nauru
NU NIU Niue
NZ NZL New Zealand|Aotearoa|N.Z.|Neuseeland|新西兰
OM OMN Oman|عمان|阿曼
PA PAN Panama|Panamá|巴拿马
PE PER Peru|Perú|秘鲁
PF PYF French Polynesia|Polynésie française
PG PNG Papua New Guinea|巴布亚新几内亚
PH PHL Philippines|Pilipinas|Republic of the Philippines|Philippinen|菲律宾
PK PAK Pakistan|پاکستان|巴基斯坦
PL POL Poland|Polska|Polen|Pologne|Polonia|波兰
PM SPM Saint Pierre and Miquelon
PN PCN Pitcairn|Pitcairn Islands
PR PRI Puerto Rico|波多黎各
PS PSE Palestine|State of Palestine|Palestine, State of|Palestinian Territories|Palestinian Territory, Occupied|فلسطين|Palästina|巴勒斯坦
PT PRT Portugal|葡萄牙
PW PLW Palau
PY PRY Paraguay|巴拉圭
QA QAT Qatar|قطر|Katar|卡塔尔
RE REU Réunion|La Réunion|Reunion Island
RO ROU Romania|România|Rumänien|Roumanie|罗马尼亚
RS SRB Serbia|Србија|Srbija|Serbien|塞尔维亚
RU RUS Russia|Russian Federation|Россия|Российская Федерация|Russland|Russie|Rusia|俄罗斯|俄羅斯|РФ
RW RWA Rwanda|Ruanda|卢旺达
SA SAU Saudi Arabia|Kingdom of Saudi Arabia|KSA|السعودية|المملكة العربية السعودية|Saudi-Arabien|沙特阿拉伯|沙特
SB SLB Solomon Islands
SC SYC Seychelles|Seychellen|塞舌尔
SD SDN Sudan|السودان|苏丹
SE SWE Sweden|Sverige|Kingdom of Sweden|Schweden|Suède|瑞典
SG SGP Singapore|Singapura|Singapur|新加坡
SH SHN Saint Helena, Ascension and Tristan da Cunha|Saint Helena
SI SVN Slovenia|Slovenija|Slowenien|斯洛文尼亚
SJ SJM Svalbard and Jan Mayen|Svalbard
SK SVK Slovakia|Slovak Republic|Slovensko|Slovenská republika|Slowakei|斯洛伐克
SL SLE Sierra Leone
SM SMR San Marino|圣马力诺
SN SEN Senegal|Sénégal|塞内加尔
SO SOM Somalia|Soomaaliya|索马里
SR SUR Suriname|Surinam
SS SSD South Sudan
ST STP Sao Tome and Principe|São Tomé and Príncipe|São Tomé e Príncipe
SV SLV El Salvador|Salvador|萨尔瓦多
SX SXM Sint Maarten|Sint Maarten (Dutch part)
SY SYR Syria|Syrian Arab Republic|سوريا|سورية|Syrien|叙利亚
SZ SWZ Eswatini|Swaziland
TC TCA Turks and Caicos Islands
TD TCD Chad|Tchad|Tschad|تشاد
TF ATF French Southern Territories
TG TGO Togo
TH THA Thailand|ประเทศไทย|ไทย|泰国|泰國
TJ TJK Tajikistan|Тоҷикистон|Tadschikistan|塔吉克斯坦
TK TKL Tokelau
TL TLS Timor-Leste|East Timor
TM TKM Turkmenistan|Türkmenistan|土库曼斯坦
TN TUN Tunisia|تونس|Tunisie|Tunesien|突尼斯
TO TON Tonga
TR TUR Türkiye|Turkey|Republic of Turkey|Turkei|Türkei|Turquie|土耳其
TT TTO Trinidad and Tobago|Trinidad
TV TUV Tuvalu
TW TWN Taiwan|Taiwan, Province of China|Taiwan, Republic of China|Republic of China|ROC|R.O.C.|台湾|台灣|臺灣|中国台湾|中華民國
TZ TZA Tanzania|United Republic of Tanzania|Tanzania, United Republic of|Tansania|坦桑尼亚
UA UKR Ukraine|Україна|Украина|乌克兰
UG UGA Uganda|乌干达
UM UMI U.S. Outlying Islands|United States Minor Outlying Islands|US Minor Outlying Islands
US USA United States|United States of America|U.S.|U.S.A.|U S A|U S|America|The States|Vereinigte Staaten|Vereinigte Staaten von Amerika|États-Unis|Estados Unidos|Stati Uniti|EE.UU.|EEUU|美国|美國|アメリカ
UY URY Uruguay|乌拉圭
UZ UZB Uzbekistan|Oʻzbekiston|O'zbekiston|Узбекистан|Usbekistan|乌兹别克斯坦
VA VAT Holy See|Vatican|Vatican City|Vatican City State|Holy See (Vatican City State)|Città del Vaticano|梵蒂冈
VC VCT St. Vincent & Grenadines|Saint Vincent and the Grenadines|Saint Vincent
VE VEN Venezuela|Bolivarian Republic of Venezuela|Venezuela, Bolivarian Republic of|委内瑞拉
VG VGB Virgin Islands, British|British Virgin Islands|Virgin Islands (British)|BVI
VI VIR Virgin Islands, U.S.|US Virgin Islands|United States Virgin Islands|Virgin Islands (U.S.)|USVI
VN VNM Viet Nam|Vietnam|Việt Nam|Socialist Republic of Vietnam|越南
VU VUT Vanuatu
WF WLF Wallis and Futuna
WS WSM Samoa|Western Samoa
XK XKX Kosovo|Kosova|Косово
YE YEM Yemen|اليمن|Jemen|也门
YT MYT Mayotte
ZA ZAF South Africa|Republic of South Africa|RSA|Südafrika|Suid-Afrika|Afrique du Sud|南非
ZM ZMB Zambia|Sambia|赞比亚
ZW ZWE Zimbabwe|Simbabwe|津巴布韦
"""
