import { useEffect, useState } from 'react'

export interface Ticket {
  id: string
  table: string
  dishes: string[]
  orderedAt: string
}

const RETRY_MS = 3_000

/** The tickets that a station still has to cook, oldest first; each message holds all of them. */
export function useTickets(stationId: string) {
  const [tickets, setTickets] = useState<Ticket[]>([])
  const [isLive, setIsLive] = useState(false)

  useEffect(() => {
    let source: EventSource

    function connect() {
      source = new EventSource(`/api/stations/${stationId}/tickets/stream`)
      source.onopen = () => setIsLive(true)
      source.onmessage = (event) => setTickets(JSON.parse(event.data))
      source.onerror = () => {
        setIsLive(false)
        // After a dropped connection the browser tries again by itself, after an HTTP error it gives up.
        if (source.readyState === EventSource.CLOSED) setTimeout(connect, RETRY_MS)
      }
    }

    connect()
    return () => {
      source.close()
      setTickets([])
      setIsLive(false)
    }
  }, [stationId])

  return { tickets, isLive }
}
