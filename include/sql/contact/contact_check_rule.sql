-- contact_check_rule: what each check asks for on the business date, the strictest of law and
-- house.
--
-- grain   check_name, subject
-- reads   rule_contact_check
-- write   view

with

rules as (

    select
        check_name,
        subject,
        rule_id,
        rule_version,
        window_start,
        window_end,
        pattern,
        needs_separate,
        minimum_years,
        longest_days,
        whole_person,
        most_customers,
        most_days_ahead,
        most_days_late,
        row_number() over (
            partition by check_name, subject
            order by case when is_law then 0 else 1 end, rule_id
        ) as rule_rank
    from rule_contact_check
    where business_date = cast($business_date as date)

),

strictest as (

    select
        check_name,
        subject,
        max(window_start) as window_start,
        min(window_end) as window_end,
        bool_or(needs_separate) as needs_separate,
        max(minimum_years) as minimum_years,
        max(longest_days) as longest_days,
        bool_or(coalesce(whole_person, false)) as whole_person,
        max(most_customers) as most_customers,
        min(most_days_ahead) as most_days_ahead,
        min(most_days_late) as most_days_late
    from rules
    group by check_name, subject

)

select
    rules.check_name,
    rules.subject,
    rules.rule_id,
    rules.rule_version,
    strictest.window_start,
    strictest.window_end,
    strictest.needs_separate,
    strictest.minimum_years,
    strictest.longest_days,
    strictest.whole_person,
    strictest.most_customers,
    strictest.most_days_ahead,
    strictest.most_days_late,
    rules.pattern
from rules
inner join strictest
    on
        rules.check_name = strictest.check_name
        and rules.subject = strictest.subject
where rules.rule_rank = 1
