package flags

import (
	"testing"
	"time"
)

func TestGetEvictsAnExpiredEntry(t *testing.T) {
	clock := time.Date(2024, 3, 1, 9, 0, 0, 0, time.UTC)
	c := NewCache(time.Minute)
	c.now = func() time.Time { return clock }

	c.Put("checkout.v2", "on")
	if v, ok := c.Get("checkout.v2"); !ok || v != "on" {
		t.Fatalf("Get = %q, %v before expiry", v, ok)
	}

	clock = clock.Add(time.Minute)
	if _, ok := c.Get("checkout.v2"); ok {
		t.Fatal("Get returned an expired entry")
	}

	want := Stats{Hits: 1, Misses: 1, Entries: 0}
	if got := c.Stats(); got != want {
		t.Fatalf("Stats = %+v, want %+v", got, want)
	}
}
