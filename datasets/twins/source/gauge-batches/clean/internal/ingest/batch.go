package ingest

// batch collects readings that are inserted together.
type batch struct {
	rows  []Reading
	limit int
}

func newBatch(limit int) *batch {
	return &batch{rows: make([]Reading, 0, limit), limit: limit}
}

// add appends a reading and reports whether the batch is full.
func (b *batch) add(reading Reading) bool {
	b.rows = append(b.rows, reading)
	return len(b.rows) >= b.limit
}

// take returns what has been collected and starts the next batch.
func (b *batch) take() []Reading {
	rows := b.rows
	b.rows = make([]Reading, 0, b.limit)
	return rows
}
