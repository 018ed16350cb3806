// Package tiles serves map tiles, rendered on demand and kept on disk.
package tiles

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
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
}

// NewService returns a Service that draws with r and keeps tiles in s.
func NewService(r Renderer, s Store, log *slog.Logger) *Service {
	return &Service{renderer: r, store: s, log: log}
}

// Tile returns the PNG of a tile.
func (s *Service) Tile(ctx context.Context, key Key) ([]byte, error) {
	png, err := s.store.Load(key)
	if err == nil {
		return png, nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("load tile %v: %w", key, err)
	}

	png, err = s.renderer.Render(key)
	if err != nil {
		return nil, fmt.Errorf("render tile %v: %w", key, err)
	}
	if err := s.store.Save(key, png); err != nil {
		s.log.WarnContext(ctx, "tile not kept", "style", key.Style, "zoom", key.Zoom, "error", err)
	}
	return png, nil
}
