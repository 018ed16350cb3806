-- One row per depot and day: what went out, and what it weighed. Today and the thirty days before it.
-- Read by the morning report and by the billing export; both expect a row per depot, also on quiet days.
CREATE OR REPLACE VIEW depot_daily_summary AS
WITH days AS (
    SELECT generate_series(current_date - 30, current_date, interval '1 day')::date AS day
),
dispatched AS (
    SELECT
        p.depot_id,
        p.dispatched_at::date AS day,
        count(*) AS parcels,
        sum(p.weight_grams) AS weight_grams
    FROM parcels p
    WHERE p.dispatched_at >= current_date - 30
    GROUP BY p.depot_id, p.dispatched_at::date
)
SELECT
    d.id AS depot_id,
    d.name AS depot,
    days.day,
    coalesce(o.parcels, 0) AS parcels,
    round(coalesce(o.weight_grams, 0) / 1000.0, 1) AS weight_kg
FROM depots d
CROSS JOIN days
LEFT JOIN dispatched o ON o.depot_id = d.id AND o.day = days.day
WHERE d.closed_on IS NULL OR d.closed_on >= days.day;

COMMENT ON VIEW depot_daily_summary IS 'Parcels and weight per depot and day, last 30 days';

GRANT SELECT ON depot_daily_summary TO morning_report, billing_export;
