create table refunds (
    id uuid primary key,
    -- a payment can be refunded in several parts
    payment_id uuid not null references payments (id),
    amount_cents bigint not null check (amount_cents > 0),
    status text not null check (status in ('pending', 'settled', 'failed')),
    created_at timestamptz not null default now()
);

create index refunds_settled_by_payment on refunds (payment_id) where status = 'settled';
