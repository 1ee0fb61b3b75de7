import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  redirect,
  useRouter,
} from "@tanstack/react-router";
import { meQuery } from "../api/me";
import { SignInPage } from "../features/sessions/components/sign-in-page";
import { readSearch } from "../features/call-records/search";
import { cache } from "./cache";
import { NotFound } from "./not-found";
import { Shell } from "./shell";

const root = createRootRoute({ notFoundComponent: NotFound });

const signIn = createRoute({
  getParentRoute: () => root,
  path: "/sign-in",
  validateSearch: (search): { next?: string } =>
    typeof search.next === "string" && /^\/[^/\\]/.test(search.next) ? { next: search.next } : {},
  component: function SignIn() {
    const { history } = useRouter();
    const { next } = signIn.useSearch();
    return (
      <SignInPage
        onSignedIn={() => {
          history.push(next ?? "/calls");
        }}
      />
    );
  },
});

const inside = createRoute({
  getParentRoute: () => root,
  id: "inside",
  component: Shell,
  beforeLoad: async ({ location }) => {
    const me = await cache.ensureQueryData(meQuery);
    if (!me) {
      throw redirect({ to: "/sign-in", search: { next: location.href } });
    }
  },
});

const start = createRoute({
  getParentRoute: () => inside,
  path: "/",
  beforeLoad: () => {
    throw redirect({ to: "/calls" });
  },
});

const calls = createRoute({
  getParentRoute: () => inside,
  path: "/calls",
  component: lazyRouteComponent(
    () => import("../features/calls/components/calls-page"),
    "CallsPage",
  ),
});

const callRecords = createRoute({
  getParentRoute: () => inside,
  path: "/call-records",
  validateSearch: readSearch,
  component: lazyRouteComponent(() => import("./call-records-route"), "CallRecordsRoute"),
});

const agents = createRoute({
  getParentRoute: () => inside,
  path: "/agents",
  component: lazyRouteComponent(
    () => import("../features/agents/components/agents-page"),
    "AgentsPage",
  ),
});

const trunks = createRoute({
  getParentRoute: () => inside,
  path: "/trunks",
  component: lazyRouteComponent(
    () => import("../features/trunks/components/trunks-page"),
    "TrunksPage",
  ),
});

const trunkNumbers = createRoute({
  getParentRoute: () => inside,
  path: "/trunk-numbers",
  component: lazyRouteComponent(
    () => import("../features/trunk-numbers/components/trunk-numbers-page"),
    "TrunkNumbersPage",
  ),
});

const timeSchemes = createRoute({
  getParentRoute: () => inside,
  path: "/time-schemes",
  component: lazyRouteComponent(
    () => import("../features/time-schemes/components/time-schemes-page"),
    "TimeSchemesPage",
  ),
});

const sounds = createRoute({
  getParentRoute: () => inside,
  path: "/sounds",
  component: lazyRouteComponent(
    () => import("../features/sounds/components/sounds-page"),
    "SoundsPage",
  ),
});

const flows = createRoute({
  getParentRoute: () => inside,
  path: "/flows",
  component: lazyRouteComponent(() => import("./flows-route"), "FlowsRoute"),
});

const flowDesigner = createRoute({
  getParentRoute: () => inside,
  path: "/flows/$id",
  validateSearch: (search): { version?: number } =>
    typeof search.version === "number" && search.version > 0 ? { version: search.version } : {},
  component: lazyRouteComponent(() => import("./flow-designer-route"), "FlowDesignerRoute"),
});

const auditLog = createRoute({
  getParentRoute: () => inside,
  path: "/audit-log",
  component: lazyRouteComponent(
    () => import("../features/audit-log/components/audit-log-page"),
    "AuditLogPage",
  ),
});

export const router = createRouter({
  routeTree: root.addChildren([
    signIn,
    inside.addChildren([
      start,
      calls,
      callRecords,
      agents,
      flows,
      flowDesigner,
      trunks,
      trunkNumbers,
      timeSchemes,
      sounds,
      auditLog,
    ]),
  ]),
  defaultPreload: "intent",
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
