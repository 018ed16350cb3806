// Package ingest moves water levels from the gauges' queue into the database.
package ingest

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

const (
	maxRows       = 500
	maxAge        = 2 * time.Second
	inserters     = 2
	insertTimeout = 20 * time.Second
)

// Reading is one water level as a gauge sent it.
type Reading struct {
	Gauge   string
	TakenAt time.Time
	LevelMM int32
}

// Store keeps readings.
type Store interface {
	// Insert writes all readings or none and repeats transient failures by itself.
	Insert(ctx context.Context, readings []Reading) error
}

// Writer stores the readings of one queue.
type Writer struct {
	queue <-chan Reading
	store Store
	log   *slog.Logger
}

// NewWriter returns a Writer from queue to store. The queue has no buffer: what Run does not receive is
// delivered again to the next one.
func NewWriter(queue <-chan Reading, store Store, log *slog.Logger) *Writer {
	return &Writer{queue: queue, store: store, log: log}
}

// Run stores readings until the queue is closed or ctx is done. They are inserted maxRows at a time, but none
// waits longer than maxAge for others. Before Run returns, what it has received is inserted.
func (w *Writer) Run(ctx context.Context) {
	batches := make(chan []Reading)
	var running sync.WaitGroup
	for range inserters {
		running.Add(1)
		go func() {
			defer running.Done()
			for rows := range batches {
				w.insert(ctx, rows)
			}
		}()
	}
	defer running.Wait()
	defer close(batches)

	pending := newBatch(maxRows)
	flush := func() {
		if len(pending.rows) > 0 {
			batches <- pending.take()
		}
	}
	defer flush()

	for {
		select {
		case <-ctx.Done():
			return
		case reading, ok := <-w.queue:
			if !ok {
				return
			}
			if pending.add(reading) {
				flush()
			}
		case <-time.After(maxAge):
			flush()
		}
	}
}

func (w *Writer) insert(ctx context.Context, rows []Reading) {
	ctx, cancel := context.WithTimeout(ctx, insertTimeout)
	defer cancel()
	if err := w.store.Insert(ctx, rows); err != nil {
		w.log.Error("readings not stored", "rows", len(rows), "first", rows[0].TakenAt, "error", err)
	}
}
