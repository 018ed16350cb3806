import type { Tariff, TariffSource } from './tariffs'

export interface QuoteRequest {
  /** Code of the crossing, for example `HAV-SUND`. */
  readonly crossing: string
  /** Day of departure, yyyy-mm-dd. */
  readonly day: string
  readonly travellers: number
  readonly vehicleMetres?: number
}

export interface Quote {
  readonly crossing: string
  readonly day: string
  readonly cents: number
}

export class NoTariff extends Error {
  constructor(crossing: string, day: string) {
    super(`no tariff for ${crossing} on ${day}`)
    this.name = 'NoTariff'
  }
}

/** Prices a crossing by the tariff of the day on which it leaves. */
export function quoter(tariffs: TariffSource) {
  return async function quote(request: QuoteRequest): Promise<Quote> {
    const { crossing, day } = request
    const tariff = await tariffs.on(crossing, day)
    if (tariff === null) throw new NoTariff(crossing, day)
    const people = request.travellers * tariff.personCents
    return { crossing, day, cents: people + deckCents(tariff, request.vehicleMetres) }
  }
}

function deckCents(tariff: Tariff, metres: number | undefined): number {
  if (metres === undefined) return 0
  const extraMetres = Math.max(0, Math.ceil(metres - tariff.includedMetres))
  return tariff.vehicleCents + extraMetres * tariff.extraMetreCents
}
