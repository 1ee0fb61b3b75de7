import type { Shapes } from "../../api/client";
import type { TrunkSettings } from "./api/trunks";
import { DOMESTIC, NOTHING, type DialRules } from "./dialing";

type Outbound = Shapes["TrunkOutbound"];
type Registration = Shapes["TrunkRegistration"];
type Account = { user: string; password?: string | null };

/** The form of a trunk: its settings, each part that may be missing with a switch. */
export interface Values {
  name: string;
  enabled: boolean;
  inbound: { sources: string[]; tls_names: string[]; trusts_identity: boolean; account: Account };
  proves: boolean;
  dials: boolean;
  outbound: Omit<Outbound, "credentials" | "registration"> & {
    credentials: Account;
    registration: Registration;
  };
  challenged: boolean;
  registers: boolean;
  limits: Shapes["TrunkLimits"];
  rules: Shapes["NumberRules"];
  dialing: DialRules;
  identity: Shapes["CallerIdentity"];
  media: Shapes["TrunkMedia"];
  detection: Shapes["TrunkDetection"];
}

export const RULE_LISTS = ["caller_in", "called_in", "caller_out", "called_out"] as const;
export type RuleList = (typeof RULE_LISTS)[number];

export const NEW_GATEWAY: Shapes["TrunkGateway"] = {
  host: "",
  port: null,
  transport: "auto",
  priority: 0,
  weight: 1,
};

/** The form of a trunk's settings, or of a new trunk, with a source that is to be added. */
export function valuesOf(settings: TrunkSettings | undefined, source?: string): Values {
  const { inbound, outbound, limits, rules, dialing, identity, media, detection } = settings ?? {};
  return {
    name: settings?.name ?? "",
    enabled: settings?.enabled ?? true,
    inbound: {
      sources: [...(inbound?.sources ?? []), ...(source ? [source] : [])],
      tls_names: inbound?.tls_names ?? [],
      trusts_identity: inbound?.trusts_identity ?? false,
      account: inbound?.account ?? { user: "" },
    },
    proves: inbound?.account != null,
    dials: outbound != null,
    outbound: {
      gateways: outbound?.gateways ?? [NEW_GATEWAY],
      health_seconds: outbound ? (outbound.health_seconds ?? null) : 30,
      from_domain: outbound?.from_domain ?? null,
      tcp_when_large: outbound?.tcp_when_large ?? true,
      follow_redirects: outbound?.follow_redirects ?? false,
      when_unavailable: outbound?.when_unavailable ?? "end",
      credentials: outbound?.credentials ?? { user: "" },
      registration: outbound?.registration ?? { user: "", domain: "", expires_seconds: 3600 },
    },
    challenged: outbound?.credentials != null,
    registers: outbound?.registration != null,
    limits: limits ?? { concurrent_calls: null, calls_per_second: null },
    rules: rules ?? { caller_in: [], called_in: [], caller_out: [], called_out: [] },
    dialing: settings ? (dialing ?? NOTHING) : DOMESTIC,
    identity: identity ?? {
      from: "trunk_number",
      number: null,
      asserted: false,
      diversion: false,
      privacy: false,
      user_phone: false,
    },
    media: {
      codecs: media?.codecs ?? ["pcma", "pcmu"],
      dtmf: media?.dtmf ?? "rfc4733",
      fixups: media?.fixups ?? [],
      srtp: media?.srtp ?? "optional",
      timeout_seconds: media ? (media.timeout_seconds ?? null) : 30,
    },
    detection: detection ?? { early_media: "record", answering_machine: false, fax: false },
  };
}

function accountOf({ user, password }: Account): Account {
  return password ? { user, password } : { user };
}

/** The settings that a form describes. */
export function settingsOf(values: Values): TrunkSettings {
  const { inbound, outbound, identity } = values;
  return {
    name: values.name,
    enabled: values.enabled,
    inbound: { ...inbound, account: values.proves ? accountOf(inbound.account) : null },
    outbound: values.dials
      ? {
          ...outbound,
          credentials: values.challenged ? accountOf(outbound.credentials) : null,
          registration: values.registers ? outbound.registration : null,
        }
      : null,
    limits: values.limits,
    rules: values.rules,
    dialing: values.dialing,
    identity: { ...identity, number: identity.from === "fixed" ? identity.number : null },
    media: values.media,
    detection: values.detection,
  };
}

/** Lists that the form shows as one field. */
const ONE_FIELD =
  /^(\/inbound\/(?:sources|tls_names)|\/dialing\/[a-z_]+|\/media\/(?:codecs|fixups))\/\d+$/;

/** The field that a JSON pointer of the server names. */
export function fieldOf(pointer: string): (string | number)[] {
  const parts = pointer.replace(ONE_FIELD, "$1").split("/").slice(1);
  return parts.map((part) => (/^\d+$/.test(part) ? Number(part) : part));
}
