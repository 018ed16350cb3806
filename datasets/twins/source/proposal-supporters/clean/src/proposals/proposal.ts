export interface Proposal {
  id: number;
  title: string;
  costEuros: number;
  supporterCount: number;
  /** Display names of the latest three supporters, or of all if there are fewer. */
  latestSupporters: string[];
  isSupportedByMe: boolean;
}
