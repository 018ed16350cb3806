import { useTickets } from './useTickets'

export interface Station {
  id: string
  name: string
}

interface StationBoardProps {
  station: Station
  onDone: (ticketId: string) => void
}

const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' })

export function StationBoard({ station, onDone }: StationBoardProps) {
  const { tickets, isStale } = useTickets(station.id)

  return (
    <main className="board">
      <header className="board__bar">
        <h1>{station.name}</h1>
        {isStale && <span className="board__warning">No connection, the list may be out of date</span>}
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
