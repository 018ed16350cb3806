import type { Pool } from "pg";

export interface WebhookEvent {
  id: string;
  type: string;
  paymentId: string;
  occurredAt: string;
  payload: Record<string, unknown>;
}

/** Stores events of the payment provider, from where the workers pick them up. */
export class WebhookInbox {
  readonly #pool: Pool;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  async accept(event: WebhookEvent): Promise<void> {
    await this.#pool.query(
      `insert into webhook_events (id, type, payment_id, occurred_at, payload)
       values ($1, $2, $3, $4, $5)`,
      [event.id, event.type, event.paymentId, event.occurredAt, event.payload],
    );
  }

  async markHandled(eventId: string): Promise<void> {
    await this.#pool.query(`update webhook_events set handled_at = now() where id = $1`, [eventId]);
  }
}
