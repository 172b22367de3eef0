-- denial_in_words: why checks refused a contact or a case of today, in words for people.
--
-- A code that the pack of legal wording does not name is told as it is. The key of a loan on hold
-- is that of the wish that leaves it out, and the loan.
--
-- grain   queue, candidate_key
-- reads   contact_denial, rule_legal_wording
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

denied as (

    select
        queue,
        coalesce(replace(candidate_key, '|' || loan_id, ''), candidate_key) as candidate_key,
        reason,
        rule_id,
        rule_version
    from contact_denial
    where business_date = cast($business_date as date)

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
