export interface Stop {
  id: string;
  name: string;
  platform: string | null;
  lat: number;
  lon: number;
}

interface StopRecord {
  id: string;
  name: string;
  platform?: string;
  position: [lat: number, lon: number];
}

interface SearchOptions {
  limit?: number;
}

const BASE = "/api/v2/stops";

function toStop({ id, name, platform, position: [lat, lon] }: StopRecord): Stop {
  return { id, name, platform: platform ?? null, lat, lon };
}

async function getJson<T>(url: string): Promise<T> {
  const response = await fetch(url, { headers: { accept: "application/json" } });
  if (!response.ok) throw new Error(`${url}: ${response.status}`);
  return (await response.json()) as T;
}

/** Stops whose name contains the term, best match first and ten at most unless told otherwise. */
export async function searchStops(term: string, { limit = 10 }: SearchOptions = {}): Promise<Stop[]> {
  const query = new URLSearchParams({ q: term, limit: String(limit) });
  const records = await getJson<StopRecord[]>(`${BASE}?${query}`);
  return records.map(toStop);
}

/** One stop by its id; rejects when there is none. */
export async function getStop(id: string): Promise<Stop> {
  return toStop(await getJson<StopRecord>(`${BASE}/${encodeURIComponent(id)}`));
}
