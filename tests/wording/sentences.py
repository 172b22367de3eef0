"""Every sentence as it is said: the message, in Chinese, in English."""

SENTENCES = [
    ("account_told ‖ balance=500.00", "余额 500.00", "balance 500.00"),
    (
        "account_told ‖ closed_on=2026-01-31",
        "余额 未报, 结清 2026-01-31",
        "balance not reported, closed 2026-01-31",
    ),
    (
        "alert_level_moved ‖ before=none ‖ level=high ‖ rules=M1, M2",
        "等级由 none 到 high; M1, M2",
        "level from none to high; M1, M2",
    ),
    (
        "case_approval ‖ decided_by=Wang ‖ reason=complete",
        "批准人 Wang; 理由: complete",
        "approval by Wang; reason: complete",
    ),
    ("case_approval ‖ decided_by=Wang", "批准人 Wang", "approval by Wang"),
    (
        "case_decision ‖ decision=approved ‖ decided_by=Wang ‖ reason=complete",
        "人工审批: 批准, 审批人 Wang; 理由: complete",
        "decided by a person: approved by Wang; reason: complete",
    ),
    (
        "case_decision ‖ decision=rejected ‖ decided_by=Wang",
        "人工审批: 驳回, 审批人 Wang",
        "decided by a person: rejected by Wang",
    ),
    (
        "case_moved ‖ event_en=was suspended ‖ event_zh=中止 ‖ reasons_en=a plan is agreed"
        " ‖ reasons_zh=已有还款计划 ‖ rests_on=P1",
        "案件中止: 已有还款计划 (P1)",
        "the case was suspended: a plan is agreed (P1)",
    ),
    ("case_moved ‖ event_en=was opened ‖ event_zh=立案", "案件立案", "the case was opened"),
    ("check_passed", "检查通过", "check passed"),
    ("check_passed ‖ subject=bankruptcy", "检查通过: bankruptcy", "check passed: bankruptcy"),
    (
        "complaint_reported ‖ state=upheld ‖ closed_on=2026-05-09",
        "投诉 upheld, 办结 2026-05-09",
        "complaint upheld, closed 2026-05-09",
    ),
    (
        "consent_changed ‖ purpose=marketing ‖ change=withdrawn",
        "授权 marketing withdrawn",
        "consent to marketing withdrawn",
    ),
    (
        "consent_given ‖ purpose=marketing ‖ kind=separate ‖ withdrawn_on=2026-05-09",
        "marketing separate, 撤回 2026-05-09",
        "consent to marketing, separate, withdrawn 2026-05-09",
    ),
    (
        "contact_denied ‖ reason=hold_complaint ‖ check=no_hold ‖ loan=L1",
        "hold_complaint; 检查 no_hold; 借据 L1",
        "hold_complaint; check no_hold; loan L1",
    ),
    (
        "contact_reported ‖ result=connected ‖ counterpart=debtor ‖ loan=L1"
        " ‖ attempted_at=2026-11-20 10:15:00",
        "connected; 对象 debtor; 借据 L1; 2026-11-20 10:15:00",
        "connected; with debtor; loan L1; 2026-11-20 10:15:00",
    ),
    ("customer_delivered", "客户资料", "customer as last delivered"),
    (
        "enrolment_told ‖ code_system=cn ‖ status=03",
        "学籍代码 cn 03",
        "registry code cn 03",
    ),
    (
        "gate_failed ‖ finding_zh=金额不符 ‖ finding_en=Wrong ‖ subject=loan.principal"
        " ‖ observed=-0.0100 ‖ low=0.0000 ‖ high=100.0000 ‖ advice_zh=请询问 ‖ advice_en=Ask.",
        "金额不符：loan.principal -0.01 [0..100]。请询问",
        "Wrong: loan.principal -0.01 [0..100]. Ask.",
    ),
    (
        "gate_not_applicable ‖ subject=loan ‖ low=20.0000",
        "不适用：行数过少或无可比对象：loan [≥ 20]",
        "Not applicable, too few rows or nothing to compare with: loan [≥ 20]",
    ),
    *(
        (
            f"gate_passed ‖ subject=loan ‖ observed=1.3300 ‖ high=5.0000 ‖ {detail}",
            f"通过：loan 1.33 [≤ 5] ({zh})",
            f"Passed: loan 1.33 [≤ 5] ({en})",
        )
        for detail, zh, en in [
            (
                "differing=4 ‖ compared=300 ‖ amount=12.50",
                "300 笔中 4 笔，金额 12.50",
                "4 of 300 loans, amount 12.50",
            ),
            ("came_on=2026-11-18", "最近一次为 2026-11-18", "they last came for 2026-11-18"),
            (
                "source=core ‖ heard_on=2026-11-18",
                "core，最近一次为 2026-11-18",
                "core, last heard for 2026-11-18",
            ),
            (
                "source=core ‖ first_on=2026-11-18 ‖ last_on=2027-11-20",
                "core 2026-11-18 至 2027-11-20",
                "core 2026-11-18 to 2027-11-20",
            ),
            ("source=core ‖ first_on=2026-11-18", "core 2026-11-18", "core 2026-11-18"),
            ("source=landing zone", "landing zone", "landing zone"),
        ]
    ),
    (
        "hold_placed ‖ kind=complaint ‖ ended_on=2026-04-01",
        "停催 complaint, 结束 2026-04-01",
        "hold complaint, ended 2026-04-01",
    ),
    (
        "instalment_falls_due ‖ amount=100.00 ‖ earlier_amount=90.00 ‖ earlier_due_on=2026-11-12",
        "应还 100.00 (此前 2026-11-12 应还 90.00)",
        "100.00 falls due (before: 90.00 on 2026-11-12)",
    ),
    ("instalment_falls_due ‖ amount=100.00", "应还 100.00", "100.00 falls due"),
    ("instalment_fell_due ‖ amount=100.00", "应还 100.00", "100.00 fell due"),
    (
        "loan_corrected ‖ days_before=8 ‖ days_now=0 ‖ amount_before=70.00 ‖ amount_now=0.00"
        " ‖ currency=CNY ‖ stage_before=reminder ‖ stage_now=current ‖ recalled_on=2026-11-22",
        "其后更正: 逾期天数 8 → 0, 逾期金额 70.00 → 0.00 CNY, 阶段 reminder → current; "
        "该日重新运行; 任务已于 2026-11-22 撤回",
        "later corrected: days past due 8 → 0, overdue 70.00 → 0.00 CNY, "
        "stage reminder → current; the date was run again; recalled on 2026-11-22",
    ),
    (
        "loan_corrected ‖ days_now=8 ‖ entered_before=2026-11-13 ‖ entered_now=2026-11-14"
        " ‖ pause=ended",
        "其后更正: 进入阶段日 2026-11-13 → 2026-11-14, 当日未暂停; 该日重新运行; 任务未撤回",
        "later corrected: in the stage since 2026-11-13 → 2026-11-14, was not paused; "
        "the date was run again; not recalled",
    ),
    (
        "loan_in_stage ‖ stage=reminder ‖ since=2026-11-13 ‖ days=8 ‖ amount=70.00 ‖ currency=CNY",
        "阶段 reminder, 自 2026-11-13; 逾期8天, 70.00 CNY",
        "stage reminder since 2026-11-13; 8 days past due, 70.00 CNY overdue",
    ),
    (
        "loan_past_due ‖ due_on=2026-11-12 ‖ instalments=1 ‖ paused_days=2",
        "最早未还应还日 2026-11-12, 逾期1期, 扣除暂停2天",
        "oldest unpaid due date 2026-11-12, 1 instalments past due, less 2 paused days",
    ),
    (
        "loan_paused ‖ reason=disaster ‖ ended_on=2026-11-12",
        "暂停计期 disaster, 结束 2026-11-12",
        "paused for disaster, ended 2026-11-12",
    ),
    ("loan_status_told ‖ status=active", "借据状态 active", "loan is active"),
    (
        "loan_status_told_before ‖ status=active",
        "借据状态 active (此前版本)",
        "loan is active (earlier version)",
    ),
    ("question_approvals ‖ given=0 ‖ needed=2", "0 / 2", "0 of 2"),
    ("question_approvals ‖ given=1 ‖ needed=2 ‖ approved_by=wang", "1 / 2: wang", "1 of 2: wang"),
    (
        "question_asked ‖ on=2026-11-20 ‖ cases=2",
        "截至 2026-11-20, 是否对 2 个案件采取法律行动?",
        "Start legal action on 2 cases as of 2026-11-20?",
    ),
    (
        "question_asked_again ‖ on=2026-11-20 ‖ cases=2 ‖ place= (1 / 2)",
        "二次审批: 截至 2026-11-20, 是否对 2 个案件采取法律行动? (1 / 2)",
        "Second approval: start legal action on 2 cases as of 2026-11-20? (1 / 2)",
    ),
    ("question_case_anew", "重新提请", "asked anew"),
    (
        "question_case_moved ‖ case_event=filed ‖ on=2026-11-20",
        "2026-11-20 已起诉",
        "filed on 2026-11-20",
    ),
    (
        "question_changed ‖ what=stage ‖ before=1 ‖ now=2",
        "stage: 原 1, 现 2",
        "stage: was 1, now 2",
    ),
    (
        "question_missing ‖ titles_zh=借款合同 ‖ titles_en=Loan contract",
        "借款合同",
        "Loan contract",
    ),
    ("repayment_paid ‖ amount=30.00", "还款 30.00", "paid 30.00"),
    ("repayment_reversed ‖ amount=-30.00", "冲正 -30.00", "reversal, -30.00"),
    (
        "repayment_taken_back ‖ amount=-30.00",
        "更正前次记账 -30.00",
        "takes an earlier booking back, -30.00",
    ),
    (
        "request_reported ‖ kind=access ‖ state=granted",
        "请求 access granted",
        "request access granted",
    ),
    (
        "stage_moved ‖ event=entered ‖ before=current ‖ stage=reminder",
        "entered: current → reminder",
        "entered: current → reminder",
    ),
    (
        "student_alerted ‖ alert=left ‖ status=withdrawn ‖ effective_on=2026-11-10",
        "left; 学籍状态 withdrawn; 生效 2026-11-10",
        "left; status withdrawn; effective 2026-11-10",
    ),
    (
        "task_added ‖ revision=1 ‖ reason_zh=提醒 ‖ reason_en=Reminder ‖ days=8 ‖ amount=120.00"
        " ‖ currency=CNY ‖ severity=high",
        "第1版加入; 提醒; 逾期8天; 应还120.00 CNY; 等级 high",
        "added in revision 1; Reminder; 8 days past due; 120.00 CNY due; severity high",
    ),
    ("task_reason ‖ reason_zh=提醒 ‖ reason_en=Reminder", "提醒", "Reminder"),
    ("basis_changed", "依据已变, 该任务不再成立", "what it rested on has changed"),
    (
        "basis_changed ‖ days=95 ‖ amount=100.00 ‖ known_en=is cured ‖ known_zh=已还清",
        "依据已变, 该任务不再成立: 现知借据逾期 95 天, 逾期金额 100.00",
        "what it rested on has changed: known now of the loan: 95 days past due with 100.00",
    ),
    (
        "basis_changed ‖ known_en=the debt is cured ‖ known_zh=已还清",
        "依据已变, 该任务不再成立: 现知借据已还清",
        "what it rested on has changed: known now of the loan: the debt is cured",
    ),
    (
        "case_ended ‖ state_en=withdrawn ‖ state_zh=撤回 ‖ moved_on=2026-11-19"
        " ‖ reasons_en=below the stage that opens a case ‖ reasons_zh=低于立案阶段",
        "案件已于 2026-11-19 撤回: 低于立案阶段",
        "the case was withdrawn on 2026-11-19: below the stage that opens a case",
    ),
    (
        "case_ended ‖ state_en=rejected ‖ state_zh=驳回 ‖ moved_on=2026-11-06",
        "案件已于 2026-11-06 驳回",
        "the case was rejected on 2026-11-06",
    ),
    (
        "check_refused ‖ reasons_en=a dispute is open, paused ‖ reasons_zh=异议处理中, paused",
        "检查未通过: 异议处理中, paused",
        "a check refuses it: a dispute is open, paused",
    ),
    (
        "data_unread ‖ finding_en=names nobody ‖ finding_zh=未指明 ‖ feeds=hold"
        " ¶ data_unread ‖ finding_en=could not be read ‖ finding_zh=无法读取"
        " ‖ feeds=complaint, pause",
        "未指明: hold; 无法读取: complaint, pause",
        "names nobody: hold; could not be read: complaint, pause",
    ),
    (
        "loan_recalled ‖ loan=L1 ‖ reason_en=is known now to have owed less"
        " ‖ reason_zh=现知当日应还金额较低 ‖ said=100.00 ‖ known=60.00",
        "借据 L1 现知当日应还金额较低 (任务所述 100.00, 现知 60.00)",
        "loan L1 is known now to have owed less (the task said 100.00, known now 60.00)",
    ),
    (
        "loan_recalled ‖ loan=L5 ‖ reason_en=is in court ‖ reason_zh=已在诉讼",
        "借据 L5 已在诉讼",
        "loan L5 is in court",
    ),
    (
        "loan_recalled ‖ loan=L5 ‖ stop_en=the debtor disputes the amount ‖ stop_zh=金额有异议",
        "借据 L5: 金额有异议",
        "loan L5: the debtor disputes the amount",
    ),
    (
        "task_recalled ‖ revision=2 ¶ check_refused ‖ reasons_en=paused ‖ reasons_zh=已暂停"
        " ¶ task_inputs ‖ inputs=W1",
        "第2版撤回; 检查未通过: 已暂停; W1",
        "recalled in revision 2; a check refuses it: paused; W1",
    ),
    (
        "task_recalled ‖ revision=2 ‖ reason_zh=已还款 ‖ reason_en=Paid ¶ task_inputs ‖ inputs=W1",
        "第2版撤回; 已还款; W1",
        "recalled in revision 2; Paid; W1",
    ),
]
