import { Select } from "antd";
import { useId, type Dispatch } from "react";
import { useTranslation } from "react-i18next";
import type { Act } from "../model/designer";
import type { FlowDocument, FlowNode } from "../model/document";
import { wire } from "../model/edit";
import { mustBeWired, shownExits, wiredExits } from "../model/exits";
import { useDesigning } from "./designing";
import { useFlowWords } from "./words";

interface Props {
  id: string;
  node: FlowNode;
  document: FlowDocument;
  act: Dispatch<Act>;
}

/** Where each exit leads: the wires of the canvas for those who would rather choose from a list. */
export function ExitsEditor({ id, node, document, act }: Props) {
  const { t } = useTranslation();
  const words = useFlowWords();
  const { readOnly } = useDesigning();
  const prefix = useId();
  const exits = shownExits(node, wiredExits(document).get(id) ?? new Set());
  const ids = Object.keys(document.nodes).sort();
  if (exits.length === 0) {
    return null;
  }
  return (
    <section aria-label={t("flow.exitsTitle")}>
      <h3 className="flow-form-section">{t("flow.exitsTitle")}</h3>
      {exits.map((exit) => {
        const edge = document.edges.find(
          ({ from, exit: name }) => from === id && name === exit.name,
        );
        const label = `${prefix}-${exit.name}`;
        return (
          <div className="flow-row flow-exit-row" key={exit.name}>
            <span id={label} className={exit.known ? undefined : "flow-exit-astray"}>
              {words.exit(exit.name)}
            </span>
            <Select
              aria-labelledby={label}
              className="flow-grow"
              size="small"
              disabled={readOnly}
              allowClear
              showSearch
              status={mustBeWired(node, exit) ? "error" : ""}
              placeholder={exit.wired === "default" ? t("flow.byDefault") : t("flow.nowhere")}
              value={edge?.to}
              options={ids.map((to) => ({ value: to, label: to }))}
              onChange={(to: string | undefined) => {
                act({ act: "edit", document: wire(document, id, exit.name, to) });
              }}
            />
          </div>
        );
      })}
    </section>
  );
}
