import type { Agent, AnswerMode, WantedStatus } from "../api/agents";

/** The devices that this server rings. */
export const OFFERED_MODES: AnswerMode[] = ["sip"];

interface Choice {
  value: string;
  status: WantedStatus;
  /** Which break. */
  code?: number;
}

const FIRST_BREAK = 11;
const LAST_BREAK = 18;

const BREAKS: Choice[] = Array.from({ length: LAST_BREAK - FIRST_BREAK + 1 }, (_, at) => {
  const code = FIRST_BREAK + at;
  return { value: `break-${String(code)}`, status: "break", code };
});

/** The statuses that a person can set. */
export const STATUS_CHOICES: Choice[] = [
  { value: "online", status: "online" },
  { value: "do_not_disturb", status: "do_not_disturb" },
  ...BREAKS,
];

/** The choice that an agent's status is; a locked agent's is none of them. */
export function choiceOf(agent: Agent): string | null {
  const found = STATUS_CHOICES.find(
    ({ status, code }) => status === agent.status && (code ?? null) === (agent.break ?? null),
  );
  return found?.value ?? null;
}

/** What to ask for when a choice is made. */
export function statusOf(value: string): { status: WantedStatus; break?: number } | undefined {
  const found = STATUS_CHOICES.find((choice) => choice.value === value);
  if (!found) {
    return undefined;
  }
  return found.code === undefined
    ? { status: found.status }
    : { status: found.status, break: found.code };
}
