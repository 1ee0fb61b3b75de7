import { Badge, Tooltip, type BadgeProps } from "antd";
import { useTranslation } from "react-i18next";
import { Elapsed } from "../../../components/elapsed";
import type { Agent } from "../api/agents";

const STATUS_BADGES: Record<Agent["status"], BadgeProps["status"]> = {
  offline: "default",
  online: "success",
  do_not_disturb: "error",
  break: "warning",
  locked: "error",
};

const WORK_COLOURS: Record<Agent["work"], string> = {
  offline: "gray",
  idle: "green",
  busy: "gray",
  ringing: "gold",
  talking: "blue",
  wrap_up: "purple",
};

/** What an agent has declared. */
export function StatusBadge({ agent }: { agent: Agent }) {
  const { t } = useTranslation();
  const text =
    agent.status === "break" && agent.break != null
      ? t("agent.breakKind", { code: agent.break })
      : t(`agent.statuses.${agent.status}`);
  return <Badge status={STATUS_BADGES[agent.status] ?? "default"} text={text} />;
}

/** What an agent is doing. */
export function WorkBadge({ agent }: { agent: Agent }) {
  const { t } = useTranslation();
  return <Badge color={WORK_COLOURS[agent.work]} text={t(`agent.works.${agent.work}`)} />;
}

/** Whether an agent's phone can ring. */
export function PhoneBadge({ agent }: { agent: Agent }) {
  const { t } = useTranslation();
  const device = agent.devices[0];
  if (!device) {
    return <Badge status="default" text={t("agent.unregistered")} />;
  }
  const name = device.user_agent ?? t("agent.unknownDevice");
  const about = (
    <>
      {t("agent.deviceSince", { address: device.address })} <Elapsed since={device.since} />
    </>
  );
  return (
    <Tooltip title={about}>
      <Badge
        status="success"
        text={t("agent.device", { name, transport: device.transport.toUpperCase() })}
      />
    </Tooltip>
  );
}
