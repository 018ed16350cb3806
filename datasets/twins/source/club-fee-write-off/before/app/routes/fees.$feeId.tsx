import { Form, useNavigation } from "react-router";
import type { AppLoadContext } from "react-router";
import { canRemind, canSeeFee } from "../access";
import type { Route } from "./+types/fees.$feeId";

const euros = new Intl.NumberFormat("en-IE", { style: "currency", currency: "EUR" });

async function visibleFee({ fees, user }: AppLoadContext, feeId: string) {
	const fee = await fees.find(feeId);
	if (!fee || !canSeeFee(user, fee)) throw new Response("No such fee", { status: 404 });
	return fee;
}

export async function loader({ params, context }: Route.LoaderArgs) {
	const fee = await visibleFee(context, params.feeId);
	return { fee, mayRemind: canRemind(context.user, fee) };
}

export async function action({ params, context }: Route.ActionArgs) {
	const fee = await visibleFee(context, params.feeId);
	if (!canRemind(context.user, fee)) throw new Response("You cannot remind of this fee", { status: 403 });
	await context.fees.remind(fee.id, context.user.id);
	return { notice: "The reminder is on its way." };
}

export default function FeePage({ loaderData, actionData }: Route.ComponentProps) {
	const { fee, mayRemind } = loaderData;
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
					<button disabled={isBusy}>Send a reminder</button>
				</Form>
			)}
		</main>
	);
}
