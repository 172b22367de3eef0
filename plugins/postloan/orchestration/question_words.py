"""How a question about legal cases is put into words, in the language of the files."""

from typing import TYPE_CHECKING

from postloan.text.shown_text import in_markdown

if TYPE_CHECKING:
    from postloan.legal.question import Change, WaitingCase

LONGEST = 400
"""Characters of a cell; titles of all items and two states of a plan fit in."""

COLUMNS = {
    "zh": (
        "案件",
        "借据",
        "客户号",
        "产品",
        "诉请",
        "范围",
        "逾期天数",
        "材料缺口",
        "催收",
        "时效届满",
        "学生",
        "方案、承诺与停催预告",
        "自上次提请以来",
        "审批",
    ),
    "en": (
        "Case",
        "Loan",
        "Customer",
        "Product",
        "Claim",
        "Scope",
        "Days past due",
        "Missing",
        "Dunning",
        "Limitation ends",
        "Student",
        "Plan or stop to come",
        "Changed since the last question",
        "Approvals",
    ),
}
ALIGNED = "|---|---|---|---|---:|---|---:|---|---|---|---|---|---|---|"

LEGEND = {
    "zh": (
        "选项适用于表中全部案件, 写入 *例外* 的除外。保留的案件继续等待, 本问题随即重新打开; "
        "已决定的不受影响。有材料缺口的案件须写明 *理由* 方可批准。\n\n"
        "范围: 全部 = 借据已无未到期款项, 诉请即全部欠款; 部分 = 仅诉请逾期部分, 其余尚未到期。"
        "催收: 任务是我方要求做的, 反馈是已做的。\n"
    ),
    "en": (
        "The choice counts for every case of the list but those written into *exceptions*. Cases "
        "that are left go on waiting, and this question opens again at once for them; what is "
        "decided is not touched. A case that lacks something is approved only with a *reason*.\n\n"
        "Scope: whole = nothing is left to fall due, so the claim is all that is owed; part = what "
        "is overdue is claimed, and the rest is not due yet. Dunning: tasks are what was asked "
        "for, reports what was done.\n"
    ),
}

_ZH = {
    "part": "部分",
    "whole": "全部",
    "nothing": "无",
    "unknown": "未知",
    "no": "否",
    "full-time student": "全日制在校生",
    "none known": "未见",
    "principal": "本金",
    "interest": "利息",
    "fees": "费用",
    "not split": "无拆分",
    "first time": "首次提请",
    "unchanged": "无变化",
    "none": "无",
    "case": "案件",
    "customer": "客户号",
    "claim": "诉请",
    "scope": "范围",
    "stage": "阶段",
    "limitation": "时效",
    "missing": "缺口",
    "student": "学生",
    "plan": "方案、承诺与停催预告",
    "product": "产品",
    "routes": "不适用路径",
    "approvals": "审批人数",
    "dishonest_list": "失信名单",
    "reminder": "提醒",
    "early_warning": "预警",
    "escalation": "升级",
    "severe": "严重",
    "consumer": "消费贷",
    "cash_instalment": "现金分期",
    "credit_card": "信用卡",
    "unspecified": "未注明",
}
_PLAN_ZH = (
    ("performing_plan", "履行方案"),
    ("hold ", "停催预告 "),
    ("pause ", "暂停预告 "),
    ("bankruptcy", "破产"),
    ("complaint", "投诉"),
    ("identity_dispute", "身份争议"),
    ("dispute", "异议"),
    ("illness", "患病"),
    ("minor", "未成年"),
    ("deceased", "身故"),
    ("moratorium", "延缓偿付"),
    ("court", "法院"),
    ("disaster", "灾害"),
    ("of this loan ", "本借据 "),
    ("from", "自"),
    ("promise due", "承诺还款日"),
    ("personalized_plan", "个性化分期"),
    ("plan ", "方案 "),
    ("extension", "展期"),
    ("deferral", "延期"),
    ("restructuring", "重组"),
    ("waiver", "减免"),
    ("pending", "审批中"),
    ("approved", "已批准"),
    ("since", "自"),
)


def header(language: str) -> str:
    """The head of the table."""
    return f"| {' | '.join(COLUMNS[language])} |\n{ALIGNED}"


def line(case: "WaitingCase", language: str) -> str:
    """A case as a line of the table, whatever its fields hold."""
    approvals = f"{len(case.approved_by)} {'of' if language == 'en' else '/'} "
    approvals += str(case.approvals_needed)
    if case.approved_by:
        approvals += f": {', '.join(case.approved_by)}"
    is_english = language == "en"
    titles = (case.missing_en if is_english else case.missing_zh).replace("; ", ", ")
    cells = (
        case.case_id,
        case.loan_id,
        case.customer_id,
        said(case.product, language),
        f"{case.claim_amount:,.2f} {case.currency} ({_split(case, language)})",
        said(case.claim_scope, language),
        case.days_past_due,
        titles or ", ".join(case.missing_items) or said("nothing", language),
        (case.dunning_en if is_english else case.dunning_zh) or said("unknown", language),
        case.limitation_earliest_on or said("unknown", language),
        said("full-time student" if case.is_full_time_student else "no", language),
        _plan(case.plan, language) or said("none known", language),
        _changed(case.changes, language),
        approvals,
    )
    return f"| {' | '.join(in_markdown(cell, LONGEST) for cell in cells)} |"


def said(word: str, language: str) -> str:
    """A word of ours in a language; one that is unknown stays as it is."""
    return _ZH.get(word, word) if language == "zh" else word


def _split(case: "WaitingCase", language: str) -> str:
    parts = (
        ("principal", case.claim_principal),
        ("interest", case.claim_interest),
        ("fees", case.claim_fee),
    )
    known = [f"{said(name, language)} {value:,.2f}" for name, value in parts if value is not None]
    return ", ".join(known) or said("not split", language)


def _plan(plan: str, language: str) -> str:
    told = plan.replace("; ", ", ")
    if language == "zh":
        for word, chinese in _PLAN_ZH:
            told = told.replace(word, chinese)
    return told


def _changed(changes: "tuple[Change, ...] | None", language: str) -> str:
    if changes is None:
        return said("first time", language)
    if not changes:
        return said("unchanged", language)
    if language == "zh":
        told = (
            f"{said(c.what, language)}: 原 {_state(c.before_zh, language)}, "
            f"现 {_state(c.now_zh, language)}"
            for c in changes
        )
    else:
        told = (f"{c.what}: was {c.before or 'none'}, now {c.now or 'none'}" for c in changes)
    return ", ".join(told).replace("; ", ", ")


def _state(text: str, language: str) -> str:
    return _plan(said(text, language), language) or said("none", language)
