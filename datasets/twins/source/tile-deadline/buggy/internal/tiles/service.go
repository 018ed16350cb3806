// Package tiles serves map tiles, rendered on demand and kept on disk.
package tiles

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"time"
)

// Key names one tile of one style.
type Key struct {
	Style  string
	Zoom   int
	X, Y   int
	Retina bool
}

// Renderer draws a tile. It is CPU bound and cannot be interrupted.
type Renderer interface {
	Render(key Key) ([]byte, error)
}

// Store keeps finished tiles.
type Store interface {
	Load(key Key) ([]byte, error)
	Save(key Key, png []byte) error
}

// Service answers tile requests from the store and renders what is missing.
type Service struct {
	renderer Renderer
	store    Store
	log      *slog.Logger
	patience time.Duration
}

// ErrSlow is returned for a tile that takes longer to draw than the caller should wait.
var ErrSlow = errors.New("tile takes too long")

// NewService returns a Service that draws with r, keeps tiles in s and waits up to patience for one tile.
func NewService(r Renderer, s Store, log *slog.Logger, patience time.Duration) *Service {
	return &Service{renderer: r, store: s, log: log, patience: patience}
}

type drawing struct {
	png []byte
	err error
}

// draw renders a tile beside the request, so that a slow one does not hold the caller. The tile is kept
// also when nobody waits any more: the next request for it is answered from the store.
func (s *Service) draw(ctx context.Context, key Key) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, s.patience)
	defer cancel()

	finished := make(chan drawing)
	go func() {
		png, err := s.renderer.Render(key)
		if err == nil {
			s.keep(key, png)
		}
		finished <- drawing{png, err}
	}()

	select {
	case d := <-finished:
		return d.png, d.err
	case <-ctx.Done():
		if errors.Is(ctx.Err(), context.DeadlineExceeded) {
			return nil, ErrSlow
		}
		return nil, ctx.Err()
	}
}

func (s *Service) keep(key Key, png []byte) {
	if err := s.store.Save(key, png); err != nil {
		s.log.Warn("tile not kept", "style", key.Style, "zoom", key.Zoom, "error", err)
	}
}

// Tile returns the PNG of a tile, or an error that wraps ErrSlow when it cannot be drawn in time.
func (s *Service) Tile(ctx context.Context, key Key) ([]byte, error) {
	png, err := s.store.Load(key)
	if err == nil {
		return png, nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("load tile %v: %w", key, err)
	}

	png, err = s.draw(ctx, key)
	if err != nil {
		return nil, fmt.Errorf("render tile %v: %w", key, err)
	}
	return png, nil
}
