-- told_restriction: every version of what feeds have told that protects a customer, or ends that.
--
-- One form for all feeds: whom it protects, how (`aspect`), how widely (`loan_id`, `scope`: empty
-- for all) and how long. An end that contradicts the beginning is none, and a plan whose decision
-- contradicts itself is a doubtful one, which protects. Only what is told in words ends a
-- protection: rows that do neither are here to show that their key was told anew.
--
-- grain   feed, record_key, received_on
-- reads   restriction_told_by_bank, restriction_told_by_team
-- write   view

select
    feed,
    record_key,
    customer_id,
    loan_id,
    aspect,
    scope,
    starts_on,
    ends_on,
    is_protecting,
    release_kind,
    received_on,
    line_no
from restriction_told_by_bank
where received_on <= cast($known_on as date)

union all

select
    feed,
    record_key,
    customer_id,
    loan_id,
    aspect,
    scope,
    starts_on,
    ends_on,
    is_protecting,
    release_kind,
    received_on,
    line_no
from restriction_told_by_team
where received_on <= cast($known_on as date)
