create table refunds (
    id uuid primary key,
    payment_id uuid not null references payments (id),
    amount_cents bigint not null check (amount_cents > 0),
    status text not null check (status in ('pending', 'settled', 'failed')),
    created_at timestamptz not null default now()
);
