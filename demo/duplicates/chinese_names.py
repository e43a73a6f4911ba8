"""Chinese names, addresses and company words; a word is followed by its reading, `伟wei`."""

import re

_WORD = re.compile(r"([\u3400-\u9fff]+)([a-z]*)")


def _read(text: str) -> dict[str, str]:
    """Return words with their readings, in the order written."""
    return {match[1]: match[2] for match in _WORD.finditer(text)}


def _words(text: str) -> list[str]:
    return text.split()


SURNAMES = _read(
    "王wang李li张zhang刘liu陈chen杨yang黄huang赵zhao吴wu周zhou徐xu孙sun马ma朱zhu胡hu郭guo何he林lin罗luo高gao"
    "郑zheng梁liang"
    "谢xie宋song唐tang许xu韩han邓deng冯feng曹cao彭peng曾zeng肖xiao田tian董dong潘pan袁yuan蔡cai蒋jiang余yu于yu"
    "杜du叶ye程cheng"
    "魏wei苏su吕lv丁ding任ren卢lu姚yao沈shen钟zhong姜jiang崔cui谭tan陆lu范fan汪wang廖liao石shi金jin韦wei贾jia"
    "夏xia付fu方fang"
    "邹zou熊xiong白bai孟meng秦qin邱qiu侯hou江jiang尹yin薛xue闫yan雷lei龙long黎li史shi陶tao贺he毛mao郝hao顾gu"
    "龚gong邵shao万wan"
    "覃qin武wu钱qian戴dai严yan莫mo孔kong向xiang常chang汤tang康kang易yi乔qiao赖lai文wen欧阳ouyang司马sima上官shangguan"
    "诸葛zhuge"
)
"""The most frequent first."""
MEN = _read(
    "伟wei强qiang磊lei军jun勇yong杰jie涛tao明ming超chao辉hui刚gang鹏peng峰feng健jian平ping斌bin波bo华hua浩hao"
    "宇yu亮liang建jian"
    "国guo志zhi文wen海hai永yong俊jun子zi天tian家jia德de庆qing振zhen东dong龙long宁ning林lin飞fei成cheng旭xu凯kai"
    "博bo翔xiang晨chen"
    "毅yi宏hong江jiang松song祥xiang义yi荣rong贵gui福fu学xue正zheng良liang洋yang坤kun昊hao轩xuan泽ze铭ming瑞rui"
    "嘉jia思si晓xiao"
)
WOMEN = _read(
    "芳fang娜na静jing敏min丽li艳yan娟juan霞xia秀xiu燕yan玲ling桂gui英ying红hong玉yu兰lan梅mei婷ting雪xue琳lin"
    "颖ying莉li慧hui倩qian"
    "萍ping洁jie丹dan欣xin佳jia晶jing雅ya怡yi文wen晓xiao小xiao春chun淑shu美mei惠hui珍zhen凤feng琴qin云yun莹ying"
    "蕾lei薇wei菲fei"
    "梦meng雨yu思si诗shi涵han子zi语yu悦yue瑶yao璐lu馨xin月yue彤tong萱xuan楠nan宁ning冰bing爱ai翠cui素su琼qiong瑞rui"
)
HOMOPHONES = _words(
    "伟玮炜维 丽莉俐 静婧靖 军君钧 华桦骅 涛滔 婷亭 娜那 杰洁捷 敏民闽 明铭鸣 志智致 建健剑 文雯闻 晓小筱 玉"
    "钰毓 宇雨羽 峰锋烽 辉晖挥 平萍苹"
    " 颖影莹 慧惠蕙 芳方坊 燕艳雁 梅眉媚 红宏虹 丹单 欣新昕 佳嘉加 怡宜仪 琳林霖 强蔷 勇永咏 飞非菲 凯楷 博波"
    " 宁凝 东冬"
)
"""Characters that are taken for one another at the keyboard: they sound alike."""
TRADITIONAL = str.maketrans(
    "万业东严丰丽义乔云亿仓仪优伟传兰兴军农冯凤凯刘刚创剑动区医华单卢历厦发台叶吕吴咏咨团园国场备孙学宁宝"
    "尔属岗岛岳峰崂广庆庐开张强总恒悦挥无晓晖术机杨杰桦梦楼欧气汇汉汤泽洁济涛润淀滨炜爱玮环琼瑶电疗盘禅筑"
    "红纺织络维网罗联腾艳苏苹荣荫药莹蒋蔷装讯许设诗诚询语诸谢谭责货购贵贸贺贾资赖赵车轩软辉辽达运进远连邓"
    "邹邺郑采里钟钧钰钱铁铭销锋锐锡锦镇长门闫闵闻闽阳际陆陈陕静韦韩顺顾颖飞饮饰马骅鸣鸿鹏黄龙龚",
    "萬業東嚴豐麗義喬雲億倉儀優偉傳蘭興軍農馮鳳凱劉剛創劍動區醫華單盧歷廈發臺葉呂吳詠諮團園國場備孫學寧寶"
    "爾屬崗島嶽峰嶗廣慶廬開張強總恆悅揮無曉暉術機楊傑樺夢樓歐氣匯漢湯澤潔濟濤潤澱濱煒愛瑋環瓊瑤電療盤禪築"
    "紅紡織絡維網羅聯騰艷蘇蘋榮蔭藥瑩蔣薔裝訊許設詩誠詢語諸謝譚責貨購貴貿賀賈資賴趙車軒軟輝遼達運進遠連鄧"
    "鄒鄴鄭採裏鍾鈞鈺錢鐵銘銷鋒銳錫錦鎮長門閆閔聞閩陽際陸陳陝靜韋韓順顧穎飛飲飾馬驊鳴鴻鵬黃龍龔",
)
CITIES = """
上海|上海市|2000##|21|2487|浦东新区 徐汇区 静安区 黄浦区 闵行区 长宁区
北京|北京市|1000##|10|2189|朝阳区 海淀区 西城区 东城区 丰台区 通州区
广州|广东省|5100##|20|1868|天河区 越秀区 海珠区 番禺区 白云区
深圳|广东省|5180##|755|1756|南山区 福田区 罗湖区 宝安区 龙岗区
成都|四川省|6100##|28|2094|武侯区 锦江区 青羊区 高新区
重庆|重庆市|4000##|23|1636|渝中区 江北区 渝北区 南岸区
天津|天津市|3000##|22|1387|和平区 南开区 河西区 滨海新区
武汉|湖北省|4300##|27|1233|武昌区 江汉区 洪山区 汉阳区
西安|陕西省|7100##|29|1295|雁塔区 碑林区 未央区
杭州|浙江省|3100##|571|1194|西湖区 滨江区 上城区 余杭区
南京|江苏省|2100##|25|931|鼓楼区 玄武区 建邺区 江宁区
苏州|江苏省|2150##|512|1275|姑苏区 吴中区 工业园区
郑州|河南省|4500##|371|1260|金水区 二七区 中原区
长沙|湖南省|4100##|731|1005|岳麓区 芙蓉区 雨花区
东莞|广东省|5230##|769|1047|南城街道 东城街道 虎门镇
青岛|山东省|2660##|532|1007|市南区 市北区 崂山区
沈阳|辽宁省|1100##|24|907|和平区 沈河区 铁西区
济南|山东省|2500##|531|920|历下区 市中区 槐荫区
宁波|浙江省|3150##|574|940|鄞州区 海曙区 江北区
合肥|安徽省|2300##|551|937|蜀山区 包河区 庐阳区
佛山|广东省|5280##|757|950|禅城区 南海区 顺德区
无锡|江苏省|2140##|510|746|梁溪区 滨湖区 新吴区
厦门|福建省|3610##|592|516|思明区 湖里区 集美区
大连|辽宁省|1160##|411|745|中山区 西岗区 沙河口区
昆明|云南省|6500##|871|846|五华区 盘龙区 官渡区
福州|福建省|3500##|591|829|鼓楼区 台江区 仓山区
"""
"""Name, region, pattern of postal codes, area code, weight, districts."""
STREETS = _words(
    "中山路 人民路 解放路 建设路 长江路 科技路 和平路 文化路 世纪大道 滨江路 新华路 北京路 南京路 友谊路 胜利"
    "路 光明街 学院路 体育路 迎宾大道"
    " 工业路 创业路 华山路 黄河路 朝阳路 青年路 红旗路 延安路 复兴路 淮海路 天府大道 软件园路 高新大道 金融街"
    " 东风路 西湖路 龙江路 凤凰路 桃园路"
    " 花园路 绿园街 湖滨路 海滨路 车站路 商业街 健康路 幸福路 团结路 民主路 自由路 五一路 八一路 环城路 开发"
    "大道 振兴路 兴业路 丰收路"
)
BUILDINGS = _words("国际大厦 科技园 商务中心 金融中心 创业大厦 时代广场 世贸中心 财富广场 软件园 工业园 花园 小区")
FIRST = _read(
    "华hua金jin天tian东dong宏hong恒heng中zhong新xin瑞rui永yong兴xing盛sheng鑫xin泰tai安an嘉jia博bo智zhi云yun"
    "海hai鸿hong百bai"
    "万wan德de信xin明ming星xing博bo创chuang优you美mei远yuan龙long凯kai亿yi正zheng佳jia和he"
)
SECOND = _read(
    "信xin达da通tong源yuan丰feng成cheng鼎ding利li康kang威wei诚cheng泽ze航hang川chuan帆fan禾he雅ya邦bang悦yue"
    "拓tuo晟sheng联lian"
    "科ke腾teng锐rui汇hui盈ying润run腾teng恩en维wei捷jie迅xun力li思si讯xun特te尔er翔xiang和he"
)
TRADES = _words(
    "科技 贸易 物流 软件 医药 印刷 建筑工程 电子 能源 食品 企业咨询 家具 文化传媒 纺织 塑料 信息技术 金属制品"
    " 机械设备 网络科技 生物科技 环保科技"
    " 汽车销售 餐饮管理 广告 装饰工程 服装 化工 农业发展 教育咨询 投资管理 国际货运代理 电气 医疗器械 包装 进"
    "出口 酒店管理 物业管理 自动化设备"
)
FORMS = (
    ("有限公司", 0.78, ("有限责任公司", "有限公司", "公司", "")),
    ("股份有限公司", 0.1, ("股份公司", "股份有限公司", "（股份）有限公司")),
    ("有限责任公司", 0.07, ("有限公司", "有限责任公司")),
    ("集团有限公司", 0.05, ("集团", "集团公司", "集团有限责任公司")),
)
"""Legal form, share, and how else it is written."""
POLITE = ("先生", "女士", "总", "经理", "老师")
