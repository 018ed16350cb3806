-- What the workshop has to look at, the oldest first. The app takes these bikes off the map.
CREATE OR REPLACE VIEW workshop_queue AS
SELECT
  b.id AS bike_id,
  b.frame_number,
  d.note,
  d.found_at,
  d.id AS damage_id,
  d.depot_id
FROM damages AS d
JOIN bikes AS b ON b.id = d.bike_id
WHERE d.repaired_at IS NULL
ORDER BY d.found_at;

GRANT SELECT ON workshop_queue TO hire_app, workshop_screen;
