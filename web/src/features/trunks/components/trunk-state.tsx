import { Badge, Space } from "antd";
import { useTranslation } from "react-i18next";
import { useFormat } from "../../../locales/format";
import type { Trunk, TrunkStatus } from "../api/trunks";

/** Whether calls go over a trunk. */
export function TrunkState({ trunk }: { trunk: Trunk }) {
  const { t } = useTranslation();
  if (!trunk.settings.enabled) {
    return <Badge status="default" text={t("trunk.states.disabled")} />;
  }
  const { status } = trunk;
  const refused = status?.registration?.state === "failed";
  const gateways = status?.gateways ?? [];
  const dead = gateways.length > 0 && gateways.every((gateway) => !gateway.alive);
  if (trunk.password_lost) {
    return <Badge status="error" text={t("trunk.states.passwordLost")} />;
  }
  if (refused || dead) {
    return <Badge status="error" text={t("trunk.states.failing")} />;
  }
  const limping = gateways.some((gateway) => !gateway.alive);
  return limping ? (
    <Badge status="warning" text={t("trunk.states.limping")} />
  ) : (
    <Badge status="success" text={t("trunk.states.ready")} />
  );
}

type Registration = NonNullable<TrunkStatus["registration"]>;

/** How a trunk's registration is. */
export function RegistrationState({ state }: { state: Registration }) {
  const { t } = useTranslation();
  const format = useFormat();
  switch (state.state) {
    case "trying":
      return <Badge status="processing" text={t("trunk.registrations.trying")} />;
    case "registered":
      return (
        <Badge
          status="success"
          text={t("trunk.registrations.registered", { until: format.time(state.until) })}
        />
      );
    case "failed": {
      const at = format.time(state.retry_at);
      const text =
        state.status == null
          ? t("trunk.registrations.silent", { at })
          : t("trunk.registrations.failed", { status: state.status, at });
      return <Badge status="error" text={text} />;
    }
  }
}

/** A trunk's gateways with their state where it is known. */
export function GatewayStates({ trunk }: { trunk: Trunk }) {
  const { t } = useTranslation();
  const watched = trunk.status?.gateways ?? [];
  if (watched.length > 0) {
    return (
      <Space orientation="vertical" size={0}>
        {watched.map((gateway) => {
          const state = t(gateway.alive ? "trunk.alive" : "trunk.dead");
          const answer = gateway.last_status == null ? "" : ` ${String(gateway.last_status)}`;
          return (
            <Badge
              key={`${gateway.name} ${gateway.address ?? ""}`}
              status={gateway.alive ? "success" : "error"}
              text={`${gateway.name} · ${state}${answer}`}
            />
          );
        })}
      </Space>
    );
  }
  const configured = trunk.settings.outbound?.gateways ?? [];
  const names = configured.map(({ host, port }) =>
    port == null ? host : `${host.includes(":") ? `[${host}]` : host}:${String(port)}`,
  );
  return names.length > 0 ? names.join(", ") : t("common.none");
}
