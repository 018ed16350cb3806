import { regions, type Region } from "../regions.ts";

export interface FeedQuery {
  region: Region | null;
  since: Date | null;
  page: number;
}

export class QueryError extends Error {
  readonly field: string;

  constructor(field: string, message: string) {
    super(`${field}: ${message}`);
    this.field = field;
  }
}

function readRegion(params: URLSearchParams): Region | null {
  const raw = params.get("region");
  if (raw === null) return null;
  const region = regions.find((known) => known === raw.toLowerCase());
  if (region === undefined) throw new QueryError("region", `unknown region "${raw}"`);
  return region;
}

function readSince(params: URLSearchParams): Date | null {
  const raw = params.get("since");
  if (raw === null) return null;
  const since = new Date(raw);
  if (Number.isNaN(since.getTime())) throw new QueryError("since", `not a date: "${raw}"`);
  return since;
}

function readPage(params: URLSearchParams): number {
  const raw = params.get("page");
  if (raw === null) return 1;
  const page = Number(raw);
  if (!Number.isInteger(page) || page < 1) throw new QueryError("page", `not a page number: "${raw}"`);
  return page;
}

/** Reads the query of `/bulletins`; throws a QueryError that names the field to mend. */
export function readFeedQuery(url: URL): FeedQuery {
  const params = url.searchParams;
  return {
    region: readRegion(params),
    since: readSince(params),
    page: readPage(params),
  };
}
