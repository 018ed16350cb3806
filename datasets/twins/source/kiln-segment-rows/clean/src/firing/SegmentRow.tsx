import { useState } from "react";
import { parseDraft } from "./schedule";
import type { Segment, SegmentDraft, SegmentValues } from "./schedule";

interface Props {
  segment: Segment;
  isLast: boolean;
  onApply: (values: SegmentValues) => void;
  onMove: (by: -1 | 1) => void;
  onRemove: () => void;
}

const columns = [
  { name: "targetC", label: "Target", range: "20–1320 °C" },
  { name: "rateCPerHour", label: "Rate", range: "10–400 °C/h" },
  { name: "holdMinutes", label: "Hold", range: "0–720 min" },
] as const;

/** One segment; what is typed stays a draft until it is applied. */
export function SegmentRow({ segment, isLast, onApply, onMove, onRemove }: Props) {
  const [typed, setTyped] = useState<Partial<SegmentDraft>>({});
  const { step } = segment;
  const draft: SegmentDraft = {
    targetC: String(segment.targetC),
    rateCPerHour: String(segment.rateCPerHour),
    holdMinutes: String(segment.holdMinutes),
    ...typed,
  };
  const values = parseDraft(draft);

  function apply() {
    if (!values) return;
    onApply(values);
    setTyped({});
  }

  return (
    <tr>
      <th scope="row">{step}</th>
      {columns.map(({ name, label, range }) => (
        <td key={name}>
          <input
            aria-label={`${label} of step ${step}`}
            inputMode="numeric"
            title={range}
            value={draft[name]}
            onChange={(event) => setTyped({ ...typed, [name]: event.target.value })}
          />
        </td>
      ))}
      <td>
        <button type="button" disabled={!values || Object.keys(typed).length === 0} onClick={apply}>
          Apply<span className="sr-only"> to step {step}</span>
        </button>
        <button type="button" disabled={step === 1} onClick={() => onMove(-1)}>
          Up<span className="sr-only">, step {step}</span>
        </button>
        <button type="button" disabled={isLast} onClick={() => onMove(1)}>
          Down<span className="sr-only">, step {step}</span>
        </button>
        <button type="button" onClick={onRemove}>
          Remove<span className="sr-only"> step {step}</span>
        </button>
      </td>
    </tr>
  );
}
