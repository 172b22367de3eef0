-- pause: delinquency pauses, half-open; a resume ends the pause that it falls into, as Fineract itself
-- has it. Every fetch tells all of them: what is told again unchanged changes nothing. Fineract names
-- no reason; the code list `pause_reason` says what its pauses stand for, else they are moratoria.
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
    pause.loan_id || '-' || pause.action_id as pause_id,
    pause.loan_id,
    pause.starts_on,
    least(pause.ends_on, (
        select min(resume.starts_on)
        from actions as resume
        where
            resume.loan_id = pause.loan_id
            and resume.action = 'RESUME'
            and resume.starts_on >= pause.starts_on
            and (pause.ends_on is null or resume.starts_on <= pause.ends_on)
    )) as ends_on,
    coalesce(code.meaning, 'moratorium') as pause_reason
from actions as pause
left join code
    on code.list_name = 'pause_reason' and pause.action = code.code
where pause.action = 'PAUSE'
