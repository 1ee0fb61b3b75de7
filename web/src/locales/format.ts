import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { useMe } from "../api/me";
import { currentTag } from "./translation";

const SECOND = 1_000;
const MINUTE = 60;
const HOUR = 60 * MINUTE;

/** Seconds as a clock shows them: `0:05`, `12:34`, `1:02:03`. */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const two = (part: number) => String(part).padStart(2, "0");
  const hours = Math.floor(whole / HOUR);
  const minutes = Math.floor((whole % HOUR) / MINUTE);
  const rest = two(whole % MINUTE);
  return hours > 0 ? `${String(hours)}:${two(minutes)}:${rest}` : `${String(minutes)}:${rest}`;
}

/** Milliseconds as a clock shows them, rounded to the second. */
export function clockOfMs(milliseconds: number): string {
  return clock(Math.round(milliseconds / SECOND));
}

export interface Format {
  /** Date and time in the enterprise's zone. */
  instant: (at: string) => string;
  /** Time of day with seconds in the enterprise's zone. */
  time: (at: string) => string;
  /** Date in the enterprise's zone. */
  day: (at: string | number) => string;
  number: (value: number) => string;
}

export function formatOf(tag: string, timeZone: string): Format {
  const instant = new Intl.DateTimeFormat(tag, {
    dateStyle: "medium",
    timeStyle: "medium",
    timeZone,
    hourCycle: "h23",
  });
  const time = new Intl.DateTimeFormat(tag, { timeStyle: "medium", timeZone, hourCycle: "h23" });
  const day = new Intl.DateTimeFormat(tag, { dateStyle: "medium", timeZone });
  const number = new Intl.NumberFormat(tag);
  return {
    instant: (at) => instant.format(new Date(at)),
    time: (at) => time.format(new Date(at)),
    day: (at) => day.format(new Date(at)),
    number: (value) => number.format(value),
  };
}

export function useFormat(): Format {
  const { i18n } = useTranslation();
  const me = useMe();
  const zone = me?.enterprise.time_zone ?? "UTC";
  return useMemo(() => formatOf(currentTag(i18n.language), zone), [i18n.language, zone]);
}
