-- One row per merchant and calendar month (UTC) with at least one captured payment.
-- Read by the settlement job and by the merchant dashboard.
-- Settled refunds count against the month in which their payment was captured.

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
),

settled_refunds as (
    select
        r.payment_id,
        sum(r.amount_cents) as refunded_cents
    from refunds as r
    where r.status = 'settled'
    group by r.payment_id
)

select
    m.id as merchant_id,
    m.legal_name,
    c.month,
    count(*) as payments,
    sum(c.amount_cents) as gross_cents,
    sum(c.fee_cents) as fees_cents,
    count(s.payment_id) as refunded_payments,
    coalesce(sum(s.refunded_cents), 0) as refunded_cents,
    sum(c.amount_cents) - sum(c.fee_cents) - coalesce(sum(s.refunded_cents), 0) as net_cents
from captured as c
inner join merchants as m on m.id = c.merchant_id
left join settled_refunds as s on s.payment_id = c.payment_id
group by m.id, m.legal_name, c.month;
