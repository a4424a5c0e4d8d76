"""What headings usually mean: the name in code, whom they are about, and the level below which they are never proposed."""

from __future__ import annotations

import re
from dataclasses import dataclass

from taihu.terms.label import Level

PERSON, BODY = "person", "body"


@dataclass(frozen=True)
class Word:
    """A usual heading. `about` says whom the value describes; `kinds` are kinds besides `person`."""

    pattern: re.Pattern[str]
    name: str
    level: Level
    about: str = ""
    standard: str = ""
    mask: str = ""
    kinds: tuple[str, ...] = ()


def _word(
    pattern: str,
    name: str,
    level: Level,
    about: str = "",
    standard: str = "",
    mask: str = "",
    kinds: tuple[str, ...] = (),
) -> Word:
    return Word(re.compile(pattern, re.IGNORECASE), name, level, about, standard, mask, kinds)


# The first that fits counts; patterns are searched in the simplified heading.
WORDS = (
    _word(
        r"(身份证|公民身份|居民身份).*(号|码)|^sfzh(m)?$|^id_?card(_?no)?$|^身份证$",
        "resident_id",
        Level.L4,
        PERSON,
        "resident-id",
        "resident-id",
    ),
    _word(r"统一社会信用代码|^(shxydm|uscc)$|社会信用代码|^信用代码$", "uscc", Level.L1, BODY, "uscc"),
    _word(r"组织机构代码|^zzjgdm$", "org_code", Level.L1, BODY, "org-code"),
    _word(r"(工商)?注册号|^zch$", "registration_number", Level.L1, BODY, "registration-number"),
    _word(
        r"(护照|通行证|居住证|驾驶证|军官证|残疾证|社保卡?|医保卡?|学籍|证件).*(号|码)|^zjhm$",
        "document_number",
        Level.L4,
        PERSON,
        "",
        "account",
    ),
    _word(
        r"(银行|收款|开户|打卡|发放|工资)?(账|帐|卡)号|(银行|发放)账户|^yhzh$|^bank_?account$|银行卡",
        "bank_account",
        Level.L4,
        "",
        "bank-account",
        "account",
        ("financial",),
    ),
    _word(r"开户行|开户银行|^bank$", "bank", Level.L2, "", "", "", ("financial",)),
    _word(r"手机|电话|联系方式|^(lxdh|tel|phone|mobile)$|热线", "phone", Level.L3, "", "phone", "phone"),
    _word(r"邮箱|电子邮件|微信|QQ号?|^e?mail$", "email", Level.L3),
    _word(r"密码|口令|密钥", "secret", Level.L4),
    _word(r"车牌|号牌号码|机动车号", "plate", Level.L3, PERSON),
    _word(
        r"(企业|公司|单位|机构|法人|商户|主体|学校|医院|组织|店铺|店|个体户)(单位)?(全称|名称|名)$|^(qymc|dwmc)$",
        "name",
        Level.L1,
        BODY,
    ),
    _word(r"(法定代表人|法人代表|负责人|经营者|股东)(姓名)?$", "representative", Level.L2, PERSON, "", "name"),
    _word(
        r"姓名|^(xm|name|full_?name)$|(户主|户主名|监护人|联系人|申请人|当事人|患者|学生|家长|参保人|持证人|权利人|产权人|车主|业主|河长|医生|老人|儿童|配偶|经办人|审核人|填报人|录入人|网格员|教师|司机|驾驶员)$",
        "name",
        Level.L3,
        PERSON,
        "",
        "name",
    ),
    _word(r"性别|^(xb|sex|gender)$", "sex", Level.L2, PERSON, "sex"),
    _word(r"出生(日期|年月|时间)?|生日|^(csrq|birth\w*|dob)$", "born_on", Level.L3, PERSON, "", "date"),
    _word(r"年龄|^age$", "age_years", Level.L2, PERSON),
    _word(r"民族|^mz$|^ethnic\w*$", "ethnic_group", Level.L2, PERSON, "ethnic-group"),
    _word(r"宗教|信仰", "religion", Level.L4, PERSON),
    _word(r"指纹|人脸|虹膜|基因|DNA|生物特征", "biometrics", Level.L4, PERSON),
    _word(r"与.*关系|^关系$", "relation", Level.L2, PERSON),
    _word(
        r"诊断|疾病|病种|病情|病史|慢性?病|症状|手术|用药|处方|过敏|血型|残疾|精神|传染|检验|化验|孕|疫苗|接种|死因|住院",
        "medical",
        Level.L4,
        PERSON,
        "",
        "",
        ("medical",),
    ),
    _word(r"犯罪|前科|吸毒|涉案|违法|刑|社区矫正|案件", "police", Level.L4, PERSON, "", "", ("police",)),
    _word(r"轨迹|行踪|定位|住宿|出行", "track", Level.L4, PERSON, "", "", ("location",)),
    _word(r"收入|工资|薪|存款|房产|财产|资产(?!负债)|债务|贷款|征信", "income", Level.L3, "", "", "", ("financial",)),
    _word(r"婚姻", "marriage", Level.L3, PERSON),
    _word(r"户号|户籍号|^hh$", "household", Level.L3, PERSON),
    _word(r"学历|文化程度|职业|政治面貌|籍贯|国籍|职务|职称", "standing", Level.L2, PERSON),
    _word(
        r"(家庭|户籍|居住|现住|常住|本人|通讯|联系)?(住址|地址|住所)|^(dz|address)$|户籍地|居住地",
        "address",
        Level.L2,
        "",
        "",
        "address",
    ),
    _word(
        r"(所属|所在)?(乡镇|街道|镇街)(街道)?(代码|编码)|(行政)?区划(代码|编码)?|^xzqh(dm)?$",
        "town",
        Level.L1,
        "",
        "division",
    ),
    _word(r"(村|社区)(代码|编码)", "village", Level.L1, "", "division"),
    _word(r"行业(代码|编码)", "industry", Level.L1, BODY, "industry"),
    _word(r"经度|^(lon|lng|longitude)$", "longitude", Level.L1),
    _word(r"纬度|^(lat|latitude)$", "latitude", Level.L1),
)

