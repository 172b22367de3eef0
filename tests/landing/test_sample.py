"""The sample lender: believable, whole, and the same every time."""

import csv
import hashlib
import json
from collections.abc import Iterator
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path

import duckdb
import pytest

from postloan.contracts import catalogue
from postloan.errors import PostloanError
from postloan.landing.sample import SampleSummary, write_sample

LAST = date(2026, 11, 20)
NEVER_SENT = {
    "enrolment.code_system": {"edfi"},
    # The files of the sample lender are those of before these were let in.
    "hold.hold_kind": {"illness", "minor", "deceased", "identity_dispute"},
    "contact_outcome.result": {"moved", "wrong_address"},
    "spending.category": {"lending", "gambling"},
    # A guarantor is a third party to the outcome of the same visit.
    "visit_report.counterpart": {"guarantor", "emergency_contact"},
    "visit_report.entry": {"without_consent"},
    # Nobody but Postloan knows what is in a file.
    "file_acknowledgement.file_kind": {"recalls"},
    "file_acknowledgement.file_state": {"accepted_in_part", "rejected"},
    "file_acknowledgement.refusal": {
        "unreadable",
        "wrong_layout",
        "incomplete",
        "duplicate",
        "too_late",
        "other",
    },
}
"""Values that a contract allows and the sample lender has no use for."""
DAYS = 40
OPENING = LAST - timedelta(days=DAYS)


