"""Owns random policies as a drafter would write them: whole small files, every construct of the language, all invented."""

from __future__ import annotations

from random import Random

HEAD = """政策 “随机(虚构)”:
    主体 区
{basis}
名录 行政区: 东区、西区、北区、南区
名录 类别: 甲类、乙类、丙类

对象 区:
    名称: 行政区 主键 齐全
    类别: 类别
    子: 数
    丑: 数
    寅: 数 或无
    卯: 数 大于 0
    合格: 布尔
    到位: 布尔 人工判断 由 某局
    备案: 日期
    备注: 文本
    送达: 时刻

对象 活动 属于 区:
    编号: 整数 主键
    人数: 数
    有效: 布尔
    办理: 日期

对象 报告 属于 区 至多一条:
    页数: 数

对象 全市 单例:
    预算: 数

裁量 核定: 数 由 某局 不低于 0 不超过 20

读法 口径:
    采用 宽 理由 “一”
    备选 严 理由 “二”

读法 基数:
    采用 取子 = 子 理由 “一”
    备选 取丑 = 丑 理由 “二”

表 额度 按 类别:
    | 类别 | 额 | 门槛 |
    | 甲类 | 10 | 1 |
    | 乙类、丙类 | 5 | 3 |

表 配额 按 类别 × 子:
    | 类别 | 低于 3 | 3 至 8 | 超过 8 |
    | 甲类 | 2 | 4 | 6 |
    | 否则 | 1 | 5 | 9 |

表 定额 按 类别 自 2025年1月1日 起:
    | 类别 | 数额 |
    | 甲类 | 3 |
    | 乙类 | 2 |
    | 否则 | 1 |

表 定额 按 类别 自 2025年8月31日 起 其余照旧:
    | 类别 | 数额 |
    | 甲类 | 4 |

标准 单价 = 3
    自 2025年8月31日 起 = 4

公式 加成(数一: 数, 数二: 数) = 数一 × 2 + 数二:
    封顶 40

日历 日程:
    覆盖 2024年1月1日 至 2025年12月31日
    放假 2025年9月1日、2025年10月1日 至 2025年10月8日
    补班 2025年8月30日

条件 资格: 至少 2项
    够数: 子 不低于 3
    齐备: 须全部
        合格
        到位

针对 活动:
    规则 序 = 名次(人数 从高、办理 从低 其中 有效 并列 紧接)
    规则 累计 = 至今合计(人数 其中 有效 依 编号)
    规则 先前 = 此前合计(人数 依 办理)
    规则 期末 = 上一条(期末 依 编号 首条 0) + 人数
    规则 余额 = 依次 人数 限额 区.丑 依 编号

"""

NAMES = "甲乙丙丁"

CONSTRAINTS = (
    "约束 子不多: 子 不超过 丑 + 20",
    "约束 合计不多: 合计(活动.人数) 不超过 30",
    "约束 有效才办: 任一(活动 满足 有效) 或 非 合格",
    "针对 全市:\n    约束 预算够: 合计(区.子) 不超过 预算 + 40",
    "针对 活动:\n    约束 人数不负: 人数 不低于 0",
)


