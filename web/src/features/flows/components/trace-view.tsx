import { SoundOutlined } from "@ant-design/icons";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import type { Trace } from "../model/simulation";
import { useFlowWords } from "./words";

const SECOND_MS = 1_000;

/** What the caller went through: nodes, what was heard in them, keys and exits; then the variables. */
export function TraceView({ trace }: { trace: Trace }) {
  const { t } = useTranslation();
  const words = useFlowWords();
  const list = useRef<HTMLOListElement>(null);
  const { steps, variables } = trace;
  useEffect(() => {
    list.current?.scrollTo({ top: list.current.scrollHeight });
  }, [steps]);
  return (
    <>
      <h3 className="flow-form-section">{t("flow.simulation.heard")}</h3>
      <ol className="flow-trace" ref={list} tabIndex={0} aria-label={t("flow.simulation.heard")}>
        {steps.map(({ node, at_ms, exit, keys, said, unreadable }, at) => (
          <li key={at} aria-current={at === steps.length - 1 ? "step" : undefined}>
            <span className="muted">{(at_ms / SECOND_MS).toFixed(1)} s</span>{" "}
            <strong>{node}</strong>
            {exit != null && <span> → {words.exit(exit)}</span>}
            {keys !== "" && <span> {t("flow.simulation.typed", { keys })}</span>}
            {said !== "" && (
              <p className="flow-spoken">
                <SoundOutlined aria-hidden /> {said}
              </p>
            )}
            {unreadable.map((reason) => (
              <p key={reason} className="flow-bad">
                {reason}
              </p>
            ))}
          </li>
        ))}
      </ol>
      <h3 className="flow-form-section">{t("flow.variables")}</h3>
      <dl className="flow-values">
        {Object.entries(variables).map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value === "" ? t("common.none") : value}</dd>
          </div>
        ))}
      </dl>
    </>
  );
}
