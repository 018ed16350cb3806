import type { Quote, Quoter, QuoteRequest } from './quote'

interface Entry {
  readonly quote: Quote
  readonly freshUntil: number
}

interface CacheOptions {
  readonly freshMs?: number
  readonly limit?: number
  readonly now?: () => number
}

/** Remembers quotes for a minute, and at most `limit` of them: the oldest go first. */
export function cachedQuoter(quote: Quoter, options: CacheOptions = {}): Quoter {
  const { freshMs = 60_000, limit = 10_000, now = Date.now } = options
  const entries = new Map<string, Entry>()

  return async (request) => {
    const key = keyOf(request)
    const entry = entries.get(key)
    if (entry !== undefined && now() < entry.freshUntil) return entry.quote

    const fresh = await quote(request)
    entries.delete(key)
    entries.set(key, { quote: fresh, freshUntil: now() + freshMs })
    for (const oldest of entries.keys()) {
      if (entries.size <= limit) break
      entries.delete(oldest)
    }
    return fresh
  }
}

function keyOf({ crossing, day, travellers, vehicleMetres }: QuoteRequest): string {
  return [crossing, day, travellers, vehicleMetres ?? 'on foot'].join(' ')
}
