-- One row per merchant and calendar month (UTC) with at least one captured payment.
-- Read by the settlement job and by the merchant dashboard.

create or replace view merchant_monthly as
with captured as (
    select
        p.id as payment_id,
        p.merchant_id,
        date_trunc('month', p.captured_at at time zone 'UTC')::date as month,
        p.amount_cents,
        p.fee_cents
    from payments as p
    where p.status = 'captured'
)
select
    m.id as merchant_id,
    m.legal_name,
    c.month,
    count(*) as payments,
    sum(c.amount_cents) as gross_cents,
    sum(c.fee_cents) as fees_cents
from captured as c
inner join merchants as m on m.id = c.merchant_id
group by m.id, m.legal_name, c.month;
