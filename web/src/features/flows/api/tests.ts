import { queryOptions, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { answered, client, type Shapes } from "../../../api/client";
import { writeDocument, type FlowDocument } from "../model/document";
import type { FlowTest } from "../model/simulation";
import { useRested } from "./checks";

export type FlowTests = Shapes["FlowTests"];
export type TestOutcome = Shapes["FlowTestOutcome"];

export function testsQuery(id: string) {
  return queryOptions({
    queryKey: ["flow-tests", id],
    queryFn: () => answered(client.GET("/api/v1/flows/{id}/tests", { params: { path: { id } } })),
  });
}

/** What comes of the tests in a flow as it is drawn; they are run anew when it or they change. */
export function useTestRun(id: string, drawn: FlowDocument, seen: number | undefined) {
  const document = useRested(drawn);
  return useQuery({
    queryKey: ["flow-test-run", id, document, seen],
    queryFn: () =>
      answered(
        client.POST("/api/v1/flows/{id}/draft/test", {
          params: { path: { id } },
          body: { document: writeDocument(document) },
        }),
      ),
    enabled: seen !== undefined,
    staleTime: Infinity,
    gcTime: 0,
    retry: 1,
  });
}

/** Changes the tests as they are on the server at that moment; whoever is late in between is refused. */
export function useKeepTests(id: string) {
  const cache = useQueryClient();
  const { queryKey } = testsQuery(id);
  return useMutation({
    mutationFn: async (change: (kept: FlowTests) => Partial<FlowTests>) => {
      const seen = await cache.fetchQuery({ ...testsQuery(id), staleTime: 0 });
      const { tests, require_tests, version } = { ...seen, ...change(seen) };
      return answered(
        client.PUT("/api/v1/flows/{id}/tests", {
          params: { path: { id }, header: { "if-match": `"${String(version)}"` } },
          body: { tests, require_tests },
        }),
      );
    },
    onSuccess: (kept) => {
      cache.setQueryData(queryKey, kept);
    },
    onError: () => cache.invalidateQueries({ queryKey }),
  });
}

/** The tests that a file's text holds, YAML or JSON. */
export async function readTests(text: string): Promise<FlowTest[]> {
  const { tests } = await answered(client.POST("/api/v1/flows/tests/read", { body: { text } }));
  return tests;
}

/** A test's name that is not yet taken. */
export function freeName(wanted: string, tests: readonly FlowTest[]): string {
  const taken = new Set(tests.map(({ name }) => name));
  let name = wanted;
  for (let count = 2; taken.has(name); count += 1) {
    name = `${wanted} (${String(count)})`;
  }
  return name;
}
