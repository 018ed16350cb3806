export interface Session {
  id: string;
  /** Local day at the workshop, e.g. 2026-05-04. */
  day: string;
  /** Local time at the workshop, e.g. 18:30. */
  from: string;
  minutes: number;
}

export interface Workshop {
  id: string;
  title: string;
  /** Null: whoever wants to may come. */
  seats: number | null;
  booked: number;
  sessions: Session[];
}

export function hours({ sessions }: Workshop): number {
  return sessions.reduce((sum, { minutes }) => sum + minutes, 0) / 60;
}

/** Whether the list says "Fully booked" instead of "Book a seat". */
export function isFull({ seats, booked }: Workshop): boolean {
  return seats !== null && booked >= seats;
}

/** A copy for a form to change. */
export function editableCopy(workshop: Workshop): Workshop {
  return { ...workshop, sessions: [...workshop.sessions] };
}

/** A session like the last one, a week later. */
export function followUp({ day, from, minutes }: Session): Session {
  const date = new Date(`${day}T00:00:00Z`);
  date.setUTCDate(date.getUTCDate() + 7);
  return { id: crypto.randomUUID(), day: date.toISOString().slice(0, 10), from, minutes };
}
