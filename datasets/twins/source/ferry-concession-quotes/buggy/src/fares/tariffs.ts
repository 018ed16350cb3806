import type { Pool } from 'pg'

export const passengers = ['adult', 'child', 'infant', 'senior'] as const
export type Passenger = (typeof passengers)[number]

export interface Tariff {
  readonly personCents: number
  readonly vehicleCents: number
  /** Length of a vehicle that `vehicleCents` pays for. */
  readonly includedMetres: number
  readonly extraMetreCents: number
  /** What a passenger pays of `personCents`, from 0 to 1; whoever is not listed has no concession here. */
  readonly shares: Readonly<Partial<Record<Passenger, number>>>
}

export interface TariffSource {
  on(crossing: string, day: string): Promise<Tariff | null>
}

export function tariffsIn(pool: Pool): TariffSource {
  return {
    async on(crossing, day) {
      const { rows } = await pool.query<Tariff>(
        `select person_cents as "personCents", vehicle_cents as "vehicleCents",
                included_metres as "includedMetres", extra_metre_cents as "extraMetreCents", shares
           from tariffs
          where crossing = $1 and valid @> $2::date`,
        [crossing, day],
      )
      return rows[0] ?? null
    },
  }
}
