export interface Climate {
  celsius: number
  /** Relative humidity in percent. */
  humidity: number
  /** When the sensors were read, e.g. 2026-01-31T06:15:00Z. */
  readAt: string
}

export async function fetchClimate(zoneId: string, signal: AbortSignal): Promise<Climate> {
  const reply = await fetch(`/api/zones/${encodeURIComponent(zoneId)}/climate`, { signal })
  if (!reply.ok) throw new Error(`climate of zone ${zoneId}: HTTP ${reply.status}`)
  return reply.json()
}
