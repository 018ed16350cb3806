export const CARRIERS = [
  {
    id: "swiftpost",
    name: "SwiftPost",
    baseCents: 490,
    centsPerKg: 120,
    maxGrams: 30_000,
  },
  {
    id: "greenvan",
    name: "Green Van",
    baseCents: 390,
    centsPerKg: 180,
    maxGrams: 20_000,
  },
  {
    id: "lockerline",
    name: "LockerLine",
    baseCents: 320,
    centsPerKg: 90,
    maxGrams: 12_000,
  },
];

const ISLAND_PREFIXES = ["20", "98"];

export function zoneFor(address) {
  const island = ISLAND_PREFIXES.some((prefix) => address.postcode.startsWith(prefix));
  return { id: island ? "island" : "mainland", days: island ? 5 : 2 };
}
