import { CheckCircleFilled, ExclamationCircleFilled } from "@ant-design/icons";
import { useTranslation } from "react-i18next";
import type { FlowProblem } from "../model/problems";

interface Props {
  problems: readonly FlowProblem[];
  checking: boolean;
  onJump: (problem: FlowProblem) => void;
}

/** What the server finds wrong with the flow as it is drawn; a click leads to the place. */
export function ProblemsPanel({ problems, checking, onJump }: Props) {
  const { t, i18n } = useTranslation();
  const rule = (code: string) =>
    i18n.exists(`flow.rules.${code}`) ? t(`flow.rules.${code}`) : code;
  return (
    <section className="flow-problems" aria-label={t("flow.problems")}>
      <h2>
        {problems.length === 0 ? (
          <CheckCircleFilled className="flow-good" aria-hidden />
        ) : (
          <ExclamationCircleFilled className="flow-bad" aria-hidden />
        )}{" "}
        {problems.length === 0
          ? t("flow.noProblems")
          : t("flow.problemCount", { count: problems.length })}
        {checking && <span className="muted"> {t("flow.checking")}</span>}
      </h2>
      {problems.length > 0 && (
        <ul tabIndex={0} aria-label={t("flow.problems")}>
          {problems.map((problem, at) => (
            <li key={at}>
              <button
                type="button"
                onClick={() => {
                  onJump(problem);
                }}
              >
                <strong>{problem.node ?? t("flow.wholeFlow")}</strong> {rule(problem.code)}
                <span className="muted"> {problem.message}</span>
              </button>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
