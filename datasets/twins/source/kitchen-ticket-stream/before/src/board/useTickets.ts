import { useEffect, useState } from 'react'

export interface Ticket {
  id: string
  table: string
  dishes: string[]
  orderedAt: string
}

const POLL_MS = 5_000

/** The tickets that a station still has to cook, oldest first. */
export function useTickets(stationId: string) {
  const [tickets, setTickets] = useState<Ticket[]>([])
  const [isStale, setIsStale] = useState(false)

  useEffect(() => {
    const request = new AbortController()

    async function load() {
      try {
        const reply = await fetch(`/api/stations/${stationId}/tickets`, { signal: request.signal })
        if (!reply.ok) throw new Error(`tickets of ${stationId}: HTTP ${reply.status}`)
        setTickets(await reply.json())
        setIsStale(false)
      } catch {
        if (!request.signal.aborted) setIsStale(true)
      }
    }

    load()
    const timer = setInterval(load, POLL_MS)
    return () => {
      clearInterval(timer)
      request.abort()
    }
  }, [stationId])

  return { tickets, isStale }
}
