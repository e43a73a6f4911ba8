"""Languages of ISO 639 with their names: English, native, German and Chinese where people write them so.

One entry each: the BCP 47 subtag, the three-letter codes joined by `,`, then names separated by `|`.
"""

LANGUAGES = """
aa aar Afar
ab abk Abkhazian
ae ave Avestan
af afr Afrikaans
ak aka Akan
am amh Amharic|አማርኛ
an arg Aragonese
ar ara Arabic|العربية|Arabisch|阿拉伯语
as asm Assamese
av ava Avaric
ay aym Aymara
az aze Azerbaijani|Azeri
ba bak Bashkir
be bel Belarusian|Беларуская
bg bul Bulgarian|Български|Bulgarisch
bi bis Bislama
bm bam Bambara
bn ben Bengali|Bangla|বাংলা
bo bod,tib Tibetan
br bre Breton
bs bos Bosnian|Bosanski
ca cat Catalan|Català|Katalanisch
ce che Chechen
ch cha Chamorro
co cos Corsican
cr cre Cree
cs ces,cze Czech|Čeština|Tschechisch|捷克语
cu chu Church Slavic
cv chv Chuvash
cy cym,wel Welsh|Cymraeg
da dan Danish|Dansk|Dänisch|丹麦语
de deu,ger German|Deutsch|Allemand|Alemán|德语
dv div Dhivehi
dz dzo Dzongkha
ee ewe Ewe
el ell,gre Greek|Ελληνικά|Griechisch|希腊语
en eng English|Englisch|Anglais|Inglés|英语|英文
eo epo Esperanto
es spa Spanish|Español|Castellano|Spanisch|西班牙语
et est Estonian|Eesti|Estnisch
eu eus,baq Basque|Euskara
fa fas,per Persian|Farsi|فارسی|Persisch
ff ful Fulah
fi fin Finnish|Suomi|Finnisch|芬兰语
fj fij Fijian
fo fao Faroese
fr fra,fre French|Français|Französisch|法语
fy fry Frisian|Western Frisian
ga gle Irish|Gaeilge
gd gla Scottish Gaelic
gl glg Galician|Galego
gn grn Guarani
gu guj Gujarati
gv glv Manx
ha hau Hausa
he heb,iw Hebrew|עברית|Hebräisch
hi hin Hindi|हिन्दी
ho hmo Hiri Motu
hr hrv,scr Croatian|Hrvatski|Kroatisch
ht hat Haitian|Haitian Creole
hu hun Hungarian|Magyar|Ungarisch
hy hye,arm Armenian|Հայերեն
hz her Herero
ia ina Interlingua
id ind,in Indonesian|Bahasa Indonesia|Indonesisch|印尼语
ie ile Interlingue
ig ibo Igbo
ii iii Sichuan Yi
ik ipk Inupiaq
io ido Ido
is isl,ice Icelandic|Íslenska|Isländisch
it ita Italian|Italiano|Italienisch|意大利语
iu iku Inuktitut
ja jpn Japanese|日本語|日语|日文|Japanisch
jv jav Javanese
ka kat,geo Georgian|ქართული
kg kon Kongo
ki kik Kikuyu
kj kua Kuanyama
kk kaz Kazakh|Қазақша
kl kal Greenlandic|Kalaallisut
km khm Khmer
kn kan Kannada
ko kor Korean|한국어|Koreanisch|韩语
kr kau Kanuri
ks kas Kashmiri
ku kur Kurdish|Kurdî
kv kom Komi
kw cor Cornish
ky kir Kyrgyz|Kirghiz
la lat Latin
lb ltz Luxembourgish|Lëtzebuergesch
lg lug Ganda
li lim Limburgish
ln lin Lingala
lo lao Lao
lt lit Lithuanian|Lietuvių|Litauisch
lu lub Luba-Katanga
lv lav Latvian|Latviešu|Lettisch
mg mlg Malagasy
mh mah Marshallese
mi mri,mao Maori|Māori
mk mkd,mac Macedonian|Македонски
ml mal Malayalam
mn mon Mongolian|Монгол
mr mar Marathi
ms msa,may Malay|Bahasa Melayu|马来语
mt mlt Maltese|Malti
my mya,bur Burmese
na nau Nauru
nb nob Norwegian Bokmål|Bokmål
nd nde North Ndebele
ne nep Nepali
ng ndo Ndonga
nl nld,dut Dutch|Nederlands|Niederländisch|Flemish|Vlaams|荷兰语
nn nno Norwegian Nynorsk|Nynorsk
no nor Norwegian|Norsk|Norwegisch
nr nbl South Ndebele
nv nav Navajo
ny nya Nyanja|Chichewa
oc oci Occitan
oj oji Ojibwa
om orm Oromo
or ori Odia|Oriya
os oss Ossetian
pa pan Punjabi|Panjabi|ਪੰਜਾਬੀ
pi pli Pali
pl pol Polish|Polski|Polnisch|波兰语
ps pus Pashto|Pushto
pt por Portuguese|Português|Portugiesisch|葡萄牙语
qu que Quechua
rm roh Romansh
rn run Rundi
ro ron,rum,mo Romanian|Română|Moldovan|Rumänisch
ru rus Russian|Русский|Russisch|俄语
rw kin Kinyarwanda
sa san Sanskrit
sc srd Sardinian
sd snd Sindhi
se sme Northern Sami
sg sag Sango
si sin Sinhala
sk slk,slo Slovak|Slovenčina|Slowakisch
sl slv Slovenian|Slovene|Slovenščina|Slowenisch
sm smo Samoan
sn sna Shona
so som Somali
sq sqi,alb Albanian|Shqip|Albanisch
sr srp,scc Serbian|Српски|Srpski|Serbisch
ss ssw Swati
st sot Southern Sotho|Sesotho
su sun Sundanese
sv swe Swedish|Svenska|Schwedisch|瑞典语
sw swa Swahili|Kiswahili
ta tam Tamil|தமிழ்
te tel Telugu
tg tgk Tajik
th tha Thai|ไทย|泰语
ti tir Tigrinya
tk tuk Turkmen
tl tgl Tagalog
tn tsn Tswana
to ton Tongan
tr tur Turkish|Türkçe|Türkisch|土耳其语
ts tso Tsonga
tt tat Tatar
tw twi Twi
ty tah Tahitian
ug uig Uyghur|Uighur
uk ukr Ukrainian|Українська|Ukrainisch|乌克兰语
ur urd Urdu|اردو
uz uzb Uzbek
ve ven Venda
vi vie Vietnamese|Tiếng Việt|Vietnamesisch|越南语
vo vol Volapük
wa wln Walloon
wo wol Wolof
xh xho Xhosa
yi yid,ji Yiddish
yo yor Yoruba
za zha Zhuang
zh zho,chi,cmn Chinese|Mandarin|Mandarin Chinese|中文|汉语|漢語|普通话|国语|Chinesisch
zu zul Zulu
ceb ceb Cebuano
fil fil Filipino
gsw gsw Swiss German|Schweizerdeutsch
haw haw Hawaiian
hmn hmn Hmong
nan nan Min Nan|Hokkien
yue yue Cantonese|粤语|粵語|广东话
zh-Hans zh-chs Simplified Chinese|Chinese (Simplified)|Chinese Simplified|简体中文
zh-Hant zh-cht Traditional Chinese|Chinese (Traditional)|Chinese Traditional|繁體中文|繁体中文
pt-BR ptb Brazilian Portuguese|Portuguese (Brazil)|Português (Brasil)
en-US enu American English|English (US)|English (United States)|US English
en-GB eng-gb British English|English (UK)|English (United Kingdom)|UK English
"""
