import { App, Button, Select, Space } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useFailureText } from "../../../components/failure";
import { useChange, type Agent, type AnswerMode, type Change } from "../api/agents";
import { OFFERED_MODES, STATUS_CHOICES, choiceOf, statusOf } from "./status-choices";

interface Props {
  agent: Agent;
  whose: "own" | { id: string };
}

/** What can be done with an agent's state as it is. */
export function StateControls({ agent, whose }: Props) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const textOf = useFailureText();
  const change = useChange(whose);
  const ask = (wanted: Change) => {
    change.mutate(wanted, { onError: (failure) => void message.error(textOf(failure)) });
  };
  if (agent.status === "offline") {
    return <SignIn busy={change.isPending} onChange={ask} />;
  }
  return (
    <Space>
      {agent.work === "wrap_up" && (
        <Button
          type="primary"
          size="small"
          onClick={() => {
            ask({ kind: "end-wrap-up" });
          }}
        >
          {t("agent.endWrapUp")}
        </Button>
      )}
      <Select
        size="small"
        className="status-select"
        aria-label={t("agent.setStatus", { name: agent.name })}
        loading={change.isPending}
        value={choiceOf(agent)}
        options={STATUS_CHOICES.map((choice) => ({
          value: choice.value,
          label: choice.code
            ? t("agent.breakKind", { code: choice.code })
            : t(`agent.statuses.${choice.status}`),
        }))}
        onChange={(value) => {
          const status = statusOf(value);
          if (status) {
            ask({ kind: "status", ...status });
          }
        }}
      />
      <Button
        size="small"
        onClick={() => {
          ask({ kind: "sign-out" });
        }}
      >
        {t("agent.signOut")}
      </Button>
    </Space>
  );
}

interface SignInProps {
  busy: boolean;
  onChange: (change: Change) => void;
}

function SignIn({ busy, onChange }: SignInProps) {
  const { t } = useTranslation();
  const [mode, setMode] = useState<AnswerMode>("sip");
  return (
    <Space>
      <Select<AnswerMode>
        size="small"
        className="status-select"
        aria-label={t("agent.mode")}
        value={mode}
        options={OFFERED_MODES.map((offered) => ({
          value: offered,
          label: t(`agent.modes.${offered}`),
        }))}
        onChange={setMode}
      />
      <Button
        type="primary"
        size="small"
        loading={busy}
        onClick={() => {
          onChange({ kind: "sign-in", answerMode: mode });
        }}
      >
        {t("agent.signIn")}
      </Button>
    </Space>
  );
}
