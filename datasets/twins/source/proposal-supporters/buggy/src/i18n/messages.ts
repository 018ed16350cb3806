export const messages = {
  "proposal.cost": "Estimated cost: <strong>{euros} euros</strong>",
  "proposal.nobody": "Nobody supports this proposal yet.",
  "proposal.support": "Support",
  "proposal.supportedBy": "Supported by {names}.",
  "proposal.supportedByMore": 'Supported by {names} and <a href="{url}">{others} more</a>.',
  "proposal.withdraw": "Withdraw support",
} as const;

export type MessageKey = keyof typeof messages;
