"""Given names and surnames of the demo's people, by the language they come from.

A token is `text[=romanised[=other spelling]][/short form]`. Text is written as the legacy CRM stores it, with
HTML entities. Without `=romanised` the ASCII form is derived; the other spelling of a Chinese name is the
traditional one, that of a Western name is its transliteration.
"""

import unicodedata
from dataclasses import dataclass

LOCALES = ("de", "en", "fr", "zh", "ja")
GENDERS = 2

_GIVEN: dict[str, tuple[str, str]] = {
    "de": (
        "Alexander/Alex Andreas Anton Benedikt Bernhard Christian Christoph/Chris Daniel/Dan Dieter Dirk"
        " Eberhard Elias Emil Felix Florian/Flo Friedrich/Fritz Georg Günter Hannes Heinrich Henrik Jakob Jens"
        " Johannes/Hannes Jörg Jürgen Karsten Klaus Konrad Leonhard Lorenz Ludwig Lukas Markus Matthias"
        " Maximilian/Max Michael/Michi Moritz Oskar Paul Philipp Rainer Ralf Rüdiger Sebastian/Basti Stefan"
        " Theodor/Theo Thomas/Tom Tobias/Tobi Ulrich/Uli Uwe Valentin Volker Wilhelm/Willi Wolfgang/Wolf",
        "Alexandra/Alex Amelie Angelika Annegret Antje Barbara Beate Birgit Britta Carolin Christine/Chris"
        " Claudia Cornelia Dagmar Doris Elisabeth/Lisa Emma Franziska/Franzi Gabriele/Gabi Gisela Greta Hannelore"
        " Heike Helga Ingrid Irmgard Johanna/Hanna Jutta Karin Katharina/Kathi Kerstin Kirsten Lena Leontine Lieselotte"
        " Magdalena/Lena Margarete/Rita Martina Mathilde Monika Nadine Paula Petra Renate Rosemarie Sabine"
        " Sieglinde Silke Stefanie/Steffi Susanne/Susie Tanja Ulrike Ursula/Uschi Verena Waltraud Yvonne",
    ),
    "en": (
        "Aaron Abraham Adrian Albert/Al Andrew/Andy Anthony/Tony Arthur Benjamin/Ben Bradley/Brad Brian Caleb"
        " Charles/Charlie Christopher/Chris Curtis Daniel/Dan David/Dave Derek Douglas/Doug Edward/Ed Ethan Frederick/Fred"
        " Gareth Gregory/Greg Harold Howard Isaac Jacob/Jake James/Jim Jeffrey/Jeff Jonathan/Jon Joseph/Joe Joshua/Josh"
        " Kenneth/Ken Lawrence/Larry Leonard/Len Marcus Matthew/Matt Michael/Mike Nathaniel/Nate Nicholas/Nick"
        " Oliver Patrick/Pat Philip/Phil Raymond/Ray Richard/Rick Robert/Bob Ronald/Ron Samuel/Sam Stephen/Steve"
        " Terence Theodore/Ted Thomas/Tom Timothy/Tim Victor Vincent/Vince Walter William/Bill Zachary/Zach",
        "Abigail/Abby Alexandra/Alex Amanda/Mandy Barbara/Barb Beatrice Bridget Caroline Catherine/Cathy Charlotte"
        " Christine/Chris Cynthia/Cindy Deborah/Debbie Delilah Dorothy/Dot Eleanor/Ellie Elizabeth/Liz Evelyn"
        " Felicity Frances/Fran Genevieve Gillian Hannah Harriet Heather Imogen Isabella/Bella Jacqueline/Jackie"
        " Jennifer/Jenny Jessica/Jess Josephine/Jo Judith/Judy Katherine/Kate Kimberly/Kim Lavinia Lillian Lorraine"
        " Margaret/Maggie Melissa Meredith Michelle Millicent Natalie Olivia Pamela/Pam Patricia/Pat Penelope"
        " Phoebe Priscilla Rebecca/Becky Rosalind Samantha/Sam Stephanie/Steph Susan/Sue Sylvia Theresa/Terry"
        " Valerie/Val Veronica Victoria/Vicky Winifred Yolanda",
    ),
    "fr": (
        "Adrien Alain Antoine Arnaud Aurélien Baptiste Bastien Benoît Bertrand Cédric Clément Damien Didier Édouard"
        " Emmanuel Étienne Fabrice François Frédéric/Fred Gaël Gérard Guillaume Hervé Hugo Jérôme Julien Kévin Laurent"
        " Loïc Luc Marcel Mathieu/Mat Maxime/Max Nicolas/Nico Olivier Pascal Philippe/Phil Quentin Rémi Raphaël"
        " Romain Sébastien Stéphane Sylvain Thibault Thierry Tristan Ulysse Valentin Vincent Xavier Yannick Yves",
        "Adèle Agathe Amandine Anaïs Bérénice Brigitte Camille Capucine Catherine/Cathy Céline Chloé Clémence"
        " Delphine Dominique/Domi Édith Élodie Émilie Fabienne Florence/Flo Françoise Gaëlle Geneviève Hélène"
        " Inès Isabelle/Isa Jeanne Josiane Karine Laetitia Léa Lucie Madeleine Manon Marguerite Mathilde Mélanie"
        " Nathalie Noémie Océane Odile Pauline Perrine Quitterie Roxane Sandrine Solène Sophie Sylvie Thérèse"
        " Valérie/Val Véronique/Véro Virginie Yvette Zoé",
    ),
    "ja": (
        "一郎=ichiro 健太=kenta 大輔=daisuke 拓也=takuya 直樹=naoki 和也=kazuya 浩二=koji 誠=makoto 翔=sho 隆=takashi"
        " 悠斗=yuto 蓮=ren 陽介=yosuke 剛=tsuyoshi 修平=shuhei 亮=ryo 智明=tomoaki 慎吾=shingo 雅人=masato 勇気=yuki"
        " 達彦=tatsuhiko 武=takeshi 英樹=hideki 洋平=yohei 秀明=hideaki 学=manabu",
        "陽子=yoko 美咲=misaki 由美=yumi 恵=megumi 真理=mari 久美=kumi 明日香=asuka 愛=ai 桜=sakura 結衣=yui"
        " 葵=aoi 千尋=chihiro 奈々=nana 香織=kaori 裕子=yuko 智子=tomoko 麻衣=mai 彩=aya 綾乃=ayano 京子=kyoko"
        " 遥=haruka 舞=mai 瞳=hitomi 優花=yuka 沙織=saori 百合=yuri",
    ),
}
_CHINESE_FIRST = (
    "伟=wei=偉 建=jian 国=guo=國 志=zhi 文=wen 明=ming 海=hai 永=yong 晓=xiao=曉 春=chun 家=jia 俊=jun"
    " 子=zi 天=tian 玉=yu 雪=xue 秀=xiu 丽=li=麗 美=mei 淑=shu"
)
_CHINESE_SECOND = (
    "华=hua=華 军=jun=軍 强=qiang 平=ping 东=dong=東 龙=long=龍 斌=bin 涛=tao=濤 鹏=peng=鵬 辉=hui=輝 宁=ning=寧"
    " 芳=fang 娟=juan 敏=min 静=jing 燕=yan 红=hong=紅 梅=mei 兰=lan=蘭 霞=xia 琳=lin 萍=ping"
)
_CHINESE_SINGLE = "磊=lei 超=chao 勇=yong 杰=jie 洋=yang 艳=yan=艷 娜=na 婷=ting 颖=ying=穎 倩=qian 帆=fan 凯=kai=凱"
_SURNAMES: dict[str, str] = {
    "de": (
        "Achterberg Albrecht Baumgärtner Becker Bergmann Böhm Brandt Brückner Busch Dietrich Ebert Eichhorn Engel"
        " Fährmann Falkenstein Fischer Förster Frank Fuchs Gärtner Götz Graf Großmann Günther Haas Hahn Hartmann"
        " Heinemann Herrmann Hofmann Huber Jäger Jansen Kaiser Keller Kirchner Klein Köhler König Krämer Krüger"
        " Kühn Lange Lehmann Lindner Löffler Lorenz Ludwig Maurer Möller Mühlbauer Müller Naumann Neumann Obermeier"
        " Ostermann Pfeiffer Pohl Quandt Rademacher Richter Ritter Rößler Roth Sauer Schäfer Scherer Schneider"
        " Schröder Schüßler Schulze Schwarz Seidel Sommer Stahl Strauß Thiele Trautmann Uhlig Vogel Voß Wagner Walter"
        " Weiß Werner Winkelmann Wolff Wünsche Ziegler Zimmermann"
    ),
    "en": (
        "Abernathy Adams Ashworth Baker Barlow Bennett Blackwood Bradshaw Caldwell Campbell Carpenter Chambers Clarke"
        " Coleman Crawford D&#039;Angelo Davenport Dawson Eastwood Edwards Ellison Fairbanks Fitzgerald Fletcher"
        " Foster Gallagher Gibson Goodwin Graham Hamilton Harrington Hawkins Henderson Holloway Hughes Ingram"
        " Jackson Jennings Kensington Kirkpatrick Lambert Lancaster Lawson Livingston MacDonald Marshall McAllister"
        " Mitchell Montgomery Nicholson Norwood O&#039;Brien O&#039;Connor Osborne Parkinson Patterson Pemberton"
        " Quigley Ramsey Reynolds Richardson Robinson Rutherford Sanders Sheffield Sinclair Stevenson Sullivan"
        " Thompson Thornton Underwood Vaughan Wainwright Wallace Warrington Whitaker Wilkinson Yardley Zimmerman"
    ),
    "fr": (
        "Arnaudet Aubert Barbier Beaumont Béranger Blanchard Bonnet Boucher Carpentier Chevalier Colbert Coutère"
        " D&#039;Aubigny Delacroix Deschamps Dubois Dufresne Duprès Estienne Fabre Faucheux Fontaine Fournier Gaillard"
        " Garnier Gauthier Girard Guérin Hébert Huet Jacquet Joubert Lacroix Lafleur Lambert Langlois Laurent Lefèvre"
        " Lemaître Léveillé Maillard Marchand Mercier Meunier Moreau Morel Noël Olivier Pelletier Perrin Peltier"
        " Picard Poirier Prévost Renaud Rivière Rochefort Rousseau Roux Saulnier Tessier Thévenot Vasseur Verdier"
    ),
    "zh": (
        "王=wang 李=li 张=zhang=張 刘=liu=劉 陈=chen=陳 杨=yang=楊 黄=huang 赵=zhao=趙 周=zhou 吴=wu=吳 徐=xu 孙=sun=孫"
        " 朱=zhu 马=ma=馬 胡=hu 郭=guo 林=lin 何=he 高=gao 梁=liang 郑=zheng=鄭 罗=luo=羅 宋=song 谢=xie=謝 唐=tang"
        " 韩=han=韓 曹=cao 许=xu=許 邓=deng=鄧 萧=xiao=蕭 冯=feng=馮 曾=zeng 程=cheng 蔡=cai 彭=peng 潘=pan 袁=yuan"
        " 董=dong 余=yu 苏=su=蘇 叶=ye=葉 吕=lv=呂 魏=wei 蒋=jiang=蔣 田=tian 杜=du 丁=ding 沈=shen 姜=jiang 范=fan"
        " 江=jiang 傅=fu 钟=zhong=鍾 卢=lu=盧 汪=wang 戴=dai 崔=cui 任=ren 陆=lu=陸 廖=liao 欧阳=ouyang=歐陽 上官=shangguan"
    ),
    "ja": (
        "佐藤=sato 鈴木=suzuki 高橋=takahashi 田中=tanaka 伊藤=ito 渡辺=watanabe 山本=yamamoto 中村=nakamura"
        " 小林=kobayashi 加藤=kato 吉田=yoshida 山田=yamada 佐々木=sasaki 山口=yamaguchi 松本=matsumoto 井上=inoue"
        " 木村=kimura 林=hayashi 斎藤=saito 清水=shimizu 山崎=yamazaki 池田=ikeda 橋本=hashimoto 阿部=abe 石川=ishikawa"
        " 前田=maeda 藤田=fujita 後藤=goto 長谷川=hasegawa 岡田=okada 近藤=kondo 青木=aoki 西村=nishimura"
    ),
}
_GERMAN_LETTERS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue"})


