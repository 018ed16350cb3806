import type { FastifyInstance } from "fastify";
import type { DrawingStore } from "../storage/drawings.ts";
import { requireRole } from "../session/roles.ts";

interface ByName {
	Querystring: { name: string };
}

const byName = {
	querystring: {
		type: "object",
		required: ["name"],
		properties: { name: { type: "string", maxLength: 200, pattern: "^[\\w .()/-]+$" } },
	},
} as const;

/** Registered behind the session hook: `request.session` is there and its tenant was read from the database. */
export function drawingRoutes(drawings: DrawingStore) {
	return async (app: FastifyInstance): Promise<void> => {
		app.get("/drawings", async (request) => {
			const all = await drawings.list(request.session.tenant.slug);
			return { drawings: all.sort((a, b) => b.changedAt.getTime() - a.changedAt.getTime()) };
		});

		app.get<ByName>("/drawings/file", { schema: byName }, async (request, reply) => {
			const { stream, fileName } = await drawings.read(request.session.tenant.slug, request.query.name);
			return reply
				.type("application/octet-stream")
				.header("content-disposition", `attachment; filename="${fileName}"`)
				.send(stream);
		});

		const coordinator = requireRole("coordinator");
		app.delete<ByName>("/drawings/file", { schema: byName, preHandler: coordinator }, async (request, reply) => {
			await drawings.remove(request.session.tenant.slug, request.query.name);
			return reply.code(204).send();
		});
	};
}
