import { PhoneOutlined } from "@ant-design/icons";
import { Alert, Button, Input } from "antd";
import { useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { useFailureText } from "../../../components/failure";
import { KeyButtons } from "./key-buttons";
import type { Calling } from "./use-calling";
import { useFlowWords } from "./words";

const FIELDS = ["caller", "called"] as const;
const LONGEST = 64;

/** A real call of what is drawn, from this page: it is heard, and the node where it is, is lit. */
export function CallingPanel({ calling, broken }: { calling: Calling; broken: boolean }) {
  const { t } = useTranslation();
  const { stage } = calling;
  const on = stage === "calling" || stage === "talking";
  return (
    <aside className="flow-inspector" aria-label={t("flow.calling.title")}>
      <div className="flow-form">
        <h2 className="flow-form-title">{t("flow.calling.title")}</h2>
        {!on && <CallingForm calling={calling} broken={broken} />}
        <Outcome calling={calling} />
        {on && (
          <>
            <KeyButtons disabled={stage !== "talking"} onPress={calling.press} />
            <Button danger onClick={calling.hangUp}>
              {t("flow.simulation.hangUp")}
            </Button>
          </>
        )}
        <Walk calling={calling} />
      </div>
    </aside>
  );
}

/** Who seems to call whom, before the call. */
function CallingForm({ calling, broken }: { calling: Calling; broken: boolean }) {
  const { t } = useTranslation();
  const id = useId();
  const [numbers, setNumbers] = useState({ caller: "", called: "" });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        calling.begin(numbers.caller, numbers.called);
      }}
    >
      <p className="muted">{t("flow.calling.about")}</p>
      {FIELDS.map((field) => (
        <div key={field} className="flow-field">
          <label className="flow-field-label" htmlFor={id + field}>
            {t(`flow.simulation.${field}`)}
          </label>
          <Input
            id={id + field}
            inputMode="tel"
            maxLength={LONGEST}
            value={numbers[field]}
            onChange={(event) => {
              setNumbers({ ...numbers, [field]: event.target.value });
            }}
          />
        </div>
      ))}
      {broken && <Alert type="warning" showIcon title={t("flow.calling.broken")} />}
      <Button
        type="primary"
        htmlType="submit"
        disabled={broken}
        icon={<PhoneOutlined aria-hidden />}
      >
        {t("flow.calling.begin")}
      </Button>
    </form>
  );
}

/** How the call stands, or why there is none. */
function Outcome({ calling }: { calling: Calling }) {
  const { t } = useTranslation();
  const failureText = useFailureText();
  const { stage, silence, failure, cause, ended } = calling;
  if (silence) {
    return <Alert type="error" showIcon title={t(`flow.calling.silence.${silence}`)} />;
  }
  if (failure != null) {
    return <Alert type="error" showIcon title={failureText(failure)} />;
  }
  if (cause !== undefined) {
    return <Alert type="error" showIcon title={t("flow.calling.failed", { cause })} />;
  }
  const reason = ended && t(`record.reasons.${ended.reason}`);
  return (
    <p role="status" className="flow-awaited">
      {stage === "over" && reason
        ? t("flow.calling.overBecause", { reason })
        : t(`flow.calling.stages.${stage}`)}
    </p>
  );
}

/** Where the call has been. */
function Walk({ calling }: { calling: Calling }) {
  const { t } = useTranslation();
  const words = useFlowWords();
  const { steps } = calling;
  return steps.length === 0 ? null : (
    <>
      <h3 className="flow-form-section">{t("flow.calling.walk")}</h3>
      <ol className="flow-trace" tabIndex={0} aria-label={t("flow.calling.walk")}>
        {steps.map(({ node, exit }, at) => (
          <li key={at} aria-current={at === steps.length - 1 ? "step" : undefined}>
            <strong>{node}</strong>
            {exit != null && <span> → {words.exit(exit)}</span>}
          </li>
        ))}
      </ol>
    </>
  );
}
