import { CARRIERS, zoneFor } from "./carriers.js";

const GRAMS_PER_KG = 1000;
const PACKAGING_GRAMS = 150;
const BULKY_CM = 120;

function parcelGrams(lines) {
  return lines.reduce((sum, line) => sum + line.product.grams * line.quantity, PACKAGING_GRAMS);
}

function bulkyPieces(lines) {
  return lines
    .filter((line) => (line.product.longestSideCm ?? 0) > BULKY_CM)
    .reduce((pieces, line) => pieces + line.quantity, 0);
}

function transportCents(carrier, grams) {
  return carrier.baseCents + Math.ceil(grams / GRAMS_PER_KG) * carrier.centsPerKg;
}

function surchargeCents(carrier, zone, pieces) {
  const islandCents = zone.id === "island" ? (carrier.surcharges?.islandCents ?? 0) : 0;
  const bulkyCents = pieces * (carrier.surcharges?.bulkyCents ?? 0);
  return islandCents + bulkyCents;
}

/**
 * Quotes every carrier that can take the basket, cheapest first.
 *
 * @param {{ product: object, quantity: number }[]} lines
 * @param {{ postcode: string }} address
 */
export function quoteShipping(lines, address) {
  const grams = parcelGrams(lines);
  const pieces = bulkyPieces(lines);
  const zone = zoneFor(address);

  return CARRIERS.filter((carrier) => grams <= carrier.maxGrams)
    .map((carrier) => {
      const surcharge = surchargeCents(carrier, zone, pieces);
      return {
        carrierId: carrier.id,
        label: carrier.name,
        days: zone.days,
        surchargeCents: surcharge,
        totalCents: transportCents(carrier, grams) + surcharge,
      };
    })
    .sort((a, b) => a.totalCents - b.totalCents);
}
