import { Button } from "antd";
import { useEffect, useRef, type Dispatch } from "react";
import { useTranslation } from "react-i18next";
import { selectedIds, type Act, type Designer } from "../model/designer";
import type { FlowProblem } from "../model/problems";
import { useDesigning } from "./designing";
import { FlowSettings } from "./flow-settings";
import { NodeInspector } from "./node-inspector";

interface Props {
  designer: Designer;
  problems: readonly FlowProblem[];
  act: Dispatch<Act>;
  /** The problem that was jumped to; its field takes the focus. */
  target: FlowProblem | undefined;
}

/** The form of what is selected: one node, many, or the flow itself. */
export function Inspector({ designer, problems, act, target }: Props) {
  const { t } = useTranslation();
  const { readOnly } = useDesigning();
  const frame = useRef<HTMLElement>(null);
  const document = designer.history.present;
  const ids = selectedIds(designer);
  const [id] = ids;
  const node = id === undefined ? undefined : document.nodes[id];

  useEffect(() => {
    if (target && frame.current) {
      focusField(frame.current, target.path);
    }
  }, [target]);

  return (
    <aside
      className="flow-inspector"
      aria-label={t("flow.inspector")}
      ref={frame}
      onBlur={() => {
        act({ act: "settle" });
      }}
    >
      {ids.length > 1 && (
        <div className="flow-form">
          <h2 className="flow-form-title">{t("flow.manySelected", { count: ids.length })}</h2>
          {!readOnly && (
            <Button
              danger
              onClick={() => {
                act({ act: "remove" });
              }}
            >
              {t("flow.delete")}
            </Button>
          )}
        </div>
      )}
      {ids.length === 1 && id !== undefined && node && (
        <NodeInspector key={id} id={id} node={node} document={document} act={act} />
      )}
      {ids.length === 0 && <FlowSettings document={document} problems={problems} act={act} />}
    </aside>
  );
}

/** Focuses the innermost field around the place that a path names. */
function focusField(frame: HTMLElement, path: string) {
  const fields = [...frame.querySelectorAll<HTMLElement>("[data-field]")].filter(({ dataset }) =>
    path.startsWith(dataset.field ?? ""),
  );
  const inner = fields.sort(
    (one, other) => (other.dataset.field ?? "").length - (one.dataset.field ?? "").length,
  )[0];
  inner?.scrollIntoView({ block: "nearest" });
  inner?.querySelector<HTMLElement>("input, button, textarea, [tabindex]")?.focus();
}
