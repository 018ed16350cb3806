-- What the workshop has to look at, the oldest first. The app takes these bikes off the map.
CREATE OR REPLACE VIEW workshop_queue AS
SELECT
  b.id AS bike_id,
  b.frame_number,
  r.damage_note AS note,
  r.damage_found_at AS found_at
FROM rentals AS r
JOIN bikes AS b ON b.id = r.bike_id
WHERE r.damage_note IS NOT NULL
  AND (b.serviced_at IS NULL OR b.serviced_at < r.damage_found_at)
ORDER BY r.damage_found_at;

GRANT SELECT ON workshop_queue TO hire_app, workshop_screen;
