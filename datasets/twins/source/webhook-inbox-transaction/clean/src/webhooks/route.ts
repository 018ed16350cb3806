import type { FastifyInstance } from "fastify";
import type { WebhookEvent, WebhookInbox } from "./inbox.ts";
import { verifySignature } from "./signature.ts";

export function registerWebhooks(app: FastifyInstance, inbox: WebhookInbox): void {
  app.post<{ Body: WebhookEvent }>("/webhooks/payments", { preHandler: verifySignature }, async (request, reply) => {
    const acceptance = await inbox.accept(request.body);
    request.log.info({ eventId: request.body.id, acceptance }, "payment webhook");
    return reply.code(acceptance === "stored" ? 202 : 200).send();
  });
}
