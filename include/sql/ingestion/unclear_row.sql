-- unclear_row: refused rows that may restrict contact, or that a claim rests on, and that no row
-- has mended and nobody released.
--
-- One row for each customer that a refused row names, directly or by a loan, and for whoever bears
-- the identity or telephone number in it; one without a customer where it names nobody of the book,
-- whoever bears what else it tells, or where a line of several in it names nobody. A release of the row itself is of those whom it named then:
-- whoever comes into the book later is held.
--
-- What a claim rests on (money, dues, the loan itself) leaves in doubt what is owed of the loan it
-- names, and nothing else; one that names no loan of the book is not here.
--
-- grain   business_date, source, feed, file_sha256, line_no, customer_id, loan_id
-- reads   refused_restriction, refused_name, customer, loan, restriction_release,
--         told_load
-- write   view

with

waiting as (

    select
        business_date,
        source,
        feed,
        file_sha256,
        line_no,
        column_name,
        reason,
        feed in ('instalment', 'loan', 'repayment') as is_of_claim
    from refused_restriction
    where
        business_date <= cast($known_on as date)
        and (mended_on is null or mended_on > cast($known_on as date))

),

released as (

    select
        source,
        feed,
        received_on,
        line_no,
        file_sha256,
        customer_id,
        released_on,
        coalesce(known_load_no, 0) as known_load_no
    from restriction_release
    where
        kind = 'unclear_row'
        and released_on <= cast($known_on as date)

),

bound as (

    select
        refused_name.business_date,
        refused_name.source,
        refused_name.feed,
        refused_name.file_sha256,
        refused_name.line_no,
        customer.customer_id,
        cast(null as varchar) as loan_id,
        'customer' as book,
        refused_name.subject = 'customer' as is_named,
        customer.received_on
    from refused_name
    inner join customer
        on refused_name.spelling = customer.customer_id
    where
        refused_name.subject in ('customer', 'bearer')
        and refused_name.feed not in ('instalment', 'loan', 'repayment')
        and customer.received_on <= cast($known_on as date)

    union all

    select
        refused_name.business_date,
        refused_name.source,
        refused_name.feed,
        refused_name.file_sha256,
        refused_name.line_no,
        loan.customer_id,
        case when refused_name.feed in ('instalment', 'loan', 'repayment') then loan.loan_id end
            as loan_id,
        'loan' as book,
        true as is_named,
        loan.received_on
    from refused_name
    inner join loan
        on refused_name.spelling = loan.loan_id
    where
        refused_name.subject = 'loan'
        and loan.received_on <= cast($known_on as date)

    union all

    -- The row itself, which counts where it names nobody.
    select
        business_date,
        source,
        feed,
        file_sha256,
        line_no,
        cast(null as varchar) as customer_id,
        cast(null as varchar) as loan_id,
        'none' as book,
        false as is_named,
        cast(null as date) as received_on
    from waiting

),

first_bound as (

    select
        business_date,
        source,
        feed,
        file_sha256,
        line_no,
        customer_id,
        loan_id,
        book,
        bool_or(is_named) as is_named,
        min(received_on) as received_on
    from bound
    group by business_date, source, feed, file_sha256, line_no, customer_id, loan_id, book

),

named as (

    select
        first_bound.business_date,
        first_bound.source,
        first_bound.feed,
        first_bound.file_sha256,
        first_bound.line_no,
        first_bound.customer_id,
        first_bound.loan_id,
        bool_or(first_bound.is_named) as is_named,
        min(first_bound.received_on) as received_on,
        min(coalesce(told_load.load_no, 0)) as load_no
    from first_bound
    left join told_load
        on
            first_bound.book = told_load.feed
            and first_bound.received_on = told_load.received_on
    group by
        first_bound.business_date,
        first_bound.source,
        first_bound.feed,
        first_bound.file_sha256,
        first_bound.line_no,
        first_bound.customer_id,
        first_bound.loan_id

),

held as (

    select
        business_date,
        source,
        feed,
        file_sha256,
        line_no,
        customer_id,
        loan_id,
        received_on,
        load_no,
        max(case when is_named then 1 else 0 end) over (
            partition by business_date, source, feed, file_sha256, line_no
        ) as names_somebody
    from named

),

-- A line of the record may be a row that it has swallowed, of nobody knows whom.
nameless_inside as (

    select
        business_date,
        source,
        feed,
        file_sha256,
        line_no
    from refused_name
    where subject = 'nobody'

)

select
    waiting.business_date,
    waiting.source,
    waiting.feed,
    waiting.file_sha256,
    waiting.line_no,
    waiting.column_name,
    waiting.reason,
    case when waiting.is_of_claim then 'unclear_claim' else 'unclear_row' end as hold_kind,
    held.customer_id,
    held.loan_id
from waiting
inner join held
    on
        waiting.business_date = held.business_date
        and waiting.source = held.source
        and waiting.feed = held.feed
        and waiting.file_sha256 = held.file_sha256
        and waiting.line_no = held.line_no
left join nameless_inside
    on
        waiting.business_date = nameless_inside.business_date
        and waiting.source = nameless_inside.source
        and waiting.feed = nameless_inside.feed
        and waiting.file_sha256 = nameless_inside.file_sha256
        and waiting.line_no = nameless_inside.line_no
where
    (
        held.customer_id is not null
        or held.names_somebody = 0
        or nameless_inside.line_no is not null
    )
    and (held.loan_id is not null or not waiting.is_of_claim)
    and not exists (
        select 1
        from released
        where
            waiting.business_date = released.received_on
            and waiting.source = released.source
            and waiting.feed = released.feed
            and waiting.file_sha256 = released.file_sha256
            and waiting.line_no = released.line_no
            and (
                released.customer_id = held.customer_id
                or (
                    released.customer_id is null
                    and (
                        held.customer_id is null
                        or (
                            held.received_on <= released.released_on
                            and held.load_no <= released.known_load_no
                        )
                    )
                )
            )
    )