# Plain names for plain headings: nothing follows from them but the name.
NAMES = {
    "序号": "serial", "编号": "number", "代码": "code", "编码": "code", "名称": "name", "类型": "kind", "类别": "kind", "种类": "kind",
    "状态": "status", "备注": "remark", "说明": "note", "日期": "day", "时间": "moment", "年度": "year", "年份": "year", "月份": "month",
    "金额": "amount", "数量": "amount_counted", "面积": "area", "单位": "unit", "部门": "department", "乡镇": "town_name", "街道": "town_name",
    "所属乡镇": "town_name", "所属街道": "town_name", "村": "village_name", "社区": "village_name", "区县": "county_name", "登记日期": "registered_on",
    "成立日期": "established_on", "开始日期": "begins_on", "起始日期": "begins_on", "结束日期": "ends_on", "截止日期": "ends_on", "有效期至": "ends_on",
    "更新时间": "updated_at", "创建时间": "created_at", "登记时间": "registered_at", "发证日期": "issued_on", "发证机关": "issuer", "登记状态": "status",
    "注册资本": "capital", "经营范围": "scope", "项目名称": "project", "等级": "rank", "级别": "rank", "原因": "reason", "结果": "result",
}  # fmt: skip

MONEY = re.compile(
    r"(?:金额|费用?|款|补[贴助]|收入|工资|薪酬?|价格?|资本|资金|税额?|罚没额?|津贴|救助金|保障金|补偿金|奖金)(?:合计|总额|小计)?$"
)
CODED = re.compile(r"(编号|编码|代码|单号|证号|号码|号|邮编|邮政编码|批次|学号|工号|户号|(?i:\bid|code|no|number))$")
DAY = re.compile(r"(日期|年月日?|生日|时间|日|月份|截止|有效期)")
YEAR = re.compile(r"(年度|年份)$")
EMBEDDED = 0.02  # a column where so many values hold an id number inside other words is L4


# Words that group many different headings: they decide the level, not the name.
LOOSE = {"medical", "police", "standing", "income", "track"}
PLAIN_PERSON = {"姓名", "名字", "名称", "xm", "name", "fullname", "人员姓名"}


def find_word(heading: str) -> Word | None:
    """The usual heading that a simplified heading is, if any."""
    return next((word for word in WORDS if word.pattern.search(heading)), None)
