import { useQuery } from "@tanstack/react-query";
import { Card, Statistic } from "antd";
import { useTranslation } from "react-i18next";
import { Failure } from "../../../components/failure";
import { PageHead } from "../../../components/page-head";
import { callsQuery, type LiveCall } from "../api/calls";
import { CallTable } from "./call-table";

const NONE: LiveCall[] = [];

export function CallsPage() {
  const { t } = useTranslation();
  const { data, error, isPending, refetch } = useQuery(callsQuery);
  const calls = data?.items ?? NONE;
  const count = (...stages: LiveCall["stage"][]) =>
    calls.filter((call) => stages.includes(call.stage)).length;
  return (
    <>
      <PageHead title={t("call.title")} />
      {error && <Failure failure={error} onRetry={() => void refetch()} />}
      <section className="figures" aria-live="polite">
        <Figure label={t("call.figures.all")} value={calls.length} />
        <Figure label={t("call.figures.talking")} value={count("talking")} />
        <Figure label={t("call.figures.waiting")} value={count("queue", "ringing")} />
        <Figure label={t("call.figures.flow")} value={count("ivr", "pre_ivr", "voicemail")} />
      </section>
      <CallTable calls={calls} loading={isPending} />
    </>
  );
}

function Figure({ label, value }: { label: string; value: number }) {
  return (
    <Card size="small">
      <Statistic title={label} value={value} />
    </Card>
  );
}
