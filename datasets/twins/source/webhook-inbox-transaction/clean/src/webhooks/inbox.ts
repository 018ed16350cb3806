import type { Pool } from "pg";

export interface WebhookEvent {
  id: string;
  type: string;
  paymentId: string;
  occurredAt: string;
  payload: Record<string, unknown>;
}

export type Acceptance = "stored" | "duplicate";

/** Stores events of the payment provider, from where the workers pick them up. */
export class WebhookInbox {
  readonly #pool: Pool;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  /** Stores the event and its job together. The provider delivers at least once; a repeat is left alone. */
  async accept(event: WebhookEvent): Promise<Acceptance> {
    const client = await this.#pool.connect();
    try {
      await client.query("begin");
      const inserted = await client.query(
        `insert into webhook_events (id, type, payment_id, occurred_at, payload)
         values ($1, $2, $3, $4, $5)
         on conflict (id) do nothing`,
        [event.id, event.type, event.paymentId, event.occurredAt, event.payload],
      );
      if (inserted.rowCount === 0) {
        await client.query("rollback");
        return "duplicate";
      }
      await client.query(`insert into jobs (kind, event_id, run_after) values ($1, $2, now())`, [event.type, event.id]);
      await client.query(`update payments set last_event_at = greatest(last_event_at, $2) where id = $1`, [
        event.paymentId,
        event.occurredAt,
      ]);
      await client.query("commit");
      return "stored";
    } catch (error) {
      await client.query("rollback");
      throw error;
    } finally {
      client.release();
    }
  }

  async markHandled(eventId: string): Promise<void> {
    await this.#pool.query(`update webhook_events set handled_at = now() where id = $1`, [eventId]);
  }
}
