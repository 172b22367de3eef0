-- multi_lender_alert: customers whose multi-lender level has become graver, once and not nightly.
--
-- grain   business_date, customer_id
-- reads   multi_lender_state, rule_threshold
-- write   partition business_date

with

levels as (

    select distinct
        alert_level,
        level_rank
    from rule_threshold
    where
        business_date = cast($business_date as date)
        and pack = 'multi_lender'

)

select
    cast($business_date as date) as business_date,
    changes.customer_id,
    changes.alert_level,
    changes.previous_level,
    changes.open_lenders,
    changes.open_debts,
    changes.new_lenders_short,
    changes.new_lenders_long,
    changes.open_balance,
    changes.overdue_with_others,
    changes.monthly_payment,
    changes.own_payment,
    changes.average_income,
    changes.debt_to_income,
    changes.bureau_delivered_on,
    changes.rules_met,
    changes.rule_id,
    changes.rule_version
from multi_lender_state as changes
inner join levels
    on changes.alert_level = levels.alert_level
left join levels as previous_levels
    on changes.previous_level = previous_levels.alert_level
where
    changes.business_date = cast($business_date as date)
    and not changes.is_opening
    and (
        previous_levels.level_rank is null
        or levels.level_rank > previous_levels.level_rank
    )
