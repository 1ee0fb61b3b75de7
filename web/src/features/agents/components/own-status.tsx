import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Elapsed } from "../../../components/elapsed";
import { agentsQuery } from "../api/agents";
import { PhoneBadge, StatusBadge, WorkBadge } from "./agent-state";
import { StateControls } from "./state-controls";

interface Props {
  /** The agent that the signed-in person is. */
  agent: string;
}

/** The strip on which agents see and change their own state, on every page. */
export function OwnStatus({ agent: id }: Props) {
  const { t } = useTranslation();
  const { data } = useQuery(agentsQuery);
  const agent = data?.items.find((one) => one.id === id);
  if (!agent) {
    return null;
  }
  const signedIn = agent.status !== "offline";
  return (
    <section className="own-status" aria-label={t("agent.own")}>
      <strong>{t("agent.own")}</strong>
      <StatusBadge agent={agent} />
      {signedIn && (
        <span role="status" aria-live="assertive">
          <WorkBadge agent={agent} />
        </span>
      )}
      {signedIn && agent.since && <Elapsed since={agent.since} />}
      <PhoneBadge agent={agent} />
      {!agent.registered && <span className="own-status-hint">{t("agent.noPhone")}</span>}
      <span className="own-status-controls">
        <StateControls agent={agent} whose="own" />
      </span>
    </section>
  );
}
