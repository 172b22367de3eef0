-- hold: pauses of delinquency, half-open; a resume ends the pause that it falls into. Which reason
-- a pause stands for is said by the code list `hold_kind`.
with

actions as (

    select
        of as loan_id,
        item ->> '$.id' as action_id,
        item ->> '$.action' as action,
        day_of(item -> '$.startDate') as starts_on,
        day_of(item -> '$.endDate') as ends_on
    from delinquency_action

)

select
    pause.loan_id || '-' || pause.action_id as hold_id,
    loan_document.item ->> '$.clientId' as customer_id,
    pause.loan_id,
    coalesce(code.meaning, 'performing_plan') as hold_kind,
    pause.starts_on,
    least(pause.ends_on, (
        select min(resume.starts_on)
        from actions as resume
        where
            resume.loan_id = pause.loan_id
            and resume.action = 'RESUME'
            and resume.starts_on between pause.starts_on and pause.ends_on
    )) as ends_on
from actions as pause
inner join loan_document
    on pause.loan_id = loan_document.of
left join code
    on code.list_name = 'hold_kind' and pause.action = code.code
where pause.action = 'PAUSE'
