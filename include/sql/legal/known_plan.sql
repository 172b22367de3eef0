-- known_plan: what is known of plans, extensions and promises of a loan that may still hold: codes
-- and dates.
--
-- grain   loan_id
-- reads   current_plan_request, current_extension_request, current_promise_to_pay
-- write   view

with

known as (

    select
        loan_id,
        'plan ' || plan_kind || ' ' || decision || ' since '
        || cast(coalesce(decided_on, requested_on) as varchar) as what
    from current_plan_request
    where decision in ('pending', 'approved')

    union

    -- One that nobody has decided yet has no decision.
    select
        loan_id,
        'extension ' || coalesce(decision, 'pending') || ' since '
        || cast(coalesce(decided_on, requested_on) as varchar) as what
    from current_extension_request
    where coalesce(decision, 'pending') in ('pending', 'approved')

    union

    select
        loan_id,
        'promise due ' || cast(due_on as varchar) as what
    from current_promise_to_pay
    where due_on >= cast($business_date as date)

)

select
    loan_id,
    string_agg(what, '; ' order by what) as plan
from known
group by loan_id
