"""Currencies of ISO 4217 with the signs and names that people write, and the currency of each country.

One line each: code, then signs and names separated by `|`. Case, accents and dots do not matter. A sign or name that
stands in several lines belongs to several currencies: the row's country decides, or nobody.
Signs of one letter that may also be a unit or a thousand (K, L, P, Q) are left out.
"""

CURRENCIES = """
AED UAE dirham|dirham|dirhams|د.إ|Dh|Dhs|迪拉姆|阿联酋迪拉姆
AFN Afghani|؋
ALL Lek
AMD Dram|֏
ANG Netherlands Antillean guilder
AOA Kwanza|Kz
ARS Argentine peso|peso argentino|peso|pesos|$|AR$|阿根廷比索
AUD Australian dollar|Australian dollars|Australischer Dollar|dollar|dollars|$|A$|AU$|AUD$|澳元|澳币|澳大利亚元
AWG Aruban florin
AZN Manat|₼
BAM Convertible mark
BBD Barbados dollar|$|Bds$
BDT Taka|৳
BGN Lev|Leva|лв|лев
BHD Bahraini dinar|dinar|BD
BIF Burundi franc|FBu
BMD Bermudian dollar|$
BND Brunei dollar|$|B$
BOB Boliviano|Bs
BRL Brazilian real|real|reais|R$|雷亚尔
BSD Bahamian dollar|$
BTN Ngultrum
BWP Pula
BYN Belarusian rouble|rouble|Br
BZD Belize dollar|$|BZ$
CAD Canadian dollar|Canadian dollars|dollar canadien|Kanadischer Dollar|dollar|dollars|$|C$|CA$|CAD$|Can$|加元|加币|加拿大元
CDF Congolese franc|FC
CHF Swiss franc|Swiss francs|Schweizer Franken|Franken|franc suisse|francs suisses|franco suizo|franc|francs|Fr|SFr|sFr|瑞士法郎|法郎
CLP Chilean peso|peso chileno|peso|pesos|$|CLP$|智利比索
CNY Yuan|Yuan Renminbi|Chinese yuan|Renminbi|Renminbi Yuan|RMB|CN¥|¥|￥|元|圆|圓|人民币|人民幣|人民币元|块|CNH
COP Colombian peso|peso colombiano|peso|pesos|$|COL$
CRC Costa Rican colon|colon|colones|₡
CUP Cuban peso|$
CVE Cabo Verde escudo
CZK Czech koruna|koruna|koruny|korun|Tschechische Krone|Kč|Kc|捷克克朗
DJF Djibouti franc|Fdj
DKK Danish krone|Danish kroner|Dänische Krone|krone|kroner|kr|dkr|丹麦克朗
DOP Dominican peso|peso|pesos|$|RD$
DZD Algerian dinar|dinar|DA|دج
EGP Egyptian pound|pound|pounds|£|E£|LE|£E|ج.م|埃及镑
ERN Nakfa
ETB Ethiopian birr|birr|Br
EUR Euro|Euros|€|欧元|歐元|евро|ユーロ|유로|EU€
FJD Fiji dollar|$|FJ$
FKP Falkland Islands pound|£
GBP Pound sterling|British pound|British pounds|Pfund|Britisches Pfund|livre sterling|libra esterlina|sterling|pound|pounds|quid|£|GB£|UK£|英镑|英鎊
GEL Lari|₾
GHS Ghana cedi|cedi|₵|GH₵
GIP Gibraltar pound|£
GMD Dalasi
GNF Guinean franc|FG
GTQ Quetzal
GYD Guyana dollar|$
HKD Hong Kong dollar|Hong Kong dollars|Hongkong-Dollar|dollar|dollars|$|HK$|港元|港币|港幣|港圓
HNL Lempira
HTG Gourde
HUF Forint|Ft|匈牙利福林
IDR Rupiah|Indonesian rupiah|Rp|印尼盾|印尼卢比
ILS Shekel|New Israeli sheqel|Israeli shekel|Sheqel|₪|NIS|谢克尔
INR Indian rupee|Indian rupees|Indische Rupie|rupee|rupees|₹|Rs|Re|रु|印度卢比|卢比
IQD Iraqi dinar|dinar|ع.د
IRR Iranian rial|rial|﷼
ISK Icelandic króna|króna|krónur|kr|Íkr
JMD Jamaican dollar|$|J$
JOD Jordanian dinar|dinar|JD
JPY Yen|Japanese yen|Japanischer Yen|yenes|¥|￥|JP¥|円|圓|日元|日圆|日圓|日币
KES Kenyan shilling|shilling|shillings|KSh|Sh
KGS Som
KHR Riel|៛
KMF Comorian franc|CF
KPW North Korean won|₩
KRW Won|South Korean won|Korean won|₩|원|韩元|韩圆|韓元|韓圜
KWD Kuwaiti dinar|dinar|KD|د.ك
KYD Cayman Islands dollar|$|CI$
KZT Tenge|₸|тенге
LAK Lao kip|Kip|₭
LBP Lebanese pound|£|LL|ل.ل
LKR Sri Lanka rupee|rupee|rupees|Rs|SLRs
LRD Liberian dollar|$
LSL Loti
LYD Libyan dinar|dinar|LD
MAD Moroccan dirham|dirham|dirhams|DH|د.م
MDL Moldovan leu|leu|lei
MGA Ariary|Ar
MKD Denar|ден
MMK Kyat
MNT Tugrik|Tögrög|₮
MOP Pataca|MOP$|澳门元|澳門元|澳门币|葡币
MRU Ouguiya
MUR Mauritius rupee|rupee|rupees|Rs
MVR Rufiyaa|Rf
MWK Malawi kwacha|MK
MXN Mexican peso|Mexican pesos|peso mexicano|pesos mexicanos|Mexikanischer Peso|peso|pesos|$|MX$|Mex$|墨西哥比索
MYR Malaysian ringgit|Ringgit|RM|马来西亚林吉特|林吉特|马币
MZN Mozambique metical|metical|MTn
NAD Namibia dollar|$|N$
NGN Naira|₦
NIO Cordoba oro|C$
NOK Norwegian krone|Norwegian kroner|Norwegische Krone|krone|kroner|kr|nkr|挪威克朗
NPR Nepalese rupee|rupee|rupees|Rs|रु
NZD New Zealand dollar|New Zealand dollars|dollar|dollars|$|NZ$|纽元|新西兰元|纽币
OMR Omani rial|rial|ر.ع
PAB Balboa|B/
PEN Sol|Soles|Peruvian sol|Nuevo sol|S/
PGK Kina
PHP Philippine peso|Philippine pesos|piso|peso|pesos|₱|PhP|菲律宾比索
PKR Pakistan rupee|Pakistani rupee|rupee|rupees|Rs|₨
PLN Zloty|Złoty|złotych|złote|Polnischer Zloty|zł|zl|兹罗提
PYG Guarani|₲
QAR Qatari rial|Qatari riyal|riyal|QR|ر.ق
RON Romanian leu|leu|lei|罗马尼亚列伊
RSD Serbian dinar|dinar|dinara|din|дин
RUB Russian rouble|Russian ruble|rouble|roubles|ruble|rubles|Rubel|рубль|рубля|рублей|руб|р|₽|卢布
RWF Rwanda franc|RF|FRw
SAR Saudi riyal|riyal|riyals|SR|ر.س|沙特里亚尔
SBD Solomon Islands dollar|$
SCR Seychelles rupee|rupee|rupees|Rs|SRe
SDG Sudanese pound|£
SEK Swedish krona|Swedish kronor|Schwedische Krone|krona|kronor|kr|skr|瑞典克朗
SGD Singapore dollar|Singapore dollars|Singapur-Dollar|dollar|dollars|$|S$|SG$|新元|新加坡元|新币|坡币
SHP Saint Helena pound|£
SLE Leone|Le
SOS Somali shilling|shilling|shillings|Sh
SRD Surinam dollar|$
SSP South Sudanese pound|£
STN Dobra|Db
SVC El Salvador colon|₡
SYP Syrian pound|£
SZL Lilangeni
THB Baht|Thai baht|฿|บาท|泰铢
TJS Somoni
TMT Turkmenistan new manat
TND Tunisian dinar|dinar|DT|د.ت
TOP Pa'anga|T$
TRY Turkish lira|Türk lirası|Türkische Lira|lira|₺|TL|YTL|土耳其里拉|里拉
TTD Trinidad and Tobago dollar|$|TT$
TWD New Taiwan dollar|Taiwan dollar|Taiwan dollars|$|NT$|NT|元|圓|新台币|新臺幣|新台幣|台币|台幣|臺幣
TZS Tanzanian shilling|shilling|shillings|TSh|Sh
UAH Hryvnia|hryvnias|₴|грн|гривня|гривна
UGX Uganda shilling|shilling|shillings|USh|Sh
USD US dollar|US dollars|United States dollar|American dollar|U.S. dollar|dólar estadounidense|dollar américain|US-Dollar|dollar|dollars|Dollar|buck|bucks|$|US$|U$S|USD$|US|美元|美金|美圆|米ドル|ドル|달러
UYU Peso uruguayo|Uruguayan peso|peso|pesos|$|$U|UY$
UZS Uzbekistan sum|sum|soʻm
VES Bolívar|Bolivar soberano|Bs
VND Dong|Vietnamese dong|đồng|₫|đ|越南盾
VUV Vatu|VT
WST Tala|WS$
XAF CFA franc BEAC|franc CFA|FCFA|CFA
XCD East Caribbean dollar|$|EC$
XOF CFA franc BCEAO|franc CFA|FCFA|CFA
XPF CFP franc|franc CFP
YER Yemeni rial|rial|﷼
ZAR Rand|South African rand|R|南非兰特|兰特
ZMW Zambian kwacha|ZK
ZWG Zimbabwe gold
XCG Caribbean guilder|Cg
ATS Schilling|öS
BEF Belgian franc
CYP Cyprus pound
DEM Deutsche Mark|D-Mark|DM
EEK Kroon
ESP Peseta|pesetas|Pta|Ptas|₧
FIM Markka
FRF French franc|FF
GRD Drachma
HRK Kuna|kn
IEP Irish pound
ITL Italian lira|lire
LTL Litas|Lt
LVL Lats
NLG Guilder|Gulden|hfl
PTE Escudo|Esc
SIT Tolar
SKK Slovak koruna|Sk
"""  # noqa: E501 a currency is one line

