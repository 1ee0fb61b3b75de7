import type { TimeScheme, TimeSchemeRequest } from "./api/time-schemes";

export const DAYS = [
  "monday",
  "tuesday",
  "wednesday",
  "thursday",
  "friday",
  "saturday",
  "sunday",
] as const;

type Hours = TimeSchemeRequest["hours"][number];

/** A time of day as a clock shows it, without seconds. */
export function clock(time: string): string {
  return time.slice(0, 5);
}

const WORKDAYS: Hours = { days: DAYS.slice(0, 5), from: "09:00", to: "18:00" };

/** What the form begins with: the scheme that is changed, or a week at the office. */
export function valuesOf(scheme: TimeScheme | undefined): Required<TimeSchemeRequest> {
  return {
    name: scheme?.name ?? "",
    hours: (scheme?.hours ?? [WORKDAYS]).map(({ days, from, to }) => ({
      days,
      from: clock(from),
      to: clock(to),
    })),
    holidays: scheme?.holidays ?? [],
    workdays: scheme?.workdays ?? [],
  };
}

/** The place in the form of what the server names as `/hours/0/days`. */
export function placeOf(pointer: string): (string | number)[] {
  const parts = pointer.split("/").slice(1);
  return parts.map((part) => (/^\d+$/.test(part) ? Number(part) : part));
}
