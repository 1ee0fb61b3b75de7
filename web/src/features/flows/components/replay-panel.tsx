import { HistoryOutlined } from "@ant-design/icons";
import { Alert, Button } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useFailureText } from "../../../components/failure";
import { useReplay } from "../api/replay";
import { USUAL_PERIOD, periodOf } from "../model/counts";
import type { FlowDocument } from "../model/document";
import { PeriodForm } from "./period-form";
import { ReplayedCall } from "./replayed-call";

interface Props {
  flow: string;
  document: FlowDocument;
  onSelect: (node: string) => void;
}

/** Real calls once more through what is drawn: which of them take another way. */
export function ReplayPanel({ flow, document, onSelect }: Props) {
  const { t } = useTranslation();
  const failureText = useFailureText();
  const [choice, choose] = useState(USUAL_PERIOD);
  const replay = useReplay(flow);
  const period = periodOf(choice);
  const told = replay.data;
  return (
    <aside className="flow-inspector" aria-label={t("flow.replay.title")}>
      <div className="flow-form">
        <h2 className="flow-form-title">{t("flow.replay.title")}</h2>
        <p className="muted">{t("flow.replay.about")}</p>
        <PeriodForm choice={choice} onChoice={choose} />
        <Button
          icon={<HistoryOutlined aria-hidden />}
          loading={replay.isPending}
          disabled={!period}
          onClick={() => {
            if (period) {
              replay.mutate({ document, period });
            }
          }}
        >
          {t("flow.replay.run")}
        </Button>
        {replay.isError && <Alert type="error" showIcon title={failureText(replay.error)} />}
        {told && told.problems.length > 0 && (
          <Alert type="warning" showIcon title={t("flow.simulation.broken")} />
        )}
        {told && told.problems.length === 0 && (
          <>
            <p role="status">
              {t("flow.replay.result", {
                calls: told.calls,
                same: told.same,
                different: told.different.length,
              })}
            </p>
            {told.unknown.length > 0 && (
              <>
                <h3 className="flow-form-section">{t("flow.replay.unknown")}</h3>
                <dl className="flow-values">
                  {told.unknown.map(({ reason, calls }) => (
                    <div key={reason}>
                      <dt>{t(`flow.replay.reasons.${reason}`)}</dt>
                      <dd>{calls}</dd>
                    </div>
                  ))}
                </dl>
              </>
            )}
            {told.different.length > 0 && (
              <>
                <h3 className="flow-form-section">{t("flow.replay.different")}</h3>
                <ul className="flow-tests" aria-label={t("flow.replay.different")}>
                  {told.different.map((call) => (
                    <ReplayedCall key={call.call} call={call} onSelect={onSelect} />
                  ))}
                </ul>
              </>
            )}
          </>
        )}
      </div>
    </aside>
  );
}
