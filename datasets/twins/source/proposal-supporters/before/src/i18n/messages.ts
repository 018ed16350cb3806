export const messages = {
  "proposal.cost": "Estimated cost: {euros} euros",
  "proposal.nobody": "Nobody supports this proposal yet.",
  "proposal.support": "Support",
  "proposal.supported": "{count} supporters",
  "proposal.withdraw": "Withdraw support",
} as const;

export type MessageKey = keyof typeof messages;
