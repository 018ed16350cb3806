import { data, Form, useNavigation } from "react-router";
import type { AppLoadContext } from "react-router";
import { canRemind, canSeeFee, canWriteOff } from "../access";
import type { Fee } from "../access";
import type { Route } from "./+types/fees.$feeId";

const euros = new Intl.NumberFormat("en-IE", { style: "currency", currency: "EUR" });
const REASON_MAX = 300;

async function visibleFee({ fees, user }: AppLoadContext, feeId: string) {
	const fee = await fees.find(feeId);
	if (!fee || !canSeeFee(user, fee)) throw new Response("No such fee", { status: 404 });
	return fee;
}

export async function loader({ params, context }: Route.LoaderArgs) {
	const fee = await visibleFee(context, params.feeId);
	const { user } = context;
	return { fee, mayRemind: canRemind(user, fee), mayWriteOff: canWriteOff(user, fee) };
}

async function remind({ fees, user }: AppLoadContext, fee: Fee) {
	if (!canRemind(user, fee)) throw new Response("You cannot remind of this fee", { status: 403 });
	await fees.remind(fee.id, user.id);
	return data({ notice: "The reminder is on its way." });
}

async function writeOff({ fees, user }: AppLoadContext, fee: Fee, reason: string) {
	if (!canWriteOff(user, fee)) throw new Response("You cannot write off this fee", { status: 403 });
	if (reason === "" || reason.length > REASON_MAX) {
		return data({ notice: `Give a reason of up to ${REASON_MAX} characters.` }, { status: 422 });
	}
	const isDone = await fees.writeOff(fee.id, { by: user.id, reason });
	if (!isDone) return data({ notice: "The fee has changed in the meantime." }, { status: 409 });
	return data({ notice: "The fee is written off." });
}

export async function action({ request, params, context }: Route.ActionArgs) {
	const fee = await visibleFee(context, params.feeId);
	const form = await request.formData();
	switch (form.get("intent")) {
		case "remind":
			return remind(context, fee);
		case "write-off":
			return writeOff(context, fee, String(form.get("reason") ?? "").trim());
		default:
			throw new Response("Unknown intent", { status: 400 });
	}
}

export default function FeePage({ loaderData, actionData }: Route.ComponentProps) {
	const { fee, mayRemind, mayWriteOff } = loaderData;
	const isBusy = useNavigation().state !== "idle";

	return (
		<main>
			<h1>
				{euros.format(fee.amountCents / 100)} from {fee.memberName}
			</h1>
			<p>
				Due on <time dateTime={fee.dueOn}>{fee.dueOn}</time>, {fee.status}
			</p>
			{actionData && <p role="status">{actionData.notice}</p>}

			{mayRemind && (
				<Form method="post">
					<button name="intent" value="remind" disabled={isBusy}>
						Send a reminder
					</button>
				</Form>
			)}
			{mayWriteOff && (
				<Form method="post">
					<label>
						Why the club gives up this fee
						<input name="reason" required maxLength={REASON_MAX} />
					</label>
					<button name="intent" value="write-off" disabled={isBusy}>
						Write off
					</button>
				</Form>
			)}
		</main>
	);
}
