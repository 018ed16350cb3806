// Package ingest moves water levels from the gauges' queue into the database.
package ingest

import (
	"context"
	"log/slog"
	"time"
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

// Run stores readings until the queue is closed or ctx is done.
func (w *Writer) Run(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case reading, ok := <-w.queue:
			if !ok {
				return
			}
			w.insert(ctx, []Reading{reading})
		}
	}
}

func (w *Writer) insert(ctx context.Context, readings []Reading) {
	if err := w.store.Insert(ctx, readings); err != nil {
		w.log.Error("reading not stored", "gauge", readings[0].Gauge, "error", err)
	}
}