class Writer:
    """Writes rules of 区 that read the facts and each other."""

    def __init__(self, chance: Random) -> None:
        self.chance = chance
        self.numbers: list[str] = []
        self.flags: list[str] = []

    def one(self, *choices: str) -> str:
        return self.chance.choice(choices)

    def edge(self) -> str:
        return str(self.chance.randint(0, 12))

    def number(self, depth: int) -> str:
        if depth <= 0:
            reads = [
                "子",
                "丑",
                "卯",
                "全市.预算",
                "基数",
                "核定",
                "额度.额",
                "定额.数额",
                "配额",
                "单价",
                "(寅 无 时 2)",
                "(报告.页数 无 时 1)",
                self.edge(),
            ]
            return self.chance.choice(reads + self.numbers * 2)
        a, b = self.number(depth - 1), self.number(depth - 1)
        nth = f"依 {self.line('办理', '编号')} "
        return self.one(
            f"({a} + {b})",
            f"({a} − {b})",
            f"({a} × {b})",
            f"({a} ÷ 卯)",
            f"最大({a}, {b})",
            f"最小({a}, {b})",
            f"绝对值({a})",
            f"({a} 超过 {b} 部分)",
            f"({a} 不足 {b} 部分)",
            f"四舍五入({a}, 整数)",
            f"向上({a}, 整数)",
            f"向下({a}, 整数)",
            f"五成双({a}, 整数)",
            f"(若 {self.flag(depth - 1)} 则 {a} 否则 {b})",
            f"(若 {self.flag(0)} 则 {a} 否则 待裁量 “未定”)",
            f"计数(活动{self.where()})",
            f"去重计数(活动: 人数{self.where()})",
            f"合计(活动: 人数{self.where()})",
            f"{self.one('最大', '最小', '平均')}(活动: 人数{self.where()} 无则 {self.edge()})",
            f"{self.one('第一条', '最后一条')}(活动: 人数{self.where()} 依 {self.line('办理', '编号')} 无则 0)",
            f"合计(全体 区: {self.one('子', '丑', '卯')})",
            "计数(全体 区 其中 区.子 大于 本.丑)",
            f"{self.one('至今合计', '此前合计')}({self.one('丑', '子')} 依 {self.line('子', '备案')})",
            f"上一条(丑 其中 合格 依 {self.one('子', '备案')} 首条 {self.edge()})",
            f"(名次({self.one('子', '丑')} {self.one('从高', '从低')} 其中 合格 并列 {self.one('同名次', '紧接', '待裁量')}) 不适用 时 9)",
            f"分摊(全市.预算 按 卯{self.one('', ' 分组 类别', ' 分组 类别、合格')} 到 整数 尾差归 {self.one('最大者', '首位', '末位')})",
            f"压减(卯 至 全市.预算 到 整数 尾差归 {self.one('最大者', '首位', '末位')})",
            f"压减(卯 至 全市.预算 其中 合格{self.one('', ' 分组 类别')})",
            f"分摊(全市.预算 按 卯 其中 合格{self.one('', ' 分组 类别')})",
            *self.ranked(),
            *self.dated(),
            f"(加成({a}, {b}))",
            f"(额度({self.member()}).{self.one('额', '门槛')})",
            f"(配额({self.member()}, {a}))",
            f"(区({self.one('东区', '西区')}).{self.one('子', '丑')})",
            f"合计(活动: {self.one('累计', '先前', '期末', '余额')}{self.where()})",
            f"合计(活动: 序{self.where()})",
            f"第几条(活动: 人数{self.where()} {self.one('', '依 编号 ', '依 办理 ', nth)}第 {self.chance.randint(1, 3)} 无则 {self.edge()})",
            f"{self.one('合计', '最大', '最小', '平均')}(活动单)",
            f"(−{a})",
            f"计数({self.one('活动单', '未满足(资格)')})",
        )

    def ranked(self) -> tuple[str, ...]:
        """A row of 区 among the others, filtered and in groups."""
        where, group = (
            self.one(" 其中 合格", " 其中 子 大于 2"),
            self.one("", " 分组 类别", " 分组 类别、合格", " 分组 丑、归类"),
        )
        among = self.one("", where) + group
        order = self.line("子", "备案", "类别", "丑")
        ties = self.one("同名次", "紧接", "待裁量")
        return (
            f"{self.one('至今合计', '此前合计')}({self.one('丑', '子', '卯')}{among} 依 {order})",
            f"上一条({self.one('丑', '子')}{among} 依 {order} 首条 {self.edge()})",
            f"(名次({self.one('子', '类别')} 从高、备案 从低{where}{group} 并列 {ties}) 不适用 时 9)",
            f"(依次 {self.one('卯', '丑')} 限额 {self.one('全市.预算', self.edge())}{group} 依 {self.line('子', '备案', '丑')})",
        )

    def line(self, *keys: str) -> str:
        """What rows stand in order by: some of the keys, in any order, each with or without a direction."""
        chosen = self.chance.sample(keys, self.chance.randint(1, len(keys)))
        return "、".join(key + self.one("", "", " 从高", " 从低") for key in chosen)

    def dated(self) -> tuple[str, ...]:
        """Numbers of days."""
        day, other = self.day(), self.day()
        return (
            f"月份({day})",
            f"日号({day})",
            f"年份({day}) − 2020",
            f"(工作日数({day}, {other}) ÷ 1个工作日)",
            f"(天数({day}, {other}) ÷ 1天)",
            f"(整月数({day}, {other}) ÷ 1个月)",
            "((送达 − 2025年9月1日0时) ÷ 1小时)",
            f"(周年数({self.one('2000年2月29日', '1999年8月31日', other)}, {day}) ÷ 1年)",
            f"(重叠天数({day}, {other}, 2025年8月30日, 2025年9月2日) ÷ 1天)",
            f"(覆盖天数(活动: 办理, 办理 + {self.chance.randint(0, 40)}天{self.where()}) ÷ 1天)",
        )

    def day(self) -> str:
        """A day."""
        return self.one(
            "备案",
            "办期",
            "2025年8月31日",
            f"(备案 + {self.one('1个月', '6个月', '1年', '2周', '3天', '5个工作日')})",
            f"(备案 − {self.one('1个月', '1年', '10天', '2个工作日')})",
            "月末(备案)",
            f"某日(2025, {self.chance.randint(1, 12)}, {self.chance.randint(1, 28)})",
        )

    def member(self) -> str:
        """A 类别."""
        return self.one("类别", "归类", "甲类", "丙类")

    def where(self) -> str:
        return self.one(
            "",
            " 其中 有效",
            " 其中 有效 且 人数 大于 " + self.edge(),
            " 其中 办理 不晚于 2025年8月31日",
            " 其中 人数 不超过 本.丑",
        )

    def flag(self, depth: int) -> str:
        if depth <= 0:
            reads = ["合格", "到位", "有(寅)", "有(报告.页数)", f"子 {self.comparator()} {self.edge()}"]
            return self.chance.choice(reads + self.flags)
        return self.one(
            f"({self.flag(depth - 1)} 且 {self.flag(depth - 1)})",
            f"({self.flag(depth - 1)} 或 {self.flag(depth - 1)})",
            f"(非 {self.flag(depth - 1)})",
            f"{self.number(depth - 1)} {self.comparator()} {self.number(depth - 1)}",
            f"类别 在 ({self.one('甲类', '乙类')}、丙类)",
            f"{self.one('任一', '所有')}(活动 满足 {self.one('有效', '人数 大于 3', '办理 早于 2025年9月1日')})",
            f"计数(活动{self.where()}) {self.comparator()} {self.chance.randint(0, 3)}",
            f"子 在 活动.{self.one('人数', '编号')}",
            "备案 不晚于 2025年8月31日",
            "备案 + 6个月 早于 2025年8月29日",
            "口径 为 宽",
            f"送达 {self.one('早于', '不晚于')} 2025年{self.one('8月31日18时', '9月1日0时')}",
            "资格",
            "齐备",
            f"{self.day()} {self.one('早于', '晚于', '不早于', '不晚于')} {self.day()}",
            f"{self.member()} {self.one('为', '不为')} {self.one('甲类', '丙类')}",
            f"附注 {self.one('为', '不为')} “甲”",
            f"子 在 ({self.edge()}、{self.edge()})",
        )

    def comparator(self) -> str:
        return self.one("不低于", "超过", "不超过", "低于", "等于", "不等于")

    # ------------------------------------------------------------ rules

    def rule(self, name: str) -> str:
        kind = self.chance.randrange(18)
        a, b, low, high = self.number(1), self.number(1), self.chance.randint(0, 4), self.chance.randint(5, 12)
        if kind == 0:
            return f"规则 {name} = 分档 {a}:\n    达到 {low}  {b}\n    {self.one('达到', '超过')} {high}  {self.edge()}\n    否则  0\n"
        if kind == 1:
            return f"规则 {name} = 分档 {a}:\n    不超过 {low}  {b}\n    低于 {high}  {self.edge()}\n    否则  7\n"
        if kind == 2:
            return f"规则 {name} = 分档 {a}:\n    达到 子  1\n    超过 丑  给予 {b}\n    否则  0\n"
        if kind == 3:
            return f"规则 {name} = 累进 {a}:\n    不超过 {low + 1}  2\n    不超过 {high + 1}  {self.one('3', '给予 丑')}\n    否则  5\n"
        if kind == 4:
            end = self.one("不封顶", f"封顶 {high}", f"最多 {low + 1}档")
            extra = self.one("", "    不满按一档计\n", "    起步 给予 2\n")
            join = self.one("就高", "就低", "累加")
            steps = (
                f"    每 {self.one('2', '卯', '3')}  给予 {self.edge()}\n    每 {high}  给予 {self.one('5', '丑')}\n"
            )
            return f"规则 {name} = 递增 {a} 自 {self.one(str(low), '丑')}:\n{steps}{extra}    {join}\n    {end}\n"
        if kind == 5:
            when = self.one("", f" 当 {self.flag(0)}")
            mode = self.one("四舍五入", "向上", "向下", "五成双")
            lines = [f"    封顶 {high}{when}\n", f"    保底 {low}\n", f"    {mode} 到 {self.one('整数', '1位小数')}\n"]
            self.chance.shuffle(lines)
            return f"规则 {name} = {a}:\n{''.join(lines)}"
        if kind == 6:
            return f"规则 {name} = 按 类别 选:\n    甲类:  {a}\n    乙类、丙类:  {b}\n"
        if kind == 7:
            over = self.one("", " 优先于 一种")
            return (
                f"规则 {name} = {a}:\n    除外 一种: 当 {self.flag(0)} 则 {b}\n"
                f"    除外 另种: 当 {self.flag(0)} 则 {self.edge()}{over}\n"
            )
        if kind == 8:
            return (
                f"规则 {name}范围 = {a}:\n    适用 当 {self.flag(1)} 否则 不适用 “不在范围”\n"
                f"规则 {name} = {name}范围 不适用 时 {b}\n"
            )
        if kind == 9:
            return f"规则 {name} = {self.one('就高', '就低')}:\n    一项:  {a}\n    二项:  {b}\n"
        if kind == 10:
            return f"规则 {name} = 按 口径 选:\n    宽:  {a}\n    严:  {b}\n"
        if kind == 11:
            first, second = self.one(("2", "1", "3"), ("3", "丑", "1")), self.one(("1", "2", "4"), ("卯", "1", "0"))
            return (
                f"规则 {name} = 累进 {a} 按 {self.member()}:\n    | 数 | 甲类 | 乙类、丙类 |\n"
                f"    | 不超过 {low + 1} | {first[0]} | {second[0]} |\n"
                f"    | 超过 {low + 1} 至 {high + 1} | {first[1]} | {second[1]} |\n"
                f"    | 超过 {high + 1} | {first[2]} | {second[2]} |\n"
            )
        if kind == 12:
            return (
                f"规则 {name} = 分档 {a} 按 {self.member()}:\n    | 数 | 甲类 | 乙类、丙类 |\n"
                f"    | 达到 {low} | {self.edge()} | {self.edge()} |\n    | 达到 {high} | {self.edge()} | 丑 |\n"
                f"    | 否则 | 0 | {self.edge()} |\n"
            )
        if kind == 13:
            return f"规则 {name} = 上一条({name}{self.one('', ' 分组 类别')} 依 {self.one('子', '备案')} 首条 {self.edge()}) + 丑\n"
        if kind == 14:
            return (
                f"规则 {name}本条 = {a}:\n    除外 一种: 当 {self.flag(1)} 则 {b}\n    封顶 {high}\n"
                f"    适用 当 {self.flag(0)}\n规则 {name} = {name}本条 不适用 时 {self.edge()}\n"
            )
        return f"规则 {name} = {self.number(2)}\n"

    def policy(self) -> str:
        """The text of one policy."""
        parts = [HEAD.format(basis=self.one("", "    基准日 备案\n"))]
        parts.append(
            f"规则 归类 = 若 {self.one('合格', '到位', '子 大于 3')} 则 类别 否则 {self.one('甲类', '丙类')}\n"
        )
        parts.append(
            f"规则 办期 = 若 {self.one('合格', '类别 为 甲类')} 则 备案 + {self.one('1个月', '3天')} 否则 备案\n"
        )
        parts.append(f"规则 附注 = 若 合格 则 “甲” 否则 {self.one('备注', '“乙”')}\n")
        parts.append(f"规则 活动单 = 列出(活动: {self.one('人数', '编号')}{self.where()})\n")
        parts.append("规则 差在哪里 = 未满足(资格)\n")
        if self.chance.random() < 0.4:
            parts.append(self.one(*CONSTRAINTS) + "\n\n")
        for index in range(self.chance.randint(1, 4)):
            if self.chance.random() < 0.3:
                parts.append(f"规则 条件{NAMES[index]} = {self.flag(2)}\n")
                self.flags.append(f"条件{NAMES[index]}")
            else:
                parts.append(self.rule(f"规则{NAMES[index]}"))
                self.numbers.append(f"规则{NAMES[index]}")
        if self.chance.random() < 0.3:
            parts.append(f"任务 任务一: {self.flag(1)}\n任务 任务二: {self.flag(0)}\n规则 没完成 = 未完成任务\n")
        if self.numbers and self.chance.random() < 0.3:
            parts.append(f"针对 全市:\n    规则 总数 = 合计(区.{self.numbers[0]})\n")
        return "".join(parts)


def policy(chance: Random) -> str:
    """A random policy as text."""
    return Writer(chance).policy()
