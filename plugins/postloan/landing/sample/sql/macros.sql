-- The vocabulary that the other files are written in.
--
-- Randomness is a hash of (seed, what is decided, whom it is decided about). A draw therefore never
-- depends on how many draws came before it, on the order of rows or on the number of threads.
-- The hashes are nested: hash(a, b) only mixes the bits of hash(a) and hash(b) with each other, and
-- two decisions about one loan would then move together.

create or replace macro draw(decision, who) as (
    (hash(xor(hash(who::bigint), hash(decision || '/' || getvariable('seed')::varchar))) >> 11)::double
    / 9007199254740992.0
);

create or replace macro draw_for(decision, who, item) as (
    (hash(xor(
        hash(xor(hash(who::bigint), hash(decision || '/' || getvariable('seed')::varchar))),
        hash(item::bigint)
    )) >> 11)::double
    / 9007199254740992.0
);

-- An integer from low to high, both included.
create or replace macro whole(u, low, high) as (low + floor(u * (high - low + 1))::integer);

create or replace macro pick(options, u) as (options[1 + floor(u * len(options))::integer]);

-- Amounts are whole cents until they are written.
create or replace macro yuan(cents) as (
    (cents::bigint * 0.01::decimal(3, 2))::decimal(18, 2)
);

create or replace macro digits(number, width) as (lpad(number::varchar, width, '0'));

create or replace macro customer_ref(customer_no) as ('C' || digits(customer_no, 8));
create or replace macro loan_ref(loan_no) as ('L' || digits(loan_no, 8));
create or replace macro repayment_ref(loan_no, instalment_no, step) as (
    'R' || digits(loan_no, 8) || '-' || digits(instalment_no, 2) || '-' || step::varchar
);

-- Months are counted from year 0, so that adding one is plain arithmetic.
create or replace macro month_no(day) as (
    (extract('year' from day) * 12 + extract('month' from day) - 1)::integer
);
create or replace macro month_start(month_no) as (
    make_date((month_no // 12)::bigint, (month_no % 12 + 1)::bigint, 1::bigint)
);

-- The 31st becomes the last day of a shorter month.
create or replace macro due_date(first_month, due_day, instalment_no) as (
    least(
        month_start(first_month + instalment_no - 1) + (due_day - 1)::integer,
        last_day(month_start(first_month + instalment_no - 1))
    )
);

-- Who the customer is decides what the customer borrows and how money comes in.
create or replace macro group_of(customer_no) as (
    case
        when draw('group', customer_no) < 0.13 then 'student'
        when draw('group', customer_no) < 0.72 then 'employed'
        when draw('group', customer_no) < 0.91 then 'self_employed'
        else 'unemployed'
    end
);

-- Careful, ordinary and strained payers; every delinquency draw leans on this.
create or replace macro temper_of(customer_no) as (
    case
        when draw('temper', customer_no) < 0.70 then 'careful'
        when draw('temper', customer_no) < 0.92 then 'ordinary'
        else 'strained'
    end
);
