import { ExclamationCircleFilled, FlagFilled } from "@ant-design/icons";
import { Handle, Position, type NodeProps } from "@xyflow/react";
import { memo } from "react";
import { useTranslation } from "react-i18next";
import { mustBeWired } from "../model/exits";
import type { StepNode } from "../model/graph";
import { kindOf } from "../model/kinds";
import { summaryOf } from "../model/summary";
import { useDesigning } from "./designing";
import { KindIcon } from "./kind-icon";
import { StepCounts } from "./step-counts";
import { useFlowWords } from "./words";

/** A node on the canvas: what it does, what is wrong with it, and its exits to wire. */
export const StepBox = memo(function StepBox({ id, data, selected }: NodeProps<StepNode>) {
  const { t } = useTranslation();
  const words = useFlowWords();
  const { problems, marks } = useDesigning();
  const { step, exits, start } = data;
  const wrong = problems.get(id)?.length ?? 0;
  const group = kindOf(step.kind)?.group ?? "unknown";
  const look = [
    `flow-step flow-group-${group}`,
    selected && "flow-step-selected",
    wrong > 0 && "flow-step-wrong",
    marks.passed.has(id) && "flow-step-passed",
    marks.at === id && "flow-step-lit",
  ];
  return (
    <div
      className={look.filter(Boolean).join(" ")}
      data-testid={`step-${id}`}
      aria-current={marks.at === id ? "step" : undefined}
    >
      <Handle type="target" position={Position.Left} className="flow-entry-handle" />
      <header>
        <KindIcon kind={step.kind} />
        <span className="flow-step-kind">{words.kind(step.kind)}</span>
        {start && (
          <FlagFilled
            className="flow-step-start"
            role="img"
            aria-label={t("flow.start")}
            title={t("flow.start")}
          />
        )}
        {wrong > 0 && (
          <span className="flow-step-count" title={t("flow.problemCount", { count: wrong })}>
            <ExclamationCircleFilled aria-hidden /> {wrong}
          </span>
        )}
      </header>
      <strong className="flow-step-id">{id}</strong>
      <span className="flow-step-summary">{summaryOf(step)}</span>
      {exits.map((exit) => (
        <div
          key={exit.name}
          className={`flow-exit flow-exit-${exit.wired}${exit.known ? "" : " flow-exit-astray"}${
            mustBeWired(step, exit) ? " flow-exit-missing" : ""
          }`}
        >
          {words.exit(exit.name)}
          <Handle type="source" id={exit.name} position={Position.Right} />
        </div>
      ))}
      <StepCounts id={id} />
    </div>
  );
});
