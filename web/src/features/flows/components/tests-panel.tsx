import { CaretRightOutlined } from "@ant-design/icons";
import { Alert, App, Button, Switch } from "antd";
import { useQuery } from "@tanstack/react-query";
import { useId } from "react";
import { useTranslation } from "react-i18next";
import { Failure, useFailureText } from "../../../components/failure";
import { testsQuery, useKeepTests, useTestRun, type FlowTests } from "../api/tests";
import type { FlowDocument } from "../model/document";
import { TestFiles } from "./test-files";
import { TestRow } from "./test-row";

interface Props {
  flow: string;
  document: FlowDocument;
}

/** The tests that are kept with the flow, each with what comes of it in what is drawn. */
export function TestsPanel({ flow, document }: Props) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const failureText = useFailureText();
  const label = useId();
  const { data: kept, error, refetch } = useQuery(testsQuery(flow));
  const run = useTestRun(flow, document, kept?.version);
  const keep = useKeepTests(flow);
  const change = (changed: (seen: FlowTests) => Partial<FlowTests>) => {
    keep.mutate(changed, {
      onError: (failure) => {
        void message.error(failureText(failure));
      },
    });
  };
  const tests = kept?.tests ?? [];
  const outcomes = new Map(run.data?.results.map((outcome) => [outcome.name, outcome]));
  const passed = run.data?.results.filter((outcome) => outcome.passed).length ?? 0;
  return (
    <aside className="flow-inspector" aria-label={t("flow.tests.title")}>
      <div className="flow-form">
        <h2 className="flow-form-title">{t("flow.tests.title")}</h2>
        {error && <Failure failure={error} onRetry={() => void refetch()} />}
        <div className="flow-row">
          <Switch
            size="small"
            checked={kept?.require_tests ?? false}
            disabled={!kept}
            loading={keep.isPending}
            aria-labelledby={label}
            onChange={(required) => {
              change(() => ({ require_tests: required }));
            }}
          />
          <span id={label}>{t("flow.tests.required")}</span>
        </div>
        <div className="flow-moves">
          <Button
            icon={<CaretRightOutlined aria-hidden />}
            disabled={tests.length === 0}
            loading={run.isFetching}
            onClick={() => void run.refetch()}
          >
            {t("flow.tests.run")}
          </Button>
          <TestFiles
            flow={document.name}
            tests={tests}
            onRead={(read) => {
              change(() => ({ tests: read }));
            }}
          />
        </div>
        {run.isError && <Alert type="error" showIcon title={failureText(run.error)} />}
        {(run.data?.problems.length ?? 0) > 0 && (
          <Alert type="warning" showIcon title={t("flow.simulation.broken")} />
        )}
        <p role="status" className="muted">
          {tests.length === 0
            ? t("flow.tests.none")
            : t("flow.tests.passed", { passed, all: tests.length })}
        </p>
        <ul className="flow-tests" aria-label={t("flow.tests.title")}>
          {tests.map((test) => (
            <TestRow
              key={test.name}
              name={test.name}
              outcome={outcomes.get(test.name)}
              onDelete={() => {
                change((seen) => ({ tests: seen.tests.filter(({ name }) => name !== test.name) }));
              }}
            />
          ))}
        </ul>
      </div>
    </aside>
  );
}
