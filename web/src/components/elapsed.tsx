import { clock } from "../locales/format";
import { useNow } from "./use-now";

/** The time since an instant, running. */
export function Elapsed({ since }: { since: string }) {
  const now = useNow();
  return <span className="figure">{clock((now - Date.parse(since)) / 1_000)}</span>;
}
