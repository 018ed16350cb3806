import type { ChangeEvent } from "react";
import { formatDuration, totalMinutes } from "./schedule";
import type { Schedule } from "./schedule";

interface Props {
  schedule: Schedule;
  onChange: (schedule: Schedule) => void;
}

export function ScheduleEditor({ schedule, onChange }: Props) {
  const { segments } = schedule;

  function rename(event: ChangeEvent<HTMLInputElement>) {
    onChange({ ...schedule, name: event.target.value });
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
          </tr>
        </thead>
        <tbody>
          {segments.map((segment) => (
            <tr key={segment.step}>
              <th scope="row">{segment.step}</th>
              <td>{segment.targetC} °C</td>
              <td>{segment.rateCPerHour} °C/h</td>
              <td>{segment.holdMinutes} min</td>
            </tr>
          ))}
        </tbody>
      </table>

      <p className="schedule__total">Takes {formatDuration(totalMinutes(segments))}</p>
    </section>
  );
}
