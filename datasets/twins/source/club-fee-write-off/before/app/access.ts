export type Role = "treasurer" | "secretary" | "coach";

export interface User {
	id: string;
	name: string;
	memberships: { clubId: string; roles: Role[] }[];
}

export interface Fee {
	id: string;
	clubId: string;
	memberId: string;
	memberName: string;
	amountCents: number;
	/** Day as 2026-05-31. */
	dueOn: string;
	status: "open" | "overdue" | "paid" | "written-off";
}

function rolesIn(user: User, clubId: string): Role[] {
	return user.memberships.find((membership) => membership.clubId === clubId)?.roles ?? [];
}

/** Everybody sees their own fees, the board of a club all fees of the club. */
export function canSeeFee(user: User, fee: Fee): boolean {
	const roles = rolesIn(user, fee.clubId);
	return fee.memberId === user.id || roles.includes("treasurer") || roles.includes("secretary");
}

export function canRemind(user: User, fee: Fee): boolean {
	const roles = rolesIn(user, fee.clubId);
	return fee.status === "overdue" && (roles.includes("treasurer") || roles.includes("secretary"));
}

/** Whether the menu has an entry "Money", which leads to a choice of clubs. */
export function isTreasurer(user: User): boolean {
	return user.memberships.some(({ roles }) => roles.includes("treasurer"));
}
