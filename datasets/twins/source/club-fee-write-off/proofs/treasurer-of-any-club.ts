import assert from "node:assert/strict";
import { action } from "./app/routes/fees.$feeId.tsx";

const fee = {
  id: "f1",
  clubId: "rowing",
  memberId: "u1",
  memberName: "Ada",
  amountCents: 12000,
  dueOn: "2026-03-31",
  status: "overdue",
};
const writtenOff: string[] = [];
const fees = {
  find: async () => fee,
  remind: async () => {},
  writeOff: async (id: string) => (writtenOff.push(id), true),
};

async function statusFor(memberships: { clubId: string; roles: string[] }[]) {
  const body = new URLSearchParams({ intent: "write-off", reason: "moved away" });
  const request = new Request("https://club.example/fees/f1", { method: "POST", body });
  const user = { id: "u1", name: "Ada", memberships };
  const call = { request, params: { feeId: "f1" }, context: { fees, user } };
  return action(call as never).then(
    ({ init }) => init?.status ?? 200,
    (thrown: unknown) => (thrown instanceof Response ? thrown.status : String(thrown)),
  );
}

const elsewhere = { clubId: "chess", roles: ["treasurer"] };
assert.equal(await statusFor([elsewhere, { clubId: "rowing", roles: [] }]), 403);
assert.deepEqual(writtenOff, []);
assert.equal(await statusFor([{ clubId: "rowing", roles: ["treasurer"] }]), 200);
assert.deepEqual(writtenOff, ["f1"]);
