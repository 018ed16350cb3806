export interface Proposal {
  id: number;
  title: string;
  costEuros: number;
  supporterCount: number;
  isSupportedByMe: boolean;
}
