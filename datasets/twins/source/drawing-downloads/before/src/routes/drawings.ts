import type { FastifyInstance } from "fastify";
import type { DrawingStore } from "../storage/drawings.ts";

/** Registered behind the session hook: `request.session` is there and its tenant was read from the database. */
export function drawingRoutes(drawings: DrawingStore) {
	return async (app: FastifyInstance): Promise<void> => {
		app.get("/drawings", async (request) => {
			const all = await drawings.list(request.session.tenant.slug);
			return { drawings: all.sort((a, b) => b.changedAt.getTime() - a.changedAt.getTime()) };
		});
	};
}
