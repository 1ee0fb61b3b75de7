import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { isSupervisor, useMe } from "../../../api/me";
import { Failure } from "../../../components/failure";
import { PageHead } from "../../../components/page-head";
import { agentsQuery, type Agent } from "../api/agents";
import { AgentTable } from "./agent-table";

const NONE: Agent[] = [];

export function AgentsPage() {
  const { t } = useTranslation();
  const me = useMe();
  const { data, error, isPending, refetch } = useQuery(agentsQuery);
  return (
    <>
      <PageHead title={t("agent.title")} />
      {error && <Failure failure={error} onRetry={() => void refetch()} />}
      <AgentTable
        agents={data?.items ?? NONE}
        loading={isPending}
        steerable={isSupervisor(me) ? "all" : "none"}
      />
    </>
  );
}
