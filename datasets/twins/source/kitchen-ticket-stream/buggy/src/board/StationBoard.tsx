import { useState } from 'react'
import { useTickets } from './useTickets'

export interface Station {
  id: string
  name: string
}

interface StationBoardProps {
  stations: Station[]
  firstShownId: string
  onDone: (ticketId: string) => void
}

const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' })

export function StationBoard({ stations, firstShownId, onDone }: StationBoardProps) {
  const [stationId, setStationId] = useState(firstShownId)
  const { tickets, isLive } = useTickets(stationId)

  return (
    <main className="board">
      <header className="board__bar">
        <h1>Open tickets</h1>
        <label htmlFor="station">Station</label>
        <select
          id="board-station"
          value={stationId}
          onChange={(event) => setStationId(event.target.value)}
        >
          {stations.map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </select>
        {!isLive && <span className="board__warning">Connecting, the list may be out of date</span>}
      </header>

      <ol className="board__tickets">
        {tickets.map((ticket) => (
          <li key={ticket.id}>
            <h2>Table {ticket.table}</h2>
            <time dateTime={ticket.orderedAt}>{clock.format(new Date(ticket.orderedAt))}</time>
            <ul>
              {ticket.dishes.map((dish, line) => (
                <li key={line}>{dish}</li>
              ))}
            </ul>
            <button type="button" onClick={() => onDone(ticket.id)}>
              Table {ticket.table} done
            </button>
          </li>
        ))}
      </ol>
    </main>
  )
}