@pytest.fixture(scope="module")
def landing(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clean lender of 4,000 loans and 40 days."""
    folder = tmp_path_factory.mktemp("landing")
    write_sample(
        folder, loans=4_000, days=DAYS, seed=7, last_business_date=LAST, dirty_share=Fraction(0)
    )
    return folder


@pytest.fixture(scope="module")
def feeds(landing: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Every feed as a view of the raw text of all its files, with received_on beside it."""
    with duckdb.connect() as connection:
        for feed in catalogue().feeds.values():
            connection.execute(
                f"""create view {feed.name} as
                select *, cast(regexp_extract(filename, '/([0-9-]+)/[a-z_]+.csv$', 1) as date)
                    as received_on
                from read_csv('{landing}/{feed.source}/*/{feed.name}.csv',
                    header = true, all_varchar = true, filename = true)"""
            )
        yield connection


def count(connection: duckdb.DuckDBPyConnection, query: str) -> int:
    """How many rows a query finds."""
    row = connection.execute(f"select count(*) from ({query})").fetchone()
    assert row is not None
    return int(row[0])


def tree(folder: Path) -> dict[str, str]:
    """Every file below a folder with its hash."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def small(folder: Path, *, seed: int = 3, threads: int | None = None) -> SampleSummary:
    """Write a small lender with a fault in every fifth row."""
    return write_sample(
        folder,
        loans=600,
        days=12,
        seed=seed,
        last_business_date=LAST,
        dirty_share=Fraction(1, 5),
        threads=threads,
    )


def test_same_arguments_give_the_same_bytes_on_any_number_of_threads(tmp_path: Path) -> None:
    small(tmp_path / "a", threads=1)
    small(tmp_path / "b", threads=4)
    assert tree(tmp_path / "a") == tree(tmp_path / "b")


def test_another_seed_gives_another_lender(tmp_path: Path) -> None:
    small(tmp_path / "a", seed=3)
    small(tmp_path / "b", seed=4)
    one, other = tree(tmp_path / "a"), tree(tmp_path / "b")
    assert one.keys() == other.keys()
    opening = str(Path("core_banking", (LAST - timedelta(days=12)).isoformat(), "repayment.csv"))
    assert one[opening] != other[opening]


def test_writing_again_into_the_same_landing_changes_nothing(tmp_path: Path) -> None:
    small(tmp_path)
    before = tree(tmp_path)
    small(tmp_path)
    assert tree(tmp_path) == before


def test_every_source_delivers_its_opening_and_then_its_days(landing: Path) -> None:
    every_day = [(OPENING + timedelta(days=n)).isoformat() for n in range(DAYS + 1)]
    for source in ("core_banking", "student_registry", "feedback"):
        assert sorted(p.name for p in (landing / source).iterdir()) == every_day
    assert sorted(p.name for p in (landing / "credit_bureau").iterdir()) == [
        "2026-10-11",
        "2026-11-01",
    ]


def test_manifests_are_true(landing: Path) -> None:
    manifests = sorted(landing.rglob("manifest.json"))
    assert len(manifests) == 3 * (DAYS + 1) + 2
    for path in manifests:
        manifest = json.loads(path.read_text(encoding="utf-8"))
        assert manifest["source"] == path.parent.parent.name
        assert manifest["business_date"] == path.parent.name
        assert manifest["opening"] == (path.parent.name == OPENING.isoformat())
        feeds_sent = [entry["feed"] for entry in manifest["files"]]
        assert feeds_sent == [f.name for f in catalogue().feeds_of(manifest["source"])]
        for entry in manifest["files"]:
            content = (path.parent / entry["file"]).read_bytes()
            rows = list(csv.reader(content.decode("utf-8").splitlines()))
            contract = catalogue().feeds[entry["feed"]]
            assert rows[0] == [c.name for c in contract.file_columns]
            assert len(rows) - 1 == entry["rows"]
            assert hashlib.sha256(content).hexdigest() == entry["sha256"]
            assert content.endswith(b"\n")
            assert b"\r" not in content


def test_every_value_has_the_form_of_its_contract(feeds: duckdb.DuckDBPyConnection) -> None:
    forms = {
        "date": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
        "timestamp": "^[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}$",
        "decimal(18,2)": "^[0-9]+[.][0-9]{2}$",
        "integer": "^[0-9]+$",
        "boolean": "^(true|false)$",
    }
    for feed in catalogue().feeds.values():
        for column in feed.file_columns:
            where = f"{feed.name}.{column.name}"
            if column.required:
                assert count(feeds, f"from {feed.name} where {column.name} is null") == 0, where
            pattern = forms.get(column.sql_type)
            if pattern:
                bad = f"not regexp_matches({column.name}, '{pattern}')"
                assert count(feeds, f"from {feed.name} where {bad}") == 0, where
            if column.sql_type == "date":
                cast = f"from {feed.name} where try_cast({column.name} as date) is null"
                assert count(feeds, f"{cast} and {column.name} is not null") == 0, where
            if column.enum:
                found = {
                    str(row[0])
                    for row in feeds.execute(
                        f"select distinct {column.name} from {feed.name} "
                        f"where {column.name} is not null"
                    ).fetchall()
                }
                allowed = set(column.enum) - {"unspecified"}
                assert found <= set(column.enum), where
                assert allowed - found <= NEVER_SENT.get(where, set()), where


def test_keys_are_unique_within_a_delivery(feeds: duckdb.DuckDBPyConnection) -> None:
    for feed in catalogue().feeds.values():
        sent = {c.name for c in feed.file_columns}
        key = ", ".join(name for name in feed.table.key if name in sent)
        twice = f"select 1 from {feed.name} group by received_on, {key} having count(*) > 1"
        assert count(feeds, twice) == 0, feed.name


def test_references_resolve_on_the_day_they_arrive(feeds: duckdb.DuckDBPyConnection) -> None:
    for feed in catalogue().feeds.values():
        for column, (target, target_column) in feed.references.items():
            orphan = f"""
                from {feed.name} as child
                where child.{column} is not null and not exists (
                    from {target} as parent
                    where parent.{target_column} = child.{column}
                        and parent.received_on <= child.received_on)"""
            assert count(feeds, orphan) == 0, f"{feed.name}.{column}"
    reversals = """
        from repayment as back left join repayment as original
            on back.reverses_id = original.repayment_id
        where back.reverses_id is not null and (
            original.repayment_id is null
            or original.amount <> back.amount
            or original.received_on > back.received_on)"""
    assert count(feeds, reversals) == 0
    assert count(feeds, "from repayment where reverses_id is not null") > 50


def test_amounts_add_up(feeds: duckdb.DuckDBPyConnection) -> None:
    split = "amount_due::decimal(18,2) <> principal_due::decimal(18,2)"
    whole = f"{split} + interest_due::decimal(18,2) + fee_due::decimal(18,2)"
    assert count(feeds, f"from instalment where {whole}") == 0
    unequal = """
        select loan_id, principal from loan inner join instalment using (loan_id)
        where product <> 'credit_card' and loan.loan_status = 'active'
        group by loan.received_on, loan_id, principal
        having sum(principal_due::decimal(18,2)) <> principal::decimal(18,2)"""
    assert count(feeds, unequal) == 0


def test_settled_loans_are_paid_to_the_cent_and_others_are_not(
    feeds: duckdb.DuckDBPyConnection,
) -> None:
    balances = """
        with due as (
            select loan_id, sum(amount_due::decimal(18,2)) as due from instalment group by all),
        paid as (
            select loan_id, sum(case when reverses_id is null then 1 else -1 end
                * amount::decimal(18,2)) as paid
            from repayment group by all),
        latest as (
            select loan_id, arg_max(loan_status, received_on) as status from loan group by all)
        select status, due - coalesce(paid, 0) as open
        from latest inner join due using (loan_id) left join paid using (loan_id)"""
    assert count(feeds, f"from ({balances}) where status = 'settled' and open <> 0") == 0
    assert count(feeds, f"from ({balances}) where status = 'written_off' and open <= 0") == 0
    assert count(feeds, f"from ({balances}) where open < 0") == 0
    assert count(feeds, f"from ({balances}) where status = 'settled'") > 1000


def test_a_delivery_holds_what_became_known_that_day(feeds: duckdb.DuckDBPyConnection) -> None:
    assert count(feeds, "from repayment where paid_on::date > received_on") == 0
    daily = count(feeds, f"from repayment where received_on > '{OPENING}'")
    on_the_day = count(
        feeds, f"from repayment where received_on > '{OPENING}' and paid_on::date = received_on"
    )
    assert 0.97 * daily < on_the_day < daily
    new_loans = f"from loan where received_on > '{OPENING}' and loan_status = 'active'"
    assert count(feeds, new_loans) > 50
    assert count(feeds, f"{new_loans} and disbursed_on::date <> received_on") == 0
    left = f"from loan where received_on > '{OPENING}' and loan_status in ('settled','written_off')"
    assert count(feeds, left) > 50
    assert count(feeds, f"{left} and status_on::date <> received_on") == 0


DAYS_PAST_DUE = """
    with due as (
        select loan_id, due_on::date as due_on, sum(amount_due::decimal(18,2))
            over (partition by loan_id order by instalment_no::integer) as due
        from instalment where received_on <= $day and due_on::date < $day),
    paid as (
        select loan_id, sum(case when reverses_id is null then 1 else -1 end
            * amount::decimal(18,2)) as paid
        from repayment where received_on <= $day group by all),
    active as (
        select loan_id from loan where received_on <= $day
        group by loan_id having arg_max(loan_status, received_on) = 'active')
    select loan_id, coalesce(
        date_diff('day', min(due_on) filter (due > coalesce(paid, 0)), $day), 0) as days_past_due
    from active left join due using (loan_id) left join paid using (loan_id)
    group by loan_id
"""


@pytest.mark.parametrize("day", [OPENING, OPENING + timedelta(days=19), LAST])
def test_the_book_shows_believable_delinquency(feeds: duckdb.DuckDBPyConnection, day: date) -> None:
    shares = feeds.execute(
        f"""select
            avg((days_past_due = 0)::integer), avg((days_past_due between 1 and 14)::integer),
            avg((days_past_due between 15 and 29)::integer),
            avg((days_past_due between 30 and 89)::integer), avg((days_past_due >= 90)::integer)
        from ({DAYS_PAST_DUE})""",
        {"day": day},
    ).fetchone()
    assert shares is not None
    current, reminder, early_warning, escalation, severe = shares
    assert 0.91 < current < 0.96
    assert 0.02 < reminder < 0.05
    assert 0.004 < early_warning < 0.015
    assert 0.006 < escalation < 0.025
    assert 0.003 < severe < 0.018


def test_loans_slide_and_cure(feeds: duckdb.DuckDBPyConnection) -> None:
    before = feeds.execute(DAYS_PAST_DUE, {"day": OPENING + timedelta(days=10)}).fetchall()
    after = dict(feeds.execute(DAYS_PAST_DUE, {"day": LAST}).fetchall())
    moves = [(was, after[loan]) for loan, was in before if loan in after]
    assert any(was == 0 and now >= 15 for was, now in moves)
    assert any(was >= 30 and now == 0 for was, now in moves)
    assert any(30 <= was < 90 <= now for was, now in moves)
    assert any(was > now > 0 for was, now in moves)


def test_people_look_chinese_and_are_obviously_invented(
    feeds: duckdb.DuckDBPyConnection,
) -> None:
    people = feeds.execute(
        "select distinct customer_id, customer_name, id_number, phone, birth_on from customer"
    ).fetchall()
    numbers = {customer: number for customer, _, number, _, _ in people if number}
    assert len(set(numbers.values())) == len(numbers)
    weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
    for _, name, number, phone, born in people:
        assert 2 <= len(name) <= 4
        assert all("\u4e00" <= sign <= "\u9fff" for sign in name)
        assert phone is None or (phone.startswith("154") and len(phone) == 11)
        if number:
            assert number.startswith("999999" + born.replace("-", ""))
            total = sum(w * int(d) for w, d in zip(weights, number, strict=False))
            assert number[17] == "10X98765432"[total % 11]
    assert len({name for _, name, _, _, _ in people}) > len(people) / 3
    assert any(phone is None for *_, phone, _ in people)


def test_statements_agree_with_schedule_and_payments(feeds: duckdb.DuckDBPyConnection) -> None:
    billed = """
        with asked as (
            select loan_id, due_on, amount_due::decimal(18,2) as amount_due from instalment),
        told as (
            select *, minimum_due::decimal(18,2) as least, statement_balance::decimal(18,2) as total
            from statement)
        select told.*, amount_due from told inner join asked using (loan_id, due_on)"""
    assert count(feeds, f"from ({billed})") == count(feeds, "from statement") > 1000
    assert count(feeds, f"from ({billed}) where least < amount_due or total < least") == 0
    # What was not paid is asked for again, and that is seldom.
    more = count(feeds, f"from ({billed}) where least > amount_due")
    assert 0 < more < 0.2 * count(feeds, billed)
    minimum = """
        select loan_id from (
            select *, lag(minimum_due) over (partition by loan_id order by statement_on) as asked
            from statement)
        where paid_since_previous = asked and asked <> previous_balance
        group by loan_id having count(*) >= 3"""
    assert count(feeds, minimum) > 20
    # Whose payments are called so carries the rest along.
    paid_on_minimum = """
        select loan_id from repayment inner join statement using (loan_id)
        where payment_type = 'minimum'
        group by loan_id having count(distinct statement_on) > 1"""
    carried = "select loan_id from statement where statement_balance <> minimum_due"
    assert count(feeds, paid_on_minimum) > 20
    assert count(feeds, f"{paid_on_minimum} except {carried}") == 0


def test_an_approved_extension_is_the_plan_that_the_loan_is_held_for(
    feeds: duckdb.DuckDBPyConnection,
) -> None:
    approved = "from extension_request where decision = 'approved'"
    assert count(feeds, approved) > 5
    without_plan = f"""{approved} and not exists (
        from hold where hold.loan_id = extension_request.loan_id
            and hold_kind = 'performing_plan' and starts_on = decided_on)"""
    assert count(feeds, without_plan) == 0


def test_only_what_was_proved_reaches_the_customer(feeds: duckdb.DuckDBPyConnection) -> None:
    proved = f"""from contact_change
        where verification = 'verified' and received_on > '{OPENING}' and contact_kind = 'phone'"""
    assert count(feeds, proved) > 5
    unknown = f"""{proved} and not exists (
        from customer where customer.customer_id = contact_change.customer_id
            and customer.received_on = contact_change.received_on
            and contact_updated_on = changed_on)"""
    assert count(feeds, unknown) == 0


def test_negative_entries_are_those_of_the_loans(feeds: duckdb.DuckDBPyConnection) -> None:
    same = "inner join bureau_loan using (customer_id, account_ref, received_on)"
    amounts = f"select * from bureau_delinquency {same}"
    assert count(feeds, amounts) == count(feeds, "from bureau_delinquency") > 50
    differ = "bureau_delinquency.overdue_amount <> bureau_loan.overdue_amount"
    assert count(feeds, f"{amounts} where {differ}") == 0


def test_there_is_something_for_every_process(feeds: duckdb.DuckDBPyConnection) -> None:
    wanted = {
        "a loan that renews another": "from loan_terms where renewal_of is not null",
        "hours agreed": "from customer_preference where agreed_from is not null",
        "channel unwanted": "from customer_preference where wish = 'unwanted'",
        "guarantor let go": "from guarantor where released_on is not null",
        "moved": "from address_check where result = 'moved'",
        "finding rejected": "from quality_finding where finding_state = 'rejected'",
        "clue refuted": "from asset_clue where clue_state = 'refuted'",
        "course failed": "from training where is_passed = 'false'",
        "agency not listed": "from agency where is_listed = 'false'",
        "several loans": "select customer_id from loan "
        "group by customer_id having count(distinct loan_id) > 1",
        "deceased": "from customer where deceased_on is not null",
        "stale contact": f"from customer where contact_updated_on::date < date '{OPENING}' - 180",
        "contact changed": f"from customer where received_on > '{OPENING}'"
        " and contact_updated_on::date = received_on",
        "consent withdrawn": "from consent where withdrawn_on is not null",
        "no bureau consent": "select customer_id from customer except "
        "select customer_id from consent where purpose = 'bureau_query'",
        "opted out": "from emergency_contact where opted_out_on is not null",
        "hold ended": "from hold where ends_on is not null",
        "hold lasts": "from hold where ends_on is null",
        "pause lasts": "from pause where ends_on is null",
        "pause entered late": f"from pause where received_on > '{OPENING}'"
        " and starts_on::date < received_on and coalesce(ends_on, '9') > received_on::varchar",
        "left school": "from enrolment where status_code in ('03', 'W', 'Withdrawn')",
        "changed school": "from enrolment where status_code = '10'",
        "on leave": "from enrolment where status_code = '02'",
        "graduated": "from enrolment where status_code = '07'",
        "co-funded": "select contract_ref from bureau_loan where contract_ref is not null "
        "group by received_on, contract_ref having count(distinct lender_id) > 1",
        "heavily indebted": "select customer_id from bureau_loan where balance::decimal(18,2) > 0 "
        "group by received_on, customer_id having count(distinct lender_id) >= 5",
        "new lender": "from bureau_loan where received_on - opened_on::date <= 30",
        "unstable income": "select customer_id from customer_income group by customer_id, "
        "income_source having max(amount::double) > 1.6 * min(amount::double)",
        "income of the month": f"from customer_income where received_on > '{OPENING}'"
        " and income_month = '2026-10-01'",
        "nothing due": "from instalment where amount_due = '0.00'",
        "no name": "from repayment where instalment_no is null",
        "keeps asking for time": "select loan_id from extension_request "
        "group by loan_id having count(distinct request_id) >= 3",
        "contact changed twice in three months": "select customer_id from contact_change "
        "group by customer_id having count(distinct change_id) >= 2 "
        "and max(changed_on::date) - min(changed_on::date) <= 90",
        "change told by others": "from contact_change where reported_by <> 'customer'",
        "mostly investments": "select customer_id from spending "
        "group by customer_id, spending_month "
        "having sum(amount::double) filter (category = 'investment') > 0.5 * sum(amount::double)",
        "one large payment": "from spending where largest_amount::double > 10000",
        "asks many lenders": "select customer_id from bureau_inquiry "
        f"where purpose = 'loan_approval' and inquired_on::date > date '{LAST}' - 90 "
        "group by customer_id having count(distinct lender_id) >= 3",
        "inquiries of the month": f"from bureau_inquiry where received_on > '{OPENING}'",
        "conversation": "from contact_outcome where result = 'connected'",
        "number of somebody else": "from contact_outcome where result = 'wrong_number'",
        "complaint open": "from complaint where closed_on is null",
        "complaint closed": "from complaint where closed_on is not null",
        "channel refused": "from privacy_request where request_kind = 'channel_opt_out'",
        "consent taken back": "from consent_change where change_kind = 'withdrawn'",
        "registry news": f"from enrolment where received_on > '{OPENING}'",
    }
    for what, query in wanted.items():
        assert count(feeds, query) > 0, what


def test_the_people_and_papers_of_the_lender_agree(feeds: duckdb.DuckDBPyConnection) -> None:
    assert count(feeds, "from visit_report") > 20
    visits = """select visit_id from visit_report inner join contact_outcome using (loan_id)
        where arrived_at = attempted_at and channel = 'field_visit'
            and visit_report.collector_id = contact_outcome.collector_id"""
    assert count(feeds, f"select visit_id from visit_report except ({visits})") == 0
    alone = "persons::integer < 2 or recording_uri is null or arrived_at::time > time '22:00'"
    assert count(feeds, f"from visit_report where {alone}") == 0
    may_visit = "select collector_id from collector where may_visit"
    assert count(feeds, f"select collector_id from visit_report except {may_visit}") == 0
    for name in ("contact_note", "quality_finding"):
        told = "select outcome_id from contact_outcome"
        assert count(feeds, f"select outcome_id from {name} except {told}") == 0
    secured = "select loan_id from loan_terms where guarantee_kind"
    for feed, kinds in (
        ("guarantor", "('guarantor', 'mixed')"),
        ("collateral", "('mortgage', 'pledge', 'mixed')"),
    ):
        assert count(feeds, f"select loan_id from {feed} except {secured} in {kinds}") == 0
        assert count(feeds, f"{secured} in {kinds} except select loan_id from {feed}") == 0
    other_debtor = """from loan_terms as renewing
        inner join loan as own on renewing.loan_id = own.loan_id
        inner join loan as renewed on renewing.renewal_of = renewed.loan_id
        where own.customer_id <> renewed.customer_id"""
    assert count(feeds, other_debtor) == 0
    tried = """from customer_preference inner join contact_outcome using (customer_id, channel)
        where wish = 'unwanted'"""
    assert count(feeds, tried) == 0


def test_faults_stand_beside_good_rows_and_only_in_daily_deliveries(tmp_path: Path) -> None:
    write_sample(
        tmp_path / "clean",
        loans=600,
        days=12,
        seed=3,
        last_business_date=LAST,
        dirty_share=Fraction(0),
    )
    summary = small(tmp_path / "dirty")
    opening = (LAST - timedelta(days=12)).isoformat()
    faults: list[str] = []
    for path in sorted((tmp_path / "dirty").rglob("*.csv")):
        clean = tmp_path / "clean" / path.relative_to(tmp_path / "dirty")
        good = clean.read_text(encoding="utf-8").splitlines()
        sent = path.read_text(encoding="utf-8").splitlines()
        if path.parent.name == opening:
            assert sent == good
        assert set(good) <= set(sent)
        faults += list((set(sent) - set(good)) | {row for row in sent if sent.count(row) > 1})
    assert len(faults) == summary.dirty_rows > 20
    assert any("-02-31" in row for row in faults)
    assert any("L99999999" in row for row in faults)
    assert any(row.startswith("R") and not row.split(",")[0].endswith("-X") for row in faults)


def test_days_of_nothing_but_an_opening(tmp_path: Path) -> None:
    summary = write_sample(tmp_path, loans=10, days=0, seed=1, last_business_date=LAST)
    assert summary.opening == summary.last_business_date == LAST
    assert summary.deliveries == 4
    assert summary.rows["loan"] == 10


@pytest.mark.parametrize(("loans", "days"), [(0, 1), (100_000_000, 1), (10, -1)])
def test_arguments_out_of_range_are_named(tmp_path: Path, loans: int, days: int) -> None:
    with pytest.raises(PostloanError, match=r"--(loans|days) is"):
        write_sample(tmp_path, loans=loans, days=days, seed=1, last_business_date=LAST)
