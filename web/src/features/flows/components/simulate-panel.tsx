import { Alert, Button } from "antd";
import { useTranslation } from "react-i18next";
import { useFailureText } from "../../../components/failure";
import { CallForm } from "./call-form";
import { Keypad } from "./keypad";
import { SaveAsTest } from "./save-as-test";
import { TraceView } from "./trace-view";
import type { Trying } from "./use-trying";

interface Props {
  flow: string;
  trying: Trying;
}

/** A call through what is drawn: no telephone rings and nothing is changed. */
export function SimulatePanel({ flow, trying }: Props) {
  const { t } = useTranslation();
  const failureText = useFailureText();
  const { call, trace, problems, failure } = trying;
  return (
    <aside className="flow-inspector" aria-label={t("flow.simulation.title")}>
      <div className="flow-form">
        <h2 className="flow-form-title">{t("flow.simulation.title")}</h2>
        {!call && <CallForm trying={trying} />}
        {failure != null && <Alert type="error" showIcon title={failureText(failure)} />}
        {call && problems.length > 0 && (
          <Alert type="warning" showIcon title={t("flow.simulation.broken")} />
        )}
        {call && trace && (
          <>
            <p role="status" className="flow-awaited" aria-busy={trying.busy}>
              {t(`flow.simulation.awaits.${trace.awaited.what}`, {
                name: trace.awaited.name ?? "",
              })}
            </p>
            <Keypad trying={trying} trace={trace} />
            <TraceView trace={trace} />
          </>
        )}
        {call && (
          <div className="flow-moves flow-simulation-end">
            {trace && <SaveAsTest key={flow} flow={flow} call={call} trace={trace} />}
            <Button onClick={trying.end}>{t("flow.simulation.anew")}</Button>
          </div>
        )}
      </div>
    </aside>
  );
}
