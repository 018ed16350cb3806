from dataclasses import dataclass


@dataclass(frozen=True)
class Fee:
    id: int
    member_id: int
    cents: int


class Ledger: ...
