import { CARRIERS, zoneFor } from "./carriers.js";

const GRAMS_PER_KG = 1000;
const PACKAGING_GRAMS = 150;

function parcelGrams(lines) {
  return lines.reduce((sum, line) => sum + line.product.grams * line.quantity, PACKAGING_GRAMS);
}

function transportCents(carrier, grams) {
  return carrier.baseCents + Math.ceil(grams / GRAMS_PER_KG) * carrier.centsPerKg;
}

/**
 * Quotes every carrier that can take the basket, cheapest first.
 *
 * @param {{ product: object, quantity: number }[]} lines
 * @param {{ postcode: string }} address
 */
export function quoteShipping(lines, address) {
  const grams = parcelGrams(lines);
  const zone = zoneFor(address);

  return CARRIERS.filter((carrier) => grams <= carrier.maxGrams)
    .map((carrier) => ({
      carrierId: carrier.id,
      label: carrier.name,
      days: zone.days,
      totalCents: transportCents(carrier, grams),
    }))
    .sort((a, b) => a.totalCents - b.totalCents);
}
