-- One thing that is wrong with a bike. The workshop closes each by itself.
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
