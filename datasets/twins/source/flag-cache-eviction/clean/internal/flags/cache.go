// Package flags keeps feature flags close to the request handlers.
package flags

import (
	"sync"
	"sync/atomic"
	"time"
)

type entry struct {
	value   string
	expires time.Time
}

// Stats is a snapshot of how a Cache is doing.
type Stats struct {
	Hits, Misses uint64
	Entries      int
}

// Cache is safe for use by several goroutines.
type Cache struct {
	mu      sync.RWMutex
	entries map[string]entry
	ttl     time.Duration
	now     func() time.Time

	hits, misses atomic.Uint64
}

// NewCache returns an empty cache whose entries live for ttl.
func NewCache(ttl time.Duration) *Cache {
	return &Cache{entries: make(map[string]entry), ttl: ttl, now: time.Now}
}

// Put stores a value and starts its time to live afresh.
func (c *Cache) Put(key, value string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.entries[key] = entry{value: value, expires: c.now().Add(c.ttl)}
}

// Get returns the value stored under key, and drops it if it has expired.
func (c *Cache) Get(key string) (string, bool) {
	c.mu.RLock()
	e, ok := c.entries[key]
	c.mu.RUnlock()
	if ok && c.now().Before(e.expires) {
		c.hits.Add(1)
		return e.value, true
	}
	c.misses.Add(1)
	if ok {
		c.evict(key)
	}
	return "", false
}

func (c *Cache) evict(key string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if e, ok := c.entries[key]; ok && !c.now().Before(e.expires) {
		delete(c.entries, key)
	}
}

// Stats counts hits and misses since the start and entries held now.
func (c *Cache) Stats() Stats {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return Stats{Hits: c.hits.Load(), Misses: c.misses.Load(), Entries: len(c.entries)}
}
