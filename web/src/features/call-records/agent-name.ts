import type { CallRecord } from "./api/call-records";

/** The agent who talked last, with the work number where the name does not say it. */
export function agentName({ agent, extension }: CallRecord): string | undefined {
  const name = agent?.name ?? undefined;
  return name && extension && name !== extension ? `${name} (${extension})` : name;
}
