import type { Bulletin, BulletinStore } from "../store.ts";
import type { FeedQuery } from "./query.ts";

export interface FeedPage {
  bulletins: Bulletin[];
  page: number;
  pages: number;
  size: number;
}

/** One page of the bulletins that match the query, the newest first. */
export async function listBulletins(store: BulletinStore, query: FeedQuery): Promise<FeedPage> {
  const filter = { region: query.region, since: query.since };
  const [total, bulletins] = await Promise.all([
    store.count(filter),
    store.find(filter, { limit: query.size, offset: (query.page - 1) * query.size }),
  ]);
  return { bulletins, page: query.page, pages: Math.max(1, Math.ceil(total / query.size)), size: query.size };
}

/** The `Link` header of a page: only the neighbours that exist. */
export function pageLinks(url: URL, page: FeedPage): string {
  const links: string[] = [];
  const link = (number: number, rel: string) => {
    const target = new URL(url);
    target.searchParams.set("page", String(number));
    target.searchParams.set("size", String(page.size));
    links.push(`<${target.href}>; rel="${rel}"`);
  };
  if (page.page > 1) link(page.page - 1, "prev");
  if (page.page < page.pages) link(page.page + 1, "next");
  return links.join(", ");
}
