-- file_acknowledgement: the receivers of calls and messages have got the file of the day before.
--
-- What is in a file only Postloan knows, so nobody here counts its rows.

select
    file_date + 1 as known_on,
    'Z' || strftime(file_date, '%Y%m%d') || '-' || queue as acknowledgement_id,
    file_date,
    queue,
    1 as revision,
    'tasks' as file_kind,
    strftime(
        file_date + 1 + to_minutes(
            whole(draw_for('receipt', file_date - date '1990-01-01', length(queue)), 420, 470)::bigint
        ),
        '%Y-%m-%d %H:%M:%S'
    ) as received_at,
    'accepted' as file_state,
    null as rows_received,
    null as rows_refused,
    null as refusal,
    null as file_sha256
from (
    select
        unnest(range(
            getvariable('opening') + 1, getvariable('last_date'), interval 1 day
        ))::date as file_date
) as days
cross join (values ('call_list'), ('sms_reminder')) as queues (queue)
