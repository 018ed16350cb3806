package ingest

import "testing"

func TestBatchIsFullAtItsLimit(t *testing.T) {
	b := newBatch(2)
	if b.add(Reading{Gauge: "pier-3", LevelMM: 1210}) {
		t.Fatal("full after one of two readings")
	}
	if !b.add(Reading{Gauge: "pier-3", LevelMM: 1214}) {
		t.Fatal("not full after two of two readings")
	}

	rows := b.take()
	if len(rows) != 2 || rows[0].LevelMM != 1210 || rows[1].LevelMM != 1214 {
		t.Fatalf("take = %v", rows)
	}
	if rest := b.take(); len(rest) != 0 {
		t.Fatalf("second take = %v, want none", rest)
	}
}
