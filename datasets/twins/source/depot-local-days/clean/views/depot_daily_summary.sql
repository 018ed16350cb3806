-- One row per depot and day: what went out, and what it weighed. Today and the thirty days before it.
-- Read by the morning report and by the billing export; both expect a row per depot, also on quiet days.
CREATE OR REPLACE VIEW depot_daily_summary AS
-- A day is a day at the depot: what leaves Turku at 01:30 belongs to the new day there, though it is still the old one in UTC.
WITH local_depots AS (
    SELECT id, name, closed_on, timezone, (now() AT TIME ZONE timezone)::date AS today
    FROM depots
),
dispatched AS (
    SELECT
        p.depot_id,
        (p.dispatched_at AT TIME ZONE d.timezone)::date AS day,
        count(*) AS parcels,
        sum(p.weight_grams) AS weight_grams
    FROM parcels p
    JOIN local_depots d ON d.id = p.depot_id
    WHERE p.dispatched_at >= (d.today - 30)::timestamp AT TIME ZONE d.timezone
    GROUP BY 1, 2
)
SELECT
    d.id AS depot_id,
    d.name AS depot,
    d.today - ago AS day,
    coalesce(o.parcels, 0) AS parcels,
    round(coalesce(o.weight_grams, 0) / 1000.0, 1) AS weight_kg
FROM local_depots d
CROSS JOIN generate_series(0, 30) AS ago
LEFT JOIN dispatched o ON o.depot_id = d.id AND o.day = d.today - ago
WHERE d.closed_on IS NULL OR d.closed_on >= d.today - ago;

COMMENT ON VIEW depot_daily_summary IS 'Parcels and weight per depot and local day, last 30 days';

GRANT SELECT ON depot_daily_summary TO morning_report, billing_export;
