// Package flags keeps feature flags close to the request handlers.
package flags

import (
	"sync"
	"time"
)

type entry struct {
	value   string
	expires time.Time
}

// Cache is safe for use by several goroutines.
type Cache struct {
	mu      sync.RWMutex
	entries map[string]entry
	ttl     time.Duration
	now     func() time.Time
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

// Get returns the value stored under key unless it has expired.
func (c *Cache) Get(key string) (string, bool) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	e, ok := c.entries[key]
	if !ok || !c.now().Before(e.expires) {
		return "", false
	}
	return e.value, true
}