@dataclass(frozen=True)
class Name:
    """A name as stored, romanised for addresses, spelled otherwise, and in its short form."""

    text: str
    ascii: str
    other: str
    short: str


def _plain(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.translate(_GERMAN_LETTERS))
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def _name(token: str) -> Name:
    spelled, _, short = token.partition("/")
    text, romanised, other = [*spelled.split("="), "", ""][:3]
    ascii_text = romanised or _plain(text.replace("&#039;", "")).lower()
    fallback = text if romanised else _plain(text)
    return Name(text, ascii_text, other or fallback, short or text)


def _chinese_given() -> list[Name]:
    first, second = ([_name(token) for token in part.split()] for part in (_CHINESE_FIRST, _CHINESE_SECOND))
    pairs = [
        Name(a.text + b.text, a.ascii + b.ascii, a.other + b.other, a.text + b.text)
        for at, a in enumerate(first)
        for b in second[at % 3 :: 3]
    ]
    return pairs + [_name(token) for token in _CHINESE_SINGLE.split()]


def given_names(locale: str, gender: int) -> list[Name]:
    """Return a locale's given names, sorted; Chinese given names serve both genders."""
    names = _chinese_given() if locale == "zh" else [_name(token) for token in _GIVEN[locale][gender].split()]
    return sorted(names, key=lambda name: name.text)


def surnames(locale: str) -> list[Name]:
    """Return a locale's surnames, sorted."""
    return sorted((_name(token) for token in _SURNAMES[locale].split()), key=lambda name: name.text)
