-- Damages move out of rentals, so that a bike can have several and the workshop can close them one by one.
CREATE TABLE damages (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  bike_id bigint NOT NULL REFERENCES bikes (id),
  rental_id bigint REFERENCES rentals (id),
  depot_id bigint REFERENCES depots (id),
  note text NOT NULL CHECK (note <> ''),
  found_at timestamptz NOT NULL,
  found_by bigint REFERENCES staff (id),
  repaired_at timestamptz CHECK (repaired_at >= found_at)
);

CREATE INDEX damages_open_by_bike ON damages (bike_id) WHERE repaired_at IS NULL;
CREATE INDEX damages_by_rental ON damages (rental_id);

GRANT SELECT, INSERT, UPDATE ON damages TO hire_app;

-- A damage belongs to the depot of the mechanic who found it. Whatever was found before the last service is repaired.
INSERT INTO damages (bike_id, rental_id, depot_id, note, found_at, found_by, repaired_at)
SELECT
  r.bike_id,
  r.id,
  s.depot_id,
  r.damage_note,
  r.damage_found_at,
  r.damage_found_by,
  CASE WHEN b.serviced_at >= r.damage_found_at THEN b.serviced_at END
FROM rentals AS r
JOIN bikes AS b ON b.id = r.bike_id
LEFT JOIN staff AS s ON s.id = r.damage_found_by
WHERE r.damage_note IS NOT NULL
ORDER BY r.damage_found_at;

DROP VIEW workshop_queue;

ALTER TABLE rentals
  DROP COLUMN damage_note,
  DROP COLUMN damage_found_at,
  DROP COLUMN damage_found_by;
