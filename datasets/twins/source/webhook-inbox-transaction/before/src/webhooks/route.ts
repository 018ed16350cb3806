import type { FastifyInstance } from "fastify";
import type { WebhookEvent, WebhookInbox } from "./inbox.ts";
import { verifySignature } from "./signature.ts";

export function registerWebhooks(app: FastifyInstance, inbox: WebhookInbox): void {
  app.post<{ Body: WebhookEvent }>("/webhooks/payments", { preHandler: verifySignature }, async (request, reply) => {
    await inbox.accept(request.body);
    return reply.code(202).send();
  });
}