OF_COUNTRIES = """
AED AE|AFN AF|ALL AL|AMD AM|AOA AO|ARS AR|AUD AU CX CC HM KI NF NR TV|AWG AW|AZN AZ|BAM BA|BBD BB|BDT BD|BGN BG|BHD BH
BIF BI|BMD BM|BND BN|BOB BO|BRL BR|BSD BS|BTN BT|BWP BW|BYN BY|BZD BZ|CAD CA|CDF CD|CHF CH LI|CLP CL|CNY CN|COP CO
CRC CR|CUP CU|CVE CV|CZK CZ|DJF DJ|DKK DK FO GL|DOP DO|DZD DZ|EGP EG|ERN ER|ETB ET|FJD FJ|FKP FK
EUR AD AT AX BE BL CY DE EE ES FI FR GF GP GR HR IE IT LT LU LV MC ME MF MQ MT NL PM PT RE SI SK SM TF VA XK YT
GBP GB GG GS IM JE|GEL GE|GHS GH|GIP GI|GMD GM|GNF GN|GTQ GT|GYD GY|HKD HK|HNL HN|HTG HT|HUF HU|IDR ID|ILS IL PS|INR IN
IQD IQ|IRR IR|ISK IS|JMD JM|JOD JO|JPY JP|KES KE|KGS KG|KHR KH|KMF KM|KPW KP|KRW KR|KWD KW|KYD KY|KZT KZ|LAK LA|LBP LB
LKR LK|LRD LR|LSL LS|LYD LY|MAD MA EH|MDL MD|MGA MG|MKD MK|MMK MM|MNT MN|MOP MO|MRU MR|MUR MU|MVR MV|MWK MW|MXN MX
MYR MY|MZN MZ|NAD NA|NGN NG|NIO NI|NOK NO BV SJ|NPR NP|NZD NZ CK NU PN TK|OMR OM|PAB PA|PEN PE|PGK PG|PHP PH|PKR PK
PLN PL|PYG PY|QAR QA|RON RO|RSD RS|RUB RU|RWF RW|SAR SA|SBD SB|SCR SC|SDG SD|SEK SE|SGD SG|SHP SH|SLE SL|SOS SO|SRD SR
SSP SS|STN ST|SVC|SYP SY|SZL SZ|THB TH|TJS TJ|TMT TM|TND TN|TOP TO|TRY TR|TTD TT|TWD TW|TZS TZ|UAH UA|UGX UG
USD US AS BQ EC FM GU IO MH MP PR PW SV TC TL UM VG VI|XCG CW SX|UYU UY|UZS UZ|VES VE|VND VN|VUV VU|WST WS
XAF CF CG CM GA GQ TD|XCD AG AI DM GD KN LC MS VC|XOF BF BJ CI GW ML NE SN TG|XPF NC PF WF|YER YE|ZAR ZA|ZMW ZM|ZWG ZW
"""
"""A currency and the countries where it is legal tender; the first is the one that a sign means there."""
