/** A reason why a flow cannot be published, as the server tells it. */
export interface FlowProblem {
  node?: string | null | undefined;
  code: string;
  path: string;
  message: string;
}

/** The field of a node that a problem names, with its place within: `["items", 2, "text"]`. */
export function fieldOf(problem: FlowProblem): (string | number)[] {
  const head = `nodes.${problem.node ?? ""}`;
  if (problem.node == null || !problem.path.startsWith(head)) {
    return [];
  }
  return [...problem.path.slice(head.length).matchAll(/\.([^.[\]]+)|\[(\d+)\]/g)].map(
    ([, field, index]) => (index === undefined ? (field ?? "") : Number(index)),
  );
}

/** The problems of each node. */
export function problemsOf(problems: readonly FlowProblem[]): Map<string, FlowProblem[]> {
  const found = new Map<string, FlowProblem[]>();
  for (const problem of problems) {
    if (problem.node != null) {
      found.set(problem.node, [...(found.get(problem.node) ?? []), problem]);
    }
  }
  return found;
}

/** What is wrong at a field of a node or within it. */
export function problemsAt(
  problems: readonly FlowProblem[],
  path: readonly (string | number)[],
): FlowProblem[] {
  return problems.filter((problem) => {
    const field = fieldOf(problem);
    return path.every((part, at) => field[at] === part);
  });
}
