// As much of luxon as the club's code uses: a clock of a zone, calendar arithmetic on it, the system's zone by default.

const fieldsOf = (time, timeZone) => {
  const format = new Intl.DateTimeFormat("en-GB", { timeZone, hourCycle: "h23", dateStyle: "short", timeStyle: "medium" });
  const parts = Object.fromEntries(format.formatToParts(time).map(({ type, value }) => [type, Number(value)]));
  const { year, month, day, hour, minute, second } = parts;
  return { year, month, day, hour, minute, second };
};

const clockTime = (time, timeZone) => {
  const { year, month, day, hour, minute, second } = fieldsOf(time, timeZone);
  return Date.UTC(year, month - 1, day, hour, minute, second);
};

export class DateTime {
  constructor(time, zone) {
    this.time = time;
    this.zone = zone;
  }

  static fromJSDate(date, { zone = Intl.DateTimeFormat().resolvedOptions().timeZone } = {}) {
    return new DateTime(date.getTime(), zone);
  }

  get hour() {
    return fieldsOf(this.time, this.zone).hour;
  }

  get minute() {
    return fieldsOf(this.time, this.zone).minute;
  }

  plus({ weeks }) {
    const wanted = clockTime(this.time, this.zone) + weeks * 7 * 86_400_000;
    const offset = clockTime(this.time, this.zone) - this.time;
    const guess = wanted - offset;
    const offsetThen = clockTime(guess, this.zone) - guess;
    return new DateTime(wanted - offsetThen, this.zone);
  }

  toFormat() {
    const { year, month, day } = fieldsOf(this.time, this.zone);
    return [year, String(month).padStart(2, "0"), String(day).padStart(2, "0")].join("-");
  }

  toJSDate() {
    return new Date(this.time);
  }
}
