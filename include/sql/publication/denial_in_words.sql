-- denial_in_words: why checks refused a contact or a case of today, in words for people.
--
-- A code that the pack of legal wording does not name is told as it is. A loan that a wish leaves
-- out is told with that wish.
--
-- grain   queue, candidate_key
-- reads   contact_denial, contact_left_out, rule_legal_wording
-- write   view

with

wording as (

    select
        code,
        title_zh,
        title_en
    from rule_legal_wording
    where
        business_date = cast($business_date as date)
        and subject = 'case_reason'

),

left_out as (

    select distinct
        queue,
        candidate_key,
        denial_key
    from contact_left_out

),

denied as (

    select
        contact_denial.queue,
        coalesce(left_out.candidate_key, contact_denial.candidate_key) as candidate_key,
        contact_denial.reason,
        contact_denial.rule_id,
        contact_denial.rule_version
    from contact_denial
    left join left_out
        on
            contact_denial.queue = left_out.queue
            and contact_denial.candidate_key = left_out.denial_key
    where contact_denial.business_date = cast($business_date as date)

),

-- A reason once, however many loans it holds: Spark counts no two kinds of distinct words at once.
refusals as (

    select
        denied.queue,
        denied.candidate_key,
        coalesce(wording.title_zh, denied.reason) as reason_zh,
        coalesce(wording.title_en, denied.reason) as reason_en,
        min(denied.rule_id) as rule_id,
        min(denied.rule_version) as rule_version
    from denied
    left join wording
        on denied.reason = wording.code
    group by
        denied.queue,
        denied.candidate_key,
        coalesce(wording.title_zh, denied.reason),
        coalesce(wording.title_en, denied.reason)

)

select
    queue,
    candidate_key,
    string_agg(reason_zh, ', ' order by reason_zh) as reasons_zh,
    string_agg(reason_en, ', ' order by reason_en) as reasons_en,
    min(rule_id) as rule_id,
    min(rule_version) as rule_version
from refusals
group by queue, candidate_key
