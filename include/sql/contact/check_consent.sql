-- check_consent: is the consent to the use of data that the task rests on missing, or withdrawn?
--
-- Agreed by the business date, and not withdrawn by the day the file is worked on.
--
-- grain   queue, candidate_key, subject
-- reads   contact_check_due, current_consent, contact_moment
-- write   view

with

given as (

    select
        current_consent.customer_id,
        current_consent.purpose,
        bool_or(current_consent.consent_kind = 'separate') as is_separate
    from current_consent
    inner join contact_moment
        on
            current_consent.granted_on <= contact_moment.business_date
            and (
                current_consent.withdrawn_on is null
                or current_consent.withdrawn_on > contact_moment.contact_on
            )
    group by current_consent.customer_id, current_consent.purpose

)

select
    due.queue,
    due.candidate_key,
    due.subject,
    'no_consent_' || due.subject as reason,
    concat_ws(
        '; ',
        case when due.needs_separate then 'separate consent needed' else 'consent needed' end,
        case
            when given.customer_id is null then 'none in force'
            when given.is_separate then 'separate one in force'
            else 'general one in force'
        end
    ) as inputs
from contact_check_due as due
left join given
    on
        due.customer_id = given.customer_id
        and due.subject = given.purpose
where
    due.check_name = 'consent'
    and (
        given.customer_id is null
        or not coalesce(given.is_separate or not due.needs_separate, false)
    )
