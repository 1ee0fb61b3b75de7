import createClient from "openapi-fetch";
import type { components, paths } from "./schema";

/** The shapes of the server's answers. */
export type Shapes = components["schemas"];
export type Problem = Shapes["Problem"];

export const client = createClient<paths>({
  baseUrl: "/",
  credentials: "same-origin",
  // Looked up at each request, so that a test can stand in for the server.
  fetch: (request) => fetch(request),
});

/** A request that the server did not meet. */
export class RequestFailed extends Error {
  readonly problem: Problem | undefined;
  readonly status: number;

  constructor(status: number, problem: Problem | undefined) {
    super(problem?.detail ?? `HTTP ${String(status)}`);
    this.name = "RequestFailed";
    this.status = status;
    this.problem = problem;
  }
}

interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** The answer's data; throws `RequestFailed` if there is none. */
export async function answered<T>(pending: Promise<Answer<T>>): Promise<T> {
  const { data, error, response } = await pending;
  if (!response.ok) {
    throw new RequestFailed(response.status, isProblem(error) ? error : undefined);
  }
  if (data === undefined) {
    throw new RequestFailed(response.status, undefined);
  }
  return data;
}

/** Waits for an answer without content; throws `RequestFailed` if it is a refusal. */
export async function accepted(pending: Promise<Answer<unknown>>): Promise<void> {
  const { error, response } = await pending;
  if (!response.ok) {
    throw new RequestFailed(response.status, isProblem(error) ? error : undefined);
  }
}

function isProblem(value: unknown): value is Problem {
  return typeof value === "object" && value !== null && "code" in value && "detail" in value;
}
