"""Words that company names are made of, by locale, and the spellings of their legal forms."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Trade:
    """Company words of a locale: fanciful heads (text=romanised), branches, and legal forms with their variants."""

    heads: tuple[tuple[str, str], ...]
    branches: tuple[str, ...]
    forms: tuple[tuple[str, str, str, str], ...]
    pattern: str


def _heads(text: str) -> tuple[tuple[str, str], ...]:
    tokens = [token.partition("=") for token in text.split()]
    return tuple((word, romanised or word.lower()) for word, _, romanised in tokens)


def _branches(text: str) -> tuple[str, ...]:
    return tuple(word.replace("_", " ") for word in text.split())


TRADES: dict[str, Trade] = {
    "de": Trade(
        _heads(
            "Nordwerk Rheinkraft Alpenblick Grünfeld=gruenfeld Silberstein Eichental Falkenhof Hansekontor"
            " Isarwind Lindenbruck Morgenroth Neckarstahl Ostseeperle Quellgrund Rotbach Saalequell Tannengrund"
            " Uhlenhorst Weserbogen Zellenberg Brückental=brueckental Donauhafen Elbgold Fuchsbau Kronenthal"
        ),
        _branches(
            "Logistik Maschinenbau Technik Software Pharma Druck Bau Elektro Energie Handel Consulting"
            " Feinkost Möbel Verlag Textil Kunststoffe Getränke IT&amp;Service Metallbau Immobilien"
        ),
        (
            ("GmbH", "Gesellschaft mit beschränkter Haftung", "G.m.b.H.", "gmbh"),
            ("AG", "Aktiengesellschaft", "A.G.", "ag"),
            ("KG", "Kommanditgesellschaft", "K.G.", "kg"),
            ("GmbH &amp; Co. KG", "GmbH und Co KG", "GmbH &amp; Co. KG", "gmbh &amp; co. kg"),
        ),
        "{head} {branch} {form}",
    ),
    "en": Trade(
        _heads(
            "Bluewater Copperfield Driftwood Eaglecrest Foxglove Granite Hawthorne Ironbridge Juniper Kestrel"
            " Larkspur Meadowbrook Northgate Oakhaven Pinecrest Quarry Ravenswood Silverline Thornbury Umber"
            " Vantage Westbrook Yellowstone Zephyr Stonebridge Clearwater"
        ),
        _branches(
            "Logistics Machinery Systems Software Pharma Printing Construction Electric Energy Trading"
            " Consulting Foods Furniture Publishing Textiles Plastics Beverages Research_&amp;_Development Metals"
            " Realty"
        ),
        (
            ("Inc.", "Incorporated", "Inc", "INC"),
            ("LLC", "L.L.C.", "llc", "Limited Liability Company"),
            ("Ltd.", "Limited", "Ltd", "LTD"),
            ("Corp.", "Corporation", "Corp", "CORP"),
        ),
        "{head} {branch} {form}",
    ),
    "fr": Trade(
        _heads(
            "Aubépine=aubepine Bellerive Clairval Duchêne=duchene Étoile=etoile Fontclair Granval Hautbois Îlevert=ilevert"
            " Joliette Lavandin Montclair Neuville Orvalys Pontneuf Rochebrune Sablon Tournelle Valbonne Vertbois"
        ),
        _branches(
            "Logistique Mécanique Technologies Logiciels Pharma Imprimerie Bâtiment Électricité Énergie Commerce"
            " Conseil Alimentation Meubles Édition Textile Plastiques Boissons Métaux Immobilier"
        ),
        (
            ("SARL", "S.A.R.L.", "Sarl", "sarl"),
            ("SAS", "S.A.S.", "Sas", "sas"),
            ("SA", "S.A.", "Société Anonyme", "sa"),
        ),
        "{head} {branch} {form}",
    ),
    "zh": Trade(
        _heads(
            "华信=huaxin 东方=dongfang 金鼎=jinding 瑞丰=ruifeng 宏达=hongda 天成=tiancheng 恒通=hengtong 盛世=shengshi"
            " 嘉禾=jiahe 明远=mingyuan 中联=zhonglian 佳美=jiamei 润泽=runze 启航=qihang 百川=baichuan 云帆=yunfan"
            " 鸿运=hongyun 安泰=antai 星河=xinghe 蓝海=lanhai 博雅=boya 凯旋=kaixuan 远航=yuanhang 信诚=xincheng"
        ),
        _branches(
            "科技 贸易 物流 软件 医药 印刷 建筑 电子 能源 食品 咨询 家具 文化传媒 纺织 塑料 饮品 信息技术 金属制品 机械"
        ),
        (
            ("有限公司", "有限责任公司", "有限公司", "有限公司"),
            ("股份有限公司", "股份公司", "股份有限公司", "（股份）有限公司"),
            ("集团有限公司", "集团", "集团有限公司", "集团有限责任公司"),
        ),
        "{city}{head}{branch}{form}",
    ),
    "ja": Trade(
        _heads(
            "青葉=aoba 朝日野=asahino 富士見=fujimi 花園=hanazono 桜井=sakurai 緑川=midorikawa 日向=hinata 松風=matsukaze"
            " 大和田=owada 白鳥=shiratori 若葉=wakaba 月島=tsukishima 波多野=hatano 千歳=chitose 星野=hoshino"
        ),
        _branches("物流 製作所 電機 ソフトウェア 製薬 印刷 建設 エネルギー 商事 食品 家具 出版 繊維 化学 飲料 不動産"),
        (
            ("株式会社", " 株式会社", "株式會社", "株式会社"),
            ("合同会社", " 合同会社", "合同会社", "合同会社"),
        ),
        "{head}{branch}{form}",
    ),
}
"""A company's base name is what stands before `{form}`."""

PRIVATE_MAIL_DOMAINS = ("mailhaus.example", "postbox.example", "webpost.example", "fastmail-demo.example")
ROLE_MAILBOXES = ("info", "office", "kontakt", "sales")
