-- A rental lasts from unlocking a bike to locking it again at a depot.
CREATE TABLE rentals (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  bike_id bigint NOT NULL REFERENCES bikes (id),
  rider_id bigint NOT NULL REFERENCES riders (id),
  started_at timestamptz NOT NULL DEFAULT now(),
  ended_at timestamptz CHECK (ended_at > started_at),
  price_cents integer CHECK (price_cents >= 0)
);

CREATE UNIQUE INDEX rentals_running_by_bike ON rentals (bike_id) WHERE ended_at IS NULL;
CREATE INDEX rentals_by_rider ON rentals (rider_id, started_at DESC);
