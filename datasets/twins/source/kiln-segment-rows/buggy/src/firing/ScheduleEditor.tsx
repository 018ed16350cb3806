import type { ChangeEvent } from "react";
import { formatDuration, moveSegment, removeSegment, totalMinutes } from "./schedule";
import { SegmentRow } from "./SegmentRow";
import type { Schedule, Segment, SegmentValues } from "./schedule";

interface Props {
  schedule: Schedule;
  onChange: (schedule: Schedule) => void;
}

export function ScheduleEditor({ schedule, onChange }: Props) {
  const { segments } = schedule;

  function rename(event: ChangeEvent<HTMLInputElement>) {
    onChange({ ...schedule, name: event.target.value });
  }

  function arrange(rearranged: Segment[]) {
    onChange({ ...schedule, segments: rearranged });
  }

  function apply(id: string, values: SegmentValues) {
    arrange(segments.map((segment) => (segment.id === id ? { ...segment, ...values } : segment)));
  }

  return (
    <section className="schedule">
      <label>
        Name
        <input value={schedule.name} maxLength={80} onChange={rename} />
      </label>

      <table className="segments">
        <thead>
          <tr>
            <th scope="col">Step</th>
            <th scope="col">Target</th>
            <th scope="col">Rate</th>
            <th scope="col">Hold</th>
            <th scope="col">Change</th>
          </tr>
        </thead>
        <tbody>
          {segments.map((segment) => (
            <SegmentRow
              key={segment.step}
              segment={segment}
              isLast={segment.step === segments.length}
              onApply={(values) => apply(segment.id, values)}
              onMove={(by) => arrange(moveSegment(segments, segment.id, by))}
              onRemove={() => arrange(removeSegment(segments, segment.id))}
            />
          ))}
        </tbody>
      </table>

      <p className="schedule__total">Takes {formatDuration(totalMinutes(segments))}</p>
    </section>
  );
}
